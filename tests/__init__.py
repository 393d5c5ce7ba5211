"""Every requirement as a test, over real parts."""
