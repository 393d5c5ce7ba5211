"""Pure rules: addresses, matching, assessment, wording, escalation, marker lifecycle."""
