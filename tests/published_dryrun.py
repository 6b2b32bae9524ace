"""Predict published recurrent models, unmodified, and compare every call of every module with the real forward pass.

Not part of the suite; it needs the environment of published_models.py:

    python tests/published_dryrun.py [part of a name]
"""

from __future__ import annotations

import sys
import time
import warnings
from pathlib import Path
from typing import Any

import torch

import rnnshape as rs

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent / "oracle")]
from forwards import layout_for, predicted_calls, real_calls  # noqa: E402
from published_models import MODELS  # noqa: E402


def layouts(args: tuple[Any, ...], axes: Any) -> tuple[Any, ...]:
    """Describe the arguments by the axes that published_models names."""
    entries = (axes,) if isinstance(axes, str) else tuple(axes or ())
    return tuple(layout_for(v, a) for v, a in zip(args, [*entries, *[None] * len(args)], strict=False))


def compared(name: str, mode: bool) -> str:
    """Predict one model, run it, and say how they compare."""
    torch.manual_seed(0)
    model, args, axes = MODELS[name]()[:3]
    model.train(mode)
    started = time.perf_counter()
    prediction = rs.predict(model, *layouts(args, axes))
    took = f"{1000 * (time.perf_counter() - started):.0f} ms"
    found = predicted_calls(prediction)
    if prediction.stopped:
        return f"{len(found)} calls, then it stops, {took}: {prediction.stopped}"
    torch.manual_seed(0)
    real = real_calls(model, *args)
    findings = [f"{f.code} {f.message}" for f in prediction.findings if f.severity != "info"]
    told = f"; findings: {findings}" if findings else ""
    if found == real:
        return f"all {len(real)} calls are as predicted, {took}{told}"
    first = next((f"predicted {a}, was {b}" for a, b in zip(found, real, strict=False) if a != b), "another number of calls")
    return f"DIFFERS: {len(found)} calls predicted, {len(real)} were made; {first}{told}"


def main(part: str = "") -> None:
    """Compare every model whose name has a part."""
    warnings.simplefilter("ignore")
    for name in [name for name in MODELS if part in name]:
        for mode in (True, False):
            try:
                said = compared(name, mode)
            except Exception as error:
                said = f"not run: {type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
            print(f"{name} ({'train' if mode else 'eval'}): {said}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
