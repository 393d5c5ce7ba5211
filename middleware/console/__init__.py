"""Web pages and API for call handlers, supervisors and the marking team."""
