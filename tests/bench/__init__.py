"""Benchmarks: apart from the tests, printed as ratios to a floor of the same run."""
