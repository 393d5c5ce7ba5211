"""The pure engine: state, decide and apply, a file a family of events."""
