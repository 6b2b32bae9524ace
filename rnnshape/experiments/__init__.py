"""Experiments: change one sample, the padding, the future or one target of a copy of a model, and see what else changes."""
