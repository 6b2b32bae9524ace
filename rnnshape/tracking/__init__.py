"""The tracker, the labels that it begins with, and what somebody claims against what it knows."""
