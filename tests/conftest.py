"""What holds for every test."""

import signal

from hypothesis import HealthCheck, settings

# No test asserts a wall-clock time, so a slow machine must not fail one either.
settings.register_profile("steady", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("steady")

# A shell's background jobs ignore Ctrl-C, and so would every program that a test interrupts.
signal.signal(signal.SIGINT, signal.default_int_handler)
