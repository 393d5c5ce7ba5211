"""The command line: one file a command, each with `add(commands)`; heavy imports come late."""
