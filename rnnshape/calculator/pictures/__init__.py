"""Predictions drawn: a layer over its steps, the steps of a packed input, and the windows of a series."""
