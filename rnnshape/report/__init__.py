"""What was found, and what is done about it: findings, calls, the report, and the catalogue of rules."""
