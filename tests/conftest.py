"""What holds for every test."""

from hypothesis import HealthCheck, settings

# No test asserts a wall-clock time, so a slow machine must not fail one either.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")
