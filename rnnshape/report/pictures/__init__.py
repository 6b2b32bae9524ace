"""Findings drawn: what memory held before, what an operation made of it, and what the edit would make."""
