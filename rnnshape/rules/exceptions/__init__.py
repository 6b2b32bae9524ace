"""Why torch raised, read from the Layouts: exceptions that say a size and not what it is made of."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from rnnshape._torch import traceback_location
from rnnshape.layout.layout import Layout
from rnnshape.operations.pointwise import is_pointwise
from rnnshape.operations.registry import Operation
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.rules.exceptions import attending, losses, meetings, numbers, packing, ranks, reshaping, widths
from rnnshape.rules.exceptions.calls import refused
from rnnshape.rules.exceptions.dtypes import device, dtype, embedded
from rnnshape.rules.exceptions.edits import last_line
from rnnshape.rules.exceptions.failing import failed_at
from rnnshape.rules.exceptions.raised import Raised
from rnnshape.rules.exceptions.unpacking import unpacked
from rnnshape.rules.exceptions.values import Marks
from rnnshape.rules.step import Step

__all__ = ["Shown", "Squeeze", "explain", "explain_call", "explained_call", "last_line", "took_part"]

Shown = tuple[tuple[str, Layout], ...]
"""What is known of the tensors that took part, by name."""

Squeeze = tuple[Location | None, str, tuple[int, ...], tuple[int, ...]]
"""Where a dim was taken away, by which operation, and the sizes before and after."""

Path = Callable[[nn.Module], str]
"""Tells the path of a module."""

Explanation = Callable[[Raised, Exception], Mistake | None]


def explain(op: Operation, error: Exception, step: Step) -> Mistake | None:
    """Explain an exception of one torch function; None where the Layouts do not tell."""
    raised = Raised(op)
    if op.name == "backward":
        return _carried(error, step) or numbers.backward(raised)
    if _is_told_of_its_packing(op.name, step):
        return None
    if isinstance(error, TypeError):  # no tensor where one is due, which the line that failed tells
        return None
    first: tuple[Explanation, ...] = (embedded,) if op.name == "embedding" else (ranks.dim_out_of_range, device, dtype)
    own = _EXPLAINED.get(op.name) or (meetings.matched if is_pointwise(op.name) else None)
    order = (own, *first) if own is packing.packed else (*first, own)  # lengths have a kind of their own
    return next((found for why in order if why and (found := why(raised, error))), None)


def _is_told_of_its_packing(name: str, step: Step) -> bool:
    """Tell whether a recurrent layer fails on what was packed the wrong way, which is told of already."""
    return _EXPLAINED.get(name) is packing.read and bool(step.told & {"RNS401", "RNS403"})


def took_part(op: Operation) -> Shown:
    """Return what is known of the tensors that an operation was given, which nobody explains."""
    return Raised(op).took_part()


def explain_call(error: BaseException, mark: Marks, path: Path) -> Mistake | None:
    """Explain an exception by the arguments of the innermost module that was called, and the line that failed."""
    failed = failed_at(error.__traceback__)
    told = refused(error, failed, mark) or unpacked(error, failed, mark)
    if told is None:
        return None
    module = failed.module
    where = ("", "") if module is None else (path(module), type(module).__name__)
    return Mistake(*told, module=where[0], kind=where[1])


def explained_call(error: BaseException, mark: Marks, path: Path) -> Finding | None:
    """Return what the line that raised says of an exception, None where nobody understands it."""
    found = explain_call(error, mark, path)
    return None if found is None else finding_of(found, None, "", traceback_location(error), "nowhere")


def _carried(error: Exception, step: Step) -> Mistake | None:
    """A second backward through what the first has freed: the state kept the graph of the step before."""
    state = step.carrying.explains(error)
    if state is None:
        return None
    carries, fits = ("h_0 and c_0 carry", "h, c = h.detach(), c.detach()") if state.pair else ("h_0 carries", "h = h.detach()")
    message = f"{carries} the graph of the step before, which its backward has used up"
    suggestion = f"{fits} between the steps fits"
    return Mistake("RNS507", message, suggestion, location=state.location, module=state.module, kind=state.kind)


_EXPLAINED: dict[str, Explanation] = {
    "linear": widths.linear,
    "layer_norm": widths.normalised,
    "group_norm": widths.grouped,
    **dict.fromkeys(["conv1d", "conv2d", "conv3d", "conv_transpose1d", "conv_transpose2d", "batch_norm"], widths.channels),
    **dict.fromkeys(["view", "reshape", "view_as", "reshape_as"], reshaping.viewed),
    "unflatten": reshaping.unflattened,
    **dict.fromkeys(["split", "split_with_sizes"], reshaping.split),
    "_pack_padded_sequence": packing.packed,
    **dict.fromkeys(["gru", "lstm", "rnn_tanh", "rnn_relu"], packing.read),
    **dict.fromkeys(["cross_entropy", "nll_loss"], losses.classified),
    **dict.fromkeys(
        ["mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "binary_cross_entropy", "binary_cross_entropy_with_logits",
         "kl_div", "poisson_nll_loss", "soft_margin_loss"], losses.compared),
    "gaussian_nll_loss": losses.of_a_variance,
    "ctc_loss": losses.ctc,
    **dict.fromkeys(["cat", "concat", "concatenate", "stack", "hstack", "vstack"], meetings.joined),
    **dict.fromkeys(["bmm", "matmul", "__matmul__", "__rmatmul__", "mm", "baddbmm", "addmm", "mv"], meetings.product),
    "einsum": meetings.einsum,
    **dict.fromkeys(["__setitem__", "copy_"], meetings.copied),
    **dict.fromkeys(["expand", "expand_as"], meetings.expanded),
    "repeat": meetings.repeated,
    **dict.fromkeys(["cosine_similarity", "pairwise_distance", "where", "dot"], meetings.matched),
    "t": ranks.transposed,
    "permute": ranks.permuted,
    "__getitem__": ranks.indexed,
    **dict.fromkeys(["select", "narrow"], ranks.picked),
    **dict.fromkeys(["gather", "scatter", "scatter_add", "scatter_"], numbers.gathered),
    "index_select": lambda op, error: packing.sorted_by_lengths(op, error) or numbers.gathered(op, error),
    **dict.fromkeys(["item", "__bool__", "__int__", "__float__", "__index__"], numbers.one_number),
    "multi_head_attention_forward": attending.attended,
    "scaled_dot_product_attention": attending.scaled,
    "pad_sequence": meetings.padded,
    "bilinear": meetings.paired,
    "cdist": meetings.distances,
    "take_along_dim": numbers.taken_along,
    "unfold": numbers.windowed,
    **dict.fromkeys(["outer", "ger"], ranks.vectors),
    **dict.fromkeys(["max_pool1d", "avg_pool1d", "adaptive_avg_pool1d", "adaptive_max_pool1d", "max_pool2d", "avg_pool2d",
                     "adaptive_avg_pool2d", "adaptive_max_pool2d"], ranks.pooled),
}  # fmt: skip
