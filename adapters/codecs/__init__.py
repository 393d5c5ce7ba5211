"""Pure translation between bytes and schemas, a file a dialect."""
