"""Fits in processes of their own: trainers warn, log and change settings as they like."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

Fit = Callable[..., dict[str, Any]]


@pytest.fixture
def fit() -> Fit:
    def run(name: str, right: bool = False, **options: Any) -> dict[str, Any]:
        if find_spec(name.partition(".")[0]) is None:
            pytest.skip(f"{name} is not installed; it comes with pip install 'rnnshape[integrations]'")
        script = Path(__file__).with_name("fits.py")
        words = [sys.executable, str(script), name, json.dumps({"right": right, **options})]
        done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stderr
        return {**json.loads(done.stdout.splitlines()[-1]), "err": done.stderr, "out": done.stdout}

    return run

collect_ignore = ["fits.py", "lightning_module.py"]
"""Scripts, which import what may not be there."""
