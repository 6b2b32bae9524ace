"""Layers with weights of their own that are not recurrent: Embedding, Linear, Conv1d and the normalisations."""

from __future__ import annotations

from typing import Any

from rnnshape import text
from rnnshape.errors import SpecError
from rnnshape.layout.axes import Axis, Dim, axes_of, whole
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size, parse_size, product
from rnnshape.modelfile.arguments import Choice, Flag, Integer, Integers, Number, Padding
from rnnshape.modelfile.registry import Result, layer
from rnnshape.modelfile.step import Step, holds, made_of, size_of

FEATURE = Axis("feature")


def _check_embedding(values: dict[str, Any]) -> None:
    index, rows = values["padding_idx"], values["num_embeddings"]
    if index is not None and not -rows <= index < rows:
        raise SpecError(f"padding_idx={index}: a row of num_embeddings={rows} is needed")


@layer(
    "Embedding",
    Integer("num_embeddings", about="Rows of the table: the size of the vocabulary."),
    Integer("embedding_dim", about="Features of each row."),
    Integer("padding_idx", None, least=-(2**62), about="Id whose row stays zero and is not trained."),
    check=_check_embedding,
)
def embedding(step: Step) -> Result:
    """A table of vectors that token ids are looked up in: (...) -> (..., embedding_dim)."""
    if step.input.dtype not in ("int64", "int32"):
        fact = f"Embedding takes ids, int64, and gets {step.input.dtype}"
        step.find("RNS110", fact, "input", 'dtype = "int64" of the input fits')
    width: Dim = (whole(FEATURE, step["embedding_dim"]),)
    found = step.input.computed(Layout((*step.layout.dims, width)), "float32")
    return Result({"output": found}, step["num_embeddings"] * step["embedding_dim"])


@layer(
    "Linear",
    Integer("in_features", about="Size of the input's last dim."),
    Integer("out_features", about="Size of the output's last dim."),
    Flag("bias", True, about="Whether there is a bias vector."),
)
def linear(step: Step) -> Result:
    """A matrix product along the last dim: (..., in_features) -> (..., out_features)."""
    layout, wanted, width = step.layout, step["in_features"], step["out_features"]
    step.needs_floats(weights=True)
    if not layout.ndim:
        step.stop("RNS213", "Linear needs a last dim, and the input is a scalar", "input")
    last = layout.ndim - 1
    if step.fits(last, wanted, "in_features"):
        step.consumes([last], "features")
    else:
        _other_width(step, layout.dims[last], wanted)
    found = Layout((*layout.dims[:-1], (whole(FEATURE, width),)))
    rows = product(layout.sizes[:-1])
    parameters = width * (wanted + step["bias"])
    return Result({"output": step.input.computed(found)}, parameters, product((2 * wanted * width, rows)))


def _other_width(step: Step, got: Dim, wanted: int) -> None:
    size = size_of(got)
    message = f"Linear expects {wanted} features and gets {made_of(got)}"
    fits = f"in_features = {size} fits" if isinstance(size, int) else None
    if size == 2 * wanted and any(a.name == "directions" for a in axes_of(got)):
        step.find("RNS308", f"{message}; the directions were forgotten", "in_features", fits)
        return
    dims = step.layout.dims
    places = [d for d in range(len(dims) - 1) if size_of(dims[d]) == wanted and not holds(dims[d], "batch")]
    if len(places) == 1:
        fits = f"the axis of size {wanted} is at dim {places[0]}: transpose({places[0]}, -1) fits"
    step.find("RNS211", message, "in_features", fits)


# Along one dim


def _check_convolution(values: dict[str, Any]) -> None:
    groups = values["groups"]
    for name in ("in_channels", "out_channels"):
        if values[name] % groups:
            raise SpecError(f"groups={groups}: {name}={values[name]} cannot be divided by it")
    if values["padding"] == "same" and values["stride"] != (1,):
        raise SpecError(f"padding='same': torch has it for stride=1 only, got stride={values['stride'][0]}")


@layer(
    "Conv1d",
    Integer("in_channels", about="Size of dim 1 of the input."),
    Integer("out_channels", about="Size of dim 1 of the output."),
    Integers("kernel_size", single=True, about="Steps that are seen at once."),
    Integers("stride", (1,), single=True, about="Steps from one window to the next."),
    Padding("padding", (0,), least=0, single=True, about="Steps that are added at each end."),
    Integers("dilation", (1,), single=True, about="Steps between two elements of a window."),
    Integer("groups", 1, about="Blocks of channels that do not see each other."),
    Flag("bias", True, about="Whether there is a bias vector."),
    Choice("padding_mode", "zeros", words=("zeros", "reflect", "replicate", "circular"), about="What is added."),
    check=_check_convolution,
)
def conv1d(step: Step) -> Result:
    """A convolution along the last dim: (batch, in_channels, seq) -> (batch, out_channels, seq')."""
    layout = step.layout
    step.needs_floats(weights=True)
    if layout.ndim not in (2, 3):
        step.stop("RNS213", f"Conv1d takes (batch, channels, seq) or (channels, seq), and gets {step.words(layout)}", "input")
    _channels(step, layout.ndim - 2, step["in_channels"], "in_channels")
    kernel, dilation, padding = step["kernel_size"][0], step["dilation"][0], step["padding"]
    added = {"same": dilation * (kernel - 1), "valid": 0}.get(padding) if isinstance(padding, str) else 2 * padding[0]
    assert added is not None
    step.consumes([layout.ndim - 1], "steps")
    _wrapped(step, size_of(layout.dims[-1]), -(-added // 2))
    length, notes = _length(step, kernel, step["stride"][0], added, dilation)
    width = step["out_channels"]
    found = Layout((*layout.dims[:-2], (whole(FEATURE, width),), length))
    weights = width * (step["in_channels"] // step["groups"]) * kernel
    rows = product((*layout.sizes[:-2], size_of(length)))
    parameters = weights + (width if step["bias"] else 0)
    return Result({"output": step.input.computed(found)}, parameters, product((2 * weights, rows)), notes=notes)


def _wrapped(step: Step, size: Size, added: int) -> None:
    """Judge padding that is taken from the input itself: torch refuses more than there is."""
    mode = step["padding_mode"]
    most = {"reflect": -1, "circular": 0}.get(mode)
    if most is not None and isinstance(size, int) and added > size + most:
        step.stop("RNS213", f"padding_mode={mode!r} adds {added} steps at an end, and the input has {size}", "padding_mode")


def _channels(step: Step, dim: int, wanted: int, key: str) -> None:
    """Judge the dim that a layer takes for its channels."""
    kind, dims = step.layer.kind.name, step.layout.dims
    if step.fits(dim, wanted, key):
        step.consumes([dim], "channels")
        return
    fact = f"{kind} takes dim {dim} for its {wanted} channels and gets {made_of(dims[dim])}"
    places = [d for d in range(dim + 1, len(dims)) if size_of(dims[d]) == wanted]
    hint = f"the axis of size {wanted} is at dim {places[0]}: transpose({dim}, {places[0]}) fits" if len(places) == 1 else None
    size = size_of(dims[dim])
    if hint is None and isinstance(size, int) and any(a.name in ("feature", "hidden") for a in axes_of(dims[dim])):
        hint = f"{key} = {size} fits"
    step.find("RNS213", fact, key, hint)


def _length(step: Step, kernel: int, stride: int, added: int, dilation: int = 1) -> tuple[Dim, tuple[str, ...]]:
    """Return the last dim after windows have gone along it, and what its size is where that is no product.

    The formula is that of the ``Shape`` section of torch's documentation of nn.Conv1d.
    """
    last = step.layout.dims[-1]
    size, span = size_of(last), dilation * (kernel - 1)
    if stride == 1 and added == span:
        return last, ()
    name = next((a.name for a in axes_of(last)), "seq")
    axis = Axis(name, step.layer.name) if name != "?" else Axis(name)
    if isinstance(size, int):
        if size + added <= span or size == 0:
            fact = f"a window of {span + 1} does not fit into {size + added} steps"
            step.stop("RNS213", f"{step.layer.kind.name}: {fact}", "kernel_size")
        return (whole(axis, (size + added - span - 1) // stride + 1),), ()
    symbol = step.new_symbol(f"{size.symbols[0]}_{step.layer.name}")
    windows = _sum(size, added - span) if stride == 1 else f"({_sum(size, added - span - 1)}) // {stride} + 1"
    return (whole(axis, parse_size(symbol)),), (f"{symbol} = {windows}",)


def _sum(size: Size, number: int) -> str:
    return f"{size} {'-' if number < 0 else '+'} {abs(number)}" if number else str(size)


def _check_pool(values: dict[str, Any]) -> None:
    padding, kernel = values["padding"][0], values["kernel_size"][0]
    if padding > (values.get("dilation", (1,))[0] * (kernel - 1) + 1) // 2:
        raise SpecError(f"padding={padding}: at most half of kernel_size={kernel} is possible")


_POOL = (
    Integers("kernel_size", single=True, about="Steps that are seen at once."),
    Integers("stride", None, single=True, about="Steps from one window to the next; kernel_size where it is left out."),
    Integers("padding", (0,), least=0, single=True, about="Steps that are added at each end."),
)


@layer(
    "MaxPool1d",
    *_POOL,
    Integers("dilation", (1,), single=True, about="Steps between two elements of a window."),
    check=_check_pool,
)
def max_pool(step: Step) -> Result:
    """The largest element of each window along the last dim: (batch, channels, seq) -> (batch, channels, seq')."""
    return _pool(step, step["dilation"][0])


@layer("AvgPool1d", *_POOL, check=_check_pool)
def avg_pool(step: Step) -> Result:
    """The mean of each window along the last dim: (batch, channels, seq) -> (batch, channels, seq')."""
    return _pool(step)


def _pool(step: Step, dilation: int = 1) -> Result:
    layout, kind = step.layout, step.layer.kind.name
    step.needs_floats()
    if layout.ndim not in (2, 3):
        step.stop("RNS213", f"{kind} takes (batch, channels, seq) or (channels, seq), and gets {step.words(layout)}", "input")
    if step["kernel_size"][0] > 1:
        step.consumes([layout.ndim - 1], "steps")
    stride = (step["stride"] or step["kernel_size"])[0]
    length, notes = _length(step, step["kernel_size"][0], stride, 2 * step["padding"][0], dilation)
    return Result({"output": step.input.computed(Layout((*layout.dims[:-1], length)))}, notes=notes)


# Normalisation

_EPS = Number("eps", 1e-5, least=0, about="Added to the variance.")


@layer(
    "LayerNorm",
    Integers("normalized_shape", about="Sizes of the last dims, which are normalised together."),
    _EPS,
    Flag("elementwise_affine", True, about="Whether there is a weight for each element."),
    Flag("bias", True, about="Whether there is a bias beside the weight."),
)
def layer_norm(step: Step) -> Result:
    """Normalise each element along its last dims; the sizes stay."""
    layout, wanted = step.layout, step["normalized_shape"]
    step.needs_floats(weights=bool(step["elementwise_affine"]))
    first = layout.ndim - len(wanted)
    shown = text.sizes(wanted)
    if first < 0:
        fact = f"LayerNorm normalises {shown}, and the input {step.words(layout)} has fewer dims"
        step.stop("RNS213", fact, "normalized_shape")
    wrong = [d for d, size in enumerate(wanted, first) if not step.fits(d, size, "normalized_shape")]
    if wrong:
        fact = f"LayerNorm normalises {shown}, and dim {wrong[0]} is {made_of(layout.dims[wrong[0]])}"
        sizes = layout.sizes[first:]
        fits = f"normalized_shape = {', '.join(map(str, sizes)) if len(sizes) == 1 else list(sizes)} fits"
        step.find("RNS213", fact, "normalized_shape", fits if all(isinstance(s, int) for s in sizes) else None)
    else:
        step.consumes(range(first, layout.ndim), "features")
    elements = product(wanted)
    assert isinstance(elements, int)
    affine = step["elementwise_affine"]
    return Result({"output": step.input.computed(layout)}, elements * (affine + (affine and step["bias"])))


@layer(
    "BatchNorm1d",
    Integer("num_features", about="Size of dim 1 of the input."),
    _EPS,
    Number("momentum", 0.1, about="Of the running statistics."),
    Flag("affine", True, about="Whether there is a weight and a bias for each channel."),
    Flag("track_running_stats", True, about="Whether running statistics are kept."),
)
def batch_norm(step: Step) -> Result:
    """Normalise each channel over the batch: (batch, num_features) or (batch, num_features, seq); the sizes stay."""
    layout = step.layout
    step.needs_floats(weights=True)
    if layout.ndim not in (2, 3):
        fact = f"BatchNorm1d takes (batch, channels) or (batch, channels, seq), and gets {step.words(layout)}"
        step.stop("RNS213", fact, "input")
    _channels(step, 1, step["num_features"], "num_features")
    parameters = 2 * step["num_features"] if step["affine"] else 0
    return Result({"output": step.input.computed(layout)}, parameters)
