"""A layer that was made for another number of features or channels: what lies along the dim that it reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from torch import Tensor

from rnnshape import text
from rnnshape.coordinates.mark import AHEAD, Mark
from rnnshape.coordinates.tables import lone, runs_along, varies
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["channels", "grouped", "linear", "normalised"]


def linear(op: Raised, error: Exception) -> Mistake | None:
    """A Linear whose in_features do not fit: say what the last dim is made of."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    if (
        not isinstance(source, Tensor)
        or not isinstance(weight, Tensor)
        or not source.dim()
        or source.size(-1) == weight.size(-1)
    ):
        return None
    mark = op.mark(source) or Mark(tuple(source.shape))
    seen = op.layout(source)
    expected, got = weight.size(-1), source.size(-1)
    made_of = op.words_of_dim(source, source.dim() - 1)
    message = f"Linear expects {expected} features and gets {got}" + (f" = {made_of}" if made_of else "")
    halves = [t for _, t in mark.of("directions") if varies(t, source.dim() - 1)]
    if halves and got == 2 * expected:
        return because("RNS308", f"{message}; the directions were forgotten", f"nn.Linear({got}, ...) fits", seen)
    if expected == 2 * got and _is_one_direction(mark):
        message += ": it is one direction of two"
        return because(
            "RNS211", message, f"nn.Linear({got}, ...) fits one direction; for both join them along the features", seen
        )
    fits = [d for d in range(source.dim() - 1) if source.size(d) == expected]
    if len(fits) == 1 and _may_be_features(op, source, fits[0]):
        hint = f"the axis of size {expected} is at dim {fits[0]}: transpose({fits[0]}, -1) fits"
        return because("RNS211", message, hint, seen)
    if made_of.startswith(("seq=", "batch=")) and " x " not in made_of:
        return because("RNS211", f"{message}: these are no features", None, seen)
    if made_of.startswith("seq=") and expected % (got // _steps_of(made_of)) == 0:
        message += f": it was made for {text.count(expected // (got // _steps_of(made_of)), 'step')}"
    return because("RNS211", message, f"nn.Linear({got}, ...) fits, if it is meant to read these features", seen)


def _may_be_features(op: Raised, source: Tensor, dim: int) -> bool:
    """Tell whether what lies along a dim may be moved to where features are read: it is not known to be steps or samples."""
    return not any(word.startswith(("seq=", "batch=")) for word in op.words_of_dim(source, dim).split(" x "))


def _steps_of(made_of: str) -> int:
    """Return how many steps are in ``seq=9 x hidden=8``."""
    return int(made_of.split(" x ")[0].removeprefix("seq="))


def _is_one_direction(mark: Mark) -> bool:
    """Tell whether a tensor has one direction of a bidirectional layer and knows which: nothing else has such a coordinate."""
    return any(lone(t) is not None and a.of for a, t in mark.of("directions")) and not any(
        runs_along(t) for _, t in mark.of("directions")
    )


def channels(op: Raised, error: Exception) -> Mistake | None:
    """A convolution or a normalisation takes dim 1 for the channels; say what lies there."""
    source, weight = op.argument(0, "input"), op.argument(1, "weight")
    mark = op.mark(source)
    if mark is None or not isinstance(source, Tensor):
        return None
    is_conv = op.name.startswith("conv")
    if is_conv and isinstance(weight, Tensor) and source.dim() not in (weight.dim(), weight.dim() - 1):
        message = f"{op.name} reads (batch, channels, {text.listed(_positions(weight.dim() - 2)).replace(' and ', ', ')})"
        return because("RNS213", f"{message}, and {op.described(source)} has {source.dim()} dims", None, op.layout(source))
    if not isinstance(weight, Tensor) or source.dim() < 2:
        return None
    turned = is_conv and "transpose" not in op.name
    expected = weight.size(1 if turned else 0) * (op.argument(6, "groups", 1) if turned else 1)
    at = 1 if not is_conv or source.dim() == weight.dim() else 0
    if source.size(at) == expected:
        return _window(op, source, weight) if turned else None
    names = sorted({"seq" if a.name == "step" else a.name for a, t in mark.tables.items() if varies(t, at) and a.name != AHEAD})
    found = f", which is {text.listed(names)}" if names else ""
    fits = [d for d in range(at + 1, source.dim()) if source.size(d) == expected]
    hint = None
    if len(fits) == 1 and _may_be_features(op, source, fits[0]):
        turn = f"transpose({at}, {fits[0]})"
        where = f"the axis of size {expected} is at dim {fits[0]}"
        hint = f"{where}: {turn} of the input fits, and {turn} of the output turns it back"
    message = f"{op.name} takes dim {at} for its {expected} channels and gets {source.size(at)}{found}"
    return because("RNS213", message, hint, op.layout(source))


def _positions(number: int) -> Sequence[str]:
    return ("positions",) if number == 1 else ("height", "width") if number == 2 else ("depth", "height", "width")


def _window(op: Raised, source: Tensor, weight: Tensor) -> Mistake | None:
    """A window that is wider than what it slides over."""
    for dim in range(2, weight.dim()):
        at = source.dim() - weight.dim() + dim
        if op.argument(4, "padding", 0) in (0, (0,), (0, 0)) and weight.size(dim) > source.size(at):
            message = f"{op.name} slides a window of {weight.size(dim)} over dim {at} of {op.described(source)}"
            fits = f"padding={weight.size(dim) // 2}, or a kernel_size of {source.size(at)} at most, fits"
            return because("RNS213", f"{message}: {op.described_dim(source, at)}", fits, op.layout(source))
    return None


def normalised(op: Raised, error: Exception) -> Mistake | None:
    """A LayerNorm of another width."""
    source, shape = op.argument(0, "input"), op.argument(1, "normalized_shape")
    if not isinstance(source, Tensor) or not isinstance(shape, (tuple, list)) or op.mark(source) is None:
        return None
    wanted: tuple[int, ...] = tuple(cast("Sequence[int]", shape))
    if tuple(source.shape[-len(wanted) :]) == wanted:
        return None
    if len(wanted) != 1:
        message = f"LayerNorm is made for the last dims {text.sizes(wanted)} and gets {op.described(source)}"
        return because("RNS213", message, None, op.layout(source))
    message = f"LayerNorm is made for {wanted[0]} features and gets {op.described_dim(source, source.dim() - 1)}"
    if source.size(-1) == 2 * wanted[0] and op.words_of_dim(source, source.dim() - 1).startswith("directions=2"):
        fits = f"nn.LayerNorm({source.size(-1)}) fits"
        return because("RNS308", f"{message}; the directions were forgotten", fits, op.layout(source))
    fits = [d for d in range(source.dim() - 1) if source.size(d) == wanted[0]]
    if len(fits) == 1:
        turn = f"transpose({fits[0]}, -1)"
        where = f"the axis of size {wanted[0]} is at dim {fits[0]}"
        hint = f"{where}: {turn} of the input fits, and {turn} of the output turns it back"
        return because("RNS213", message, hint, op.layout(source))
    return because("RNS213", message, f"nn.LayerNorm({source.size(-1)}) fits", op.layout(source))


def grouped(op: Raised, error: Exception) -> Mistake | None:
    """A GroupNorm of other channels: they are dim 1."""
    source, groups, weight = op.argument(0, "input"), op.argument(1, "num_groups"), op.argument(2, "weight")
    if not isinstance(source, Tensor) or source.dim() < 2 or op.mark(source) is None:
        return None
    wanted = weight.numel() if isinstance(weight, Tensor) else None
    if source.size(1) == wanted and source.size(1) % groups == 0:
        return None
    message = f"group_norm takes dim 1 for its {wanted or ''} channels".replace("  ", " ")
    message += f", and that of {op.described(source)} is {op.described_dim(source, 1)}"
    fits = [d for d in range(2, source.dim()) if source.size(d) == wanted]
    hint = None
    if len(fits) == 1:
        turn = f"transpose(1, {fits[0]})"
        hint = f"{turn} of the input fits, and {turn} of the output turns it back"
    return because("RNS213", message, hint, op.layout(source))
