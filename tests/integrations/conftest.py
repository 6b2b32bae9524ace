"""Fits in processes of their own: trainers warn, log and change settings as they like."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

Fit = Callable[..., dict[str, Any]]
FITS = Path(__file__).with_name("fits.py")


@pytest.fixture(scope="session")
def trainers() -> Iterator[Callable[[str], Any]]:
    """Return what starts the process of a trainer, once for all tests."""
    with ExitStack() as all_of_them:
        running: dict[str, Any] = {}

        def trainer(name: str) -> Any:
            if name not in running:
                command = [sys.executable, str(FITS), name]
                process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                running[name] = all_of_them.enter_context(process)
                all_of_them.callback(process.stdin.close)  # type: ignore[union-attr]  # which ends it; called before it is waited for
            return running[name]

        yield trainer


@pytest.fixture
def fit(trainers: Callable[[str], Any], tmp_path: Path) -> Fit:
    def run(name: str, right: bool = False, **options: Any) -> dict[str, Any]:
        if find_spec(name.partition(".")[0]) is None:
            pytest.skip(f"{name} is not installed; it comes with pip install 'rnnshape[integrations]'")
        out, err = (tmp_path / f"{len(list(tmp_path.iterdir()))}.{kind}" for kind in ("out", "err"))
        trainer = trainers(name)
        trainer.stdin.write(json.dumps({"options": {"right": right, **options}, "out": str(out), "err": str(err)}) + "\n")
        trainer.stdin.flush()
        code = trainer.stdout.readline()
        assert code == "0\n", err.read_text(encoding="utf-8")
        printed = out.read_text(encoding="utf-8")
        return {**json.loads(printed.splitlines()[-1]), "err": err.read_text(encoding="utf-8"), "out": printed}

    return run


collect_ignore = ["fits.py", "lightning_module.py"]
"""Scripts, which import what may not be there."""
