"""What is decided: the core between the sources and the channels."""
