"""Hypothesis profiles: HYPOTHESIS_PROFILE=nightly runs twenty times as many examples, and new ones each time."""

import os

from hypothesis import settings

settings.register_profile("ci", max_examples=500, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("nightly", max_examples=10_000, deadline=None, derandomize=False, print_blob=True)
pytest_plugins = ["pytester"]

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
