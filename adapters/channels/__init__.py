"""Where notes go: the MDT and other channels."""
