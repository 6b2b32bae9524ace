"""Convert published recurrent models: same outputs and gradients bit for bit, same state_dict, and an optimizer goes on.

Not part of the suite; it runs in the environment that tests/published_models.py describes:

    python tests/converted_models.py [part of a name]

Each model runs as it is and converted, in eval and train mode, from the same random numbers. In training both take three steps
of Adam, and the converted one is converted after the first.
"""

from __future__ import annotations

import copy
import dataclasses
import logging
import sys
import warnings
from typing import Any

import torch
from published_models import MODELS
from torch import Tensor, nn

import rnnshape as rs

Names = tuple[str, ...]


def leaves(value: Any) -> list[Tensor]:
    """Return the tensors in an output."""
    if isinstance(value, Tensor):
        return [value]
    if isinstance(value, dict):
        return [t for item in value.values() for t in leaves(item)]
    if isinstance(value, (tuple, list)):
        return [t for item in value for t in leaves(item)]
    if dataclasses.is_dataclass(value) or isinstance(value, torch.distributions.Distribution):
        return [t for item in vars(value).values() for t in leaves(item)]
    return []


def run(model: nn.Module, args: Any, convert_at: int | None, train: bool) -> list[Tensor]:
    """Return every output of three steps, and in training the weights after them."""
    torch.manual_seed(1)
    model.train(train)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    found: list[Tensor] = []
    for step in range(3):
        if step == convert_at:
            rs.nn.convert(model)
        outputs = leaves(model(*copy.deepcopy(args)))
        found += [t.detach().clone() for t in outputs]
        losses = [t.square().mean() for t in outputs if t.requires_grad and t.is_floating_point()]
        if train and losses:
            optimizer.zero_grad()
            torch.stack(losses).sum().backward()
            optimizer.step()
    return [*found, *(p.detach() for p in model.parameters()), torch.rand(2)]


def difference(build: Any, train: bool) -> tuple[str, int]:
    """Say how a converted model differs from one that is not, and how many of its layers are typed."""
    made: list[tuple[nn.Module, Any]] = []
    for _ in range(2):
        torch.manual_seed(0)
        model, args, *_ = build()
        made.append((model, args))
    (bare, args), (converted, _) = made
    names: list[Names] = [tuple(m.state_dict()) for m in (bare, converted)]
    theirs = run(bare, args, None, train)
    ours = run(converted, args, 1 if train else 0, train)
    typed = sum(type(m).__module__.startswith("rnnshape") for m in converted.modules())
    if names[0] != tuple(converted.state_dict()) or names[0] != names[1]:
        return "another state_dict", typed
    if len(ours) != len(theirs):
        return "another number of outputs", typed
    wrong = sum(not torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(ours, theirs, strict=True))
    return (f"{wrong} of {len(ours)} tensors differ" if wrong else ""), typed


def main(part: str = "") -> None:
    """Convert every model whose name has a part, and print what differs."""
    warnings.simplefilter("ignore")
    logging.getLogger("rnnshape").addHandler(logging.StreamHandler(sys.stdout))
    different = equal = 0
    for name, build in MODELS.items():
        if part not in name:
            continue
        for train in (False, True):
            words = f"{name} ({'train' if train else 'eval'})"
            try:
                found, typed = difference(build, train)
            except Exception as error:
                print(f"{words}: not run: {type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}")
                continue
            print(f"{words}: {typed} typed layers, {found or 'the same bit for bit'}")
            different += bool(found)
            equal += not found
    print(f"{equal} runs the same bit for bit, {different} not")


if __name__ == "__main__":
    main(*sys.argv[1:])
