"""Clock, errors, logging, metrics, redaction and health."""
