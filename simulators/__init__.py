"""The outside, played by us, with fault switches."""
