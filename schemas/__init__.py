"""What is said: the frozen, strict models of every event, decision and message."""
