"""Scores and targets of a loss whose sizes do not fit: which rows there are, and what they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from rnnshape import text
from rnnshape._torch import known_values
from rnnshape.coordinates.mark import Mark, Site
from rnnshape.coordinates.reading import layout_before, readable
from rnnshape.coordinates.tables import runs_along, unique, varies
from rnnshape.report.mistake import Mistake
from rnnshape.rules.exceptions.edits import because

if TYPE_CHECKING:
    from rnnshape.rules.exceptions.raised import Raised

__all__ = ["classified", "compared", "ctc", "of_a_variance"]

_RESHAPES = frozenset(["view", "reshape", "flatten"])


def classified(op: Raised, error: Exception) -> Mistake | None:
    """A loss over classes: rows that are not those of the targets, or classes along another dim."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    known = op.mark(scores)
    if known is None or not isinstance(scores, Tensor) or not isinstance(target, Tensor):
        return None
    seen = op.layout(scores)
    doubled = any(varies(t, 0) for _, t in known.of("directions") if t.dim())
    if scores.dim() == 2 and (found := _rows_of_a_state(op, scores, target)):
        return found
    if doubled and scores.size(0) == 2 * target.size(0):
        cut = "a reshape cut the two directions apart, into rows"
        message = f"{op.name} gets {scores.size(0)} rows for {target.size(0)} targets: {cut}"
        return because("RNS308", message, "keep directions x hidden together in the last dim", seen)
    if scores.dim() >= 3:
        for axis, table in known.tables.items():
            if axis.name in ("seq", "step", "batch") and varies(table, 1):
                name = "seq" if axis.name == "step" else axis.name
                message = f"{op.name} takes dim 1 of {text.sizes(scores.shape)} for the classes, and that is {name}"
                return because("RNS503", message, _classes_where_they_belong(scores, target, name), seen)
    wanted = tuple(s for d, s in enumerate(scores.shape) if d != 1 or scores.dim() == 1)
    if wanted == tuple(target.shape) and not target.is_floating_point():
        return _no_such_class(op, scores, target)
    probabilities = target.dim() == scores.dim() > 1 and target.size(1) == scores.size(1) and op.name == "cross_entropy"
    if target.is_floating_point() and not probabilities:
        message = f"{op.name} takes the numbers of classes, int64, and the target {op.described(target)} is of floats"
        fits = "target.flatten().long() fits" if len(wanted) == 1 and target.numel() == wanted[0] else None
        return because("RNS118", message, fits, seen)
    if target.shape == scores.shape and target.is_floating_point():
        return None
    rows, targets = op.described(scores), op.described(target)
    message = f"{op.name} gets scores {rows} and targets {targets}: the rows of one are not those of the other"
    return because("RNS505", message, _flat(scores, target, wanted, _has_every_step(known, target)), seen)


def _classes_where_they_belong(scores: Tensor, target: Tensor, name: str) -> str | None:
    if scores.dim() != 3:
        return None
    if (scores.size(0), scores.size(1)) == tuple(target.shape):
        return "output.transpose(1, 2) fits"
    if name == "batch" and target.dim() == 1 and target.numel() == scores.size(1):
        return "output[-1] fits"
    if target.dim() == 1 and target.numel() == scores.size(0) * scores.size(1):
        return "output.flatten(0, 1) fits"
    if target.dim() == 1 and target.numel() == scores.size(0) and name == "seq":
        return "one step of each sample fits, such as output[:, -1]"
    return None


def _flat(scores: Tensor, target: Tensor, wanted: tuple[int, ...], steps: bool) -> str | None:
    if scores.dim() == 2 and target.dim() == 1 and wanted[0] % max(target.numel(), 1) == 0 and wanted[0] > target.numel():
        return "one step of each sample, such as output[:, -1], fits these targets" if steps else None
    if len(wanted) == 1 and target.numel() == wanted[0] and target.dim() > 1:
        return "target.flatten() fits"
    if scores.dim() == 2 and target.shape == scores.shape:
        return "target.argmax(1) fits, if the target is one-hot; as probabilities it has to be float"
    return None


def _has_every_step(known: Mark, target: Tensor) -> bool:
    """Tell whether the rows of scores are the steps of as many samples as there are targets."""
    batch = [t for _, t in known.of("batch") if runs_along(t) == [0]]
    steps = [t for name in ("seq", "step") for _, t in known.of(name) if runs_along(t) == [0]]
    return bool(batch and steps) and len(unique(batch[0][batch[0] >= 0])) == target.numel()


def _no_such_class(op: Raised, scores: Tensor, target: Tensor) -> Mistake | None:
    """A target beyond the last class."""
    values, classes = known_values(target), scores.size(1 if scores.dim() > 1 else 0)
    ignored = op.argument(4, "ignore_index", -100)
    if values is None or not bool(((values < 0) | (values >= classes))[values != ignored].any()):
        return None
    message = (
        f"{op.name} has scores for {text.count(classes, 'class', 'classes')}, 0 to {classes - 1}, and a target is none of them"
    )
    return because("RNS119", message, "the last layer needs one output more than the largest target", op.layout(scores))


def compared(op: Raised, error: Exception) -> Mistake | None:
    """A loss element by element, of scores and targets that do not match."""
    scores, target = op.argument(0, "input"), op.argument(1, "target")
    if not isinstance(scores, Tensor) or not isinstance(target, Tensor) or scores.shape == target.shape:
        return None
    if not any(op.mark(t) for t in (scores, target)):
        return None
    if found := _rows_of_a_state(op, scores, target):
        return found
    message = f"{op.name} compares element by element, and cannot match {op.described(scores)} and {op.described(target)}"
    odd = [d for d in range(scores.dim()) if scores.dim() == target.dim() and scores.size(d) != target.size(d)]
    if odd:
        message += f": dim {odd[0]} is {op.described_dim(scores, odd[0])} and {op.described_dim(target, odd[0])}"
    return because("RNS213", message, _same_sizes(op, scores, target), op.layout(scores, target))


def of_a_variance(op: Raised, error: Exception) -> Mistake | None:
    """A loss of a mean and a variance: one variance for each element of the mean, or for each of its vectors."""
    mean, variance = op.argument(0, "input"), op.argument(2, "var")
    if found := compared(op, error):
        return found
    if not isinstance(mean, Tensor) or not isinstance(variance, Tensor) or not any(op.mark(t) for t in (mean, variance)):
        return None
    sizes, given = tuple(mean.shape), tuple(variance.shape)
    if given in (sizes, sizes[:-1], (*sizes[:-1], 1)):
        return None
    one = "it takes a variance for each element of the mean, or one for each of its vectors"
    message = f"{op.name} gets the mean {op.described(mean)} and the variance {op.described(variance)}: {one}"
    is_every_step = given[:1] + given[2:] == sizes and op.described_dim(variance, 1).startswith("seq")
    fits = "one step of each sample fits, such as var[:, -1]" if is_every_step else None
    return because("RNS213", message, fits, op.layout(mean, variance))


def _same_sizes(op: Raised, scores: Tensor, target: Tensor) -> str | None:
    """Return what gives both the same sizes, where it is one edit that moves no element."""
    if scores.dim() == target.dim() + 1 and scores.size(-1) == 1 and scores.shape[:-1] == target.shape:
        return "output.squeeze(-1) fits"
    if target.dim() == scores.dim() + 1 and target.size(-1) == 1 and target.shape[:-1] == scores.shape:
        return "target.squeeze(-1) fits"
    if scores.dim() == target.dim() == 3 and scores.transpose(0, 1).shape == target.shape:
        return "output.transpose(0, 1) fits"
    is_short = scores.dim() == target.dim() + 1 and (scores.size(0), *scores.shape[2:]) == tuple(target.shape)
    if is_short and op.described_dim(scores, 1).startswith("seq"):
        return "one step of each sample fits, such as output[:, -1]"
    return None


def _rows_of_a_state(op: Raised, scores: Tensor, target: Tensor) -> Mistake | None:
    """Rows of layers or directions beside those of the samples: a reshape of a state put them there."""
    mark = op.mark(scores)
    known = readable(mark) if mark is not None else None
    if mark is None or known is None or not scores.dim() or not target.dim() or scores.size(0) == target.size(0):
        return None
    names = [str(f).split("=")[0] for f in known.dims[0]]
    kinds = [n for n in names if n in ("layers", "directions")]
    if not kinds or names[-1] != "batch" or len(kinds) + 1 != len(names):
        return None
    made_of = " x ".join(map(str, known.dims[0]))
    message = f"{op.name} gets {scores.size(0)} = {made_of} rows for {target.size(0)} targets"
    site = _of_rows(mark)
    state = layout_before(site) if site is not None else None
    rows = [str(f).split("=")[0] for f in state.dims[0]] if state is not None and len(state.dims) == 3 else []
    if site is None or state is None or rows != kinds or state.dims[1] != known.dims[0][-1:]:
        return because("RNS505", message, None, known)
    before = (("before", state),)
    if kinds == ["layers"]:
        message += f": {site.name} has put the layers of the state into rows"
        return Mistake(
            "RNS213", message, f"[-1] in place of {site.name} is the last layer's state", before, location=site.location
        )
    message += f": {site.name} has put the {' and '.join(kinds)} of the state into rows"
    fits = f"rnnshape.last_state(layer, h_n) in place of {site.name} has a row for each sample"
    code = "RNS308" if kinds == ["directions"] else "RNS213"
    return Mistake(code, message, fits, before, location=site.location)


def _of_rows(mark: Mark) -> Site | None:
    found = [s for axis, s in mark.sites.items() if axis.name in ("layers", "batch") and s.name in _RESHAPES]
    return found[0] if found else None


def ctc(op: Raised, error: Exception) -> Mistake | None:
    """CTC reads (steps, batch, classes), and has one length for each sample."""
    scores = op.argument(0, "log_probs")
    mark = op.mark(scores)
    if mark is None or not isinstance(scores, Tensor) or scores.dim() != 3:
        return None
    seen = op.layout(scores)
    if any(varies(t, 0) and not varies(t, 1) for _, t in mark.of("batch")):
        message = f"ctc_loss reads (seq, batch, classes), and dim 0 of {text.sizes(scores.shape)} is the batch"
        return because("RNS201", message, "transpose(0, 1) of the scores fits", seen)
    for place, name in ((2, "input_lengths"), (3, "target_lengths")):
        lengths = op.argument(place, name)
        number = (
            lengths.numel()
            if isinstance(lengths, Tensor)
            else len(cast("Any", lengths))
            if isinstance(lengths, (tuple, list))
            else None
        )
        if number is not None and number != scores.size(1):
            message = f"ctc_loss gets {number} {name} for {op.described_dim(scores, 1)}: it needs one for each sample"
            return because("RNS403", message, None, seen)
    return _longer_than_what_is_read(op, scores) or _labels_with_padding(op, scores)


def _longer_than_what_is_read(op: Raised, scores: Tensor) -> Mistake | None:
    """Lengths that go past the steps of the scores, as those from before a stride, or past the labels of a row."""
    labels, seen = op.argument(1, "targets"), op.layout(scores)
    if (longest := _longest(op.argument(2, "input_lengths"))) > scores.size(0):
        steps = f"log_probs has {op.described_dim(scores, 0)}"
        fits = "what makes fewer steps of a sample, such as a stride, makes its length shorter as well"
        return because("RNS213", f"ctc_loss gets input_lengths of up to {longest}, and {steps}", fits, seen)
    longest = _longest(op.argument(3, "target_lengths"))
    width = labels.size(1) if isinstance(labels, Tensor) and labels.dim() == 2 else 0
    if not 0 < width < longest:
        return None
    row = f"a row of targets has {text.count(width, 'label')}"
    return because("RNS213", f"ctc_loss gets target_lengths of up to {longest}, and {row}", None, seen)


def _longest(lengths: object) -> int:
    """Return the largest of some lengths; 0 where they are not known."""
    if isinstance(lengths, Tensor):
        known = known_values(lengths)
        return int(known.max()) if known is not None and known.numel() else 0
    return max(cast("Any", lengths), default=0) if isinstance(lengths, (tuple, list)) else 0


def _labels_with_padding(op: Raised, scores: Tensor) -> Mistake | None:
    """Labels of one dim are those of all samples one after another, and there are more than the lengths add up to."""
    labels, given = op.argument(1, "targets"), op.argument(3, "target_lengths")
    lengths = known_values(given) if isinstance(given, Tensor) else torch.tensor(given) if given else None
    if not isinstance(labels, Tensor) or labels.dim() != 1 or lengths is None:
        return None
    samples, real = scores.size(1), int(lengths.sum())
    width, rest = divmod(labels.numel(), samples)
    if rest or labels.numel() == real or int(lengths.max()) > width:
        return None
    flat = f"{text.count(labels.numel(), 'label')}, {width} for each of {text.count(samples, 'sample')}"
    message = f"ctc_loss gets a vector of {flat}, and target_lengths add up to {real}: it reads labels without their padding"
    mark = op.mark(labels)
    flattened = [s for s in mark.sites.values() if s.name in _RESHAPES and s.sizes == tuple(labels.shape)] if mark else []
    by_sample = [s.name for s in flattened if s.sizes_before == (samples, width) and _lie_along_rows(s)]
    fits = f"without {by_sample[0]} the targets fit: a row of labels for each sample" if by_sample else None
    return because("RNS505", message, fits, op.layout(scores))


def _lie_along_rows(site: Site) -> bool:
    """Tell whether the samples lay along dim 0 of what a reshape was given."""
    return any(runs_along(table) == [0] for axis, table in site.tables_before.items() if axis.name == "batch")
