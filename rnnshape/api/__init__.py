"""What a user calls: a verb a file."""
