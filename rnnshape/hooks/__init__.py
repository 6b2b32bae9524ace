"""Watchers: where they stand, what they do with a call, and what steps and loaders tell them."""
