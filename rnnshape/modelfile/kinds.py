"""The closed list of layers that a file may name: classes of torch.nn with torch's own arguments, and a few functions.

Nothing here says what a layer does: that is torch's affair, and the dry run's. Nothing here imports torch, so a mistake of form
is told at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, cast

from rnnshape import text
from rnnshape.calculator.spec import RNNSpec
from rnnshape.errors import SpecError
from rnnshape.modelfile.arguments import (
    LARGEST,
    NEEDED,
    Argument,
    Choice,
    Flag,
    Integer,
    Integers,
    LayoutText,
    NameList,
    Number,
    Padding,
    ReshapeSizes,
    Values,
)

__all__ = ["KINDS", "MOST_STACKED", "Kind", "find_kind", "items"]

MOST_STACKED = 100
"""Layers in one recurrent layer: each is built, four tensors of it."""


@dataclass(frozen=True)
class Kind:
    """A type of layer.

    Attributes:
        name: under which a file asks for it; of a module, that of the class in torch.nn.
        arguments: in torch's order.
        about: one sentence.
        module: whether it is a class of torch.nn; otherwise it is a function.
        parts: names of its results, the main one first.
        least: how many tensors go in.
        most: how many may go in.
        recurrent: whether a recurrent layer must be its input.
        loss: whether it is one, with a target.
        width: the argument that says the size of a dim of its input, and which dim.
        check: raises SpecError for arguments that torch rejects together.
    """

    name: str
    arguments: tuple[Argument, ...]
    about: str
    module: bool = True
    parts: tuple[str, ...] = ("output",)
    least: int = 1
    most: int = 1
    recurrent: bool = False
    loss: bool = False
    width: tuple[str, int] | None = None
    check: Callable[[Values], object] | None = field(default=None, repr=False)

    @property
    def is_recurrent(self) -> bool:
        """Whether it is a recurrent layer or a cell."""
        return self.argument("state") is not None

    def argument(self, name: str) -> Argument | None:
        """Return an argument by its name."""
        return next((a for a in self.arguments if a.name == name), None)

    def given(self, values: Mapping[str, Any]) -> tuple[list[object], dict[str, object]]:
        """Return what torch's constructor is called with: what is needed by position, others where they are no defaults."""
        known = [a for a in self.arguments if a.constructor]
        others = {a.name: _plain(values[a.name]) for a in known if a.default is not NEEDED and values[a.name] != a.default}
        return [_plain(values[a.name]) for a in known if a.default is NEEDED], others

    def written(self, values: Mapping[str, Any]) -> str:
        """Write the arguments of torch's constructor."""
        needed, others = self.given(values)
        return ", ".join([*map(repr, needed), *(f"{name}={value!r}" for name, value in others.items())])


def items(value: object) -> tuple[Any, ...]:
    """Return the values of an argument that may be a list, or the one that it is."""
    return cast("tuple[Any, ...]", value) if isinstance(value, tuple) else (value,)


def _plain(value: Any) -> Any:
    return items(value)[0] if len(items(value)) == 1 else value


# Arguments that torch rejects together


def _check_recurrent(kind: str, values: Values) -> None:
    RNNSpec.of(kind, **{name: value for name, value in values.items() if name != "state"})


def _check_embedding(values: Values) -> None:
    index, rows = values["padding_idx"], values["num_embeddings"]
    if index is not None and not -rows <= index < rows:
        raise SpecError(f"padding_idx={index}: a row of num_embeddings={rows} is needed")


def _check_convolution(values: Values) -> None:
    groups = values["groups"]
    for name in ("in_channels", "out_channels"):
        if values[name] % groups:
            raise SpecError(f"groups={groups}: {name}={values[name]} cannot be divided by it")
    if values["padding"] == "same" and values["stride"] != (1,):
        raise SpecError(f"padding='same': torch has it for stride=1 only, got stride={values['stride'][0]}")


def _check_pool(values: Values) -> None:
    padding, kernel = values["padding"][0], values["kernel_size"][0]
    if padding > (values.get("dilation", (1,))[0] * (kernel - 1) + 1) // 2:
        raise SpecError(f"padding={padding}: at most half of kernel_size={kernel} is possible")


def _check_range(values: Values) -> None:
    if values["max_val"] <= values["min_val"]:
        raise SpecError(f"max_val={values['max_val']}: more than min_val={values['min_val']} is needed")


# Recurrent layers

_SIZES = (
    Integer("input_size", about="Features of each element of the input."),
    Integer("hidden_size", about="Features of the hidden state."),
)
_BIAS = Flag("bias", True, about="Whether there are bias vectors.")
_NONLINEARITY = Choice("nonlinearity", "tanh", words=("tanh", "relu"), about="Of the recurrence.")
_STATE = NameList(
    "state", None, most=2, constructor=False,
    about="What it starts from: an earlier recurrent layer, or h_0 (and c_0 of an LSTM). Zeros where it is left out.",
)  # fmt: skip
_LAYER = (
    *_SIZES,
    Integer("num_layers", 1, most=MOST_STACKED, about="Stacked layers."),
    _BIAS,
    Flag("batch_first", False, about="Whether input and output are (batch, seq, ...); the states never are."),
    Number("dropout", 0.0, least=0, most=1, about="Probability of dropout after each layer but the last."),
    Flag("bidirectional", False, about="Whether a second set of weights reads the sequence from its end."),
)
_PROJECTION = Integer("proj_size", 0, least=0, about="Size of the projected hidden state; 0 for none.")


def _recurrent(name: str, about: str, parts: tuple[str, ...], *arguments: Argument) -> Kind:
    return Kind(name, arguments, about, parts=parts, width=("input_size", -1), check=partial(_check_recurrent, name))


_RECURRENT = (
    _recurrent("RNN", "An Elman RNN over a sequence; its result is the output of every step, and h_n.",
               ("output", "h_n"), *_LAYER, _NONLINEARITY, _STATE),
    _recurrent("LSTM", "An LSTM over a sequence; its result is the output of every step, h_n and c_n.",
               ("output", "h_n", "c_n"), *_LAYER, _PROJECTION, _STATE),
    _recurrent("GRU", "A GRU over a sequence; its result is the output of every step, and h_n.",
               ("output", "h_n"), *_LAYER, _STATE),
    _recurrent("RNNCell", "One step of an Elman RNN; its result is the new state.",
               ("h_1",), *_SIZES, _BIAS, _NONLINEARITY, _STATE),
    _recurrent("LSTMCell", "One step of an LSTM; its result is the new state, h_1 and c_1.",
               ("h_1", "c_1"), *_SIZES, _BIAS, _STATE),
    _recurrent("GRUCell", "One step of a GRU; its result is the new state.", ("h_1",), *_SIZES, _BIAS, _STATE),
    Kind("last_state", (), "The final state of the last layer of an RNN, LSTM or GRU, its directions side by side: "
         "(batch, directions*hidden).", module=False, recurrent=True),
)  # fmt: skip

# Layers with other weights

_EPS = Number("eps", 1e-5, least=0, about="Added to the variance.")
_KERNEL = Integers("kernel_size", single=True, about="Steps that are seen at once.")
_DILATION = Integers("dilation", (1,), single=True, about="Steps between two elements of a window.")
_POOL = (
    _KERNEL,
    Integers("stride", None, single=True, about="Steps from one window to the next; kernel_size where it is left out."),
    Integers("padding", (0,), least=0, single=True, about="Steps that are added at each end."),
)
_DENSE = (
    Kind("Embedding", (
        Integer("num_embeddings", most=LARGEST, about="Rows of the table: the size of the vocabulary."),
        Integer("embedding_dim", about="Features of each row."),
        Integer("padding_idx", None, least=-(2**62), most=LARGEST, about="Id whose row stays zero and is not trained."),
    ), "A table of vectors that token ids are looked up in: (...) -> (..., embedding_dim).", check=_check_embedding),
    Kind("Linear", (
        Integer("in_features", about="Size of the input's last dim."),
        Integer("out_features", about="Size of the output's last dim."),
        Flag("bias", True, about="Whether there is a bias vector."),
    ), "A matrix product along the last dim: (..., in_features) -> (..., out_features).", width=("in_features", -1)),
    Kind("Conv1d", (
        Integer("in_channels", about="Size of dim 1 of the input."),
        Integer("out_channels", about="Size of dim 1 of the output."),
        _KERNEL,
        Integers("stride", (1,), single=True, about="Steps from one window to the next."),
        Padding("padding", (0,), least=0, single=True, about="Steps that are added at each end."),
        _DILATION,
        Integer("groups", 1, about="Blocks of channels that do not see each other."),
        Flag("bias", True, about="Whether there is a bias vector."),
        Choice("padding_mode", "zeros", words=("zeros", "reflect", "replicate", "circular"), about="What is added."),
    ), "A convolution along the last dim: (batch, in_channels, seq) -> (batch, out_channels, seq').",
         width=("in_channels", -2), check=_check_convolution),
    Kind("MaxPool1d", (*_POOL, _DILATION),
         "The largest element of each window along the last dim: (batch, channels, seq) -> (batch, channels, seq').",
         check=_check_pool),
    Kind("AvgPool1d", _POOL,
         "The mean of each window along the last dim: (batch, channels, seq) -> (batch, channels, seq').", check=_check_pool),
    Kind("LayerNorm", (
        Integers("normalized_shape", about="Sizes of the last dims, which are normalised together."),
        _EPS,
        Flag("elementwise_affine", True, about="Whether there is a weight for each element."),
        Flag("bias", True, about="Whether there is a bias beside the weight."),
    ), "Normalise each element along its last dims; the sizes stay.", width=("normalized_shape", -1)),
    Kind("BatchNorm1d", (
        Integer("num_features", about="Size of dim 1 of the input."),
        _EPS,
        Number("momentum", 0.1, about="Of the running statistics."),
        Flag("affine", True, about="Whether there is a weight and a bias for each channel."),
        Flag("track_running_stats", True, about="Whether running statistics are kept."),
    ), "Normalise each channel over the batch: (batch, num_features) or (batch, num_features, seq); the sizes stay.",
         width=("num_features", 1)),
)  # fmt: skip

# Layers that leave every size as it is

_ACTIVATIONS: dict[str, tuple[Argument, ...]] = {
    "ReLU": (),
    "ReLU6": (),
    "LeakyReLU": (Number("negative_slope", 0.01, about="Slope below zero."),),
    "ELU": (Number("alpha", 1.0, about="What it tends to below zero."),),
    "SELU": (),
    "GELU": (Choice("approximate", "none", words=("none", "tanh"), about="How it is computed."),),
    "SiLU": (),
    "Mish": (),
    "Tanh": (),
    "Sigmoid": (),
    "LogSigmoid": (),
    "Softplus": (Number("beta", 1.0, about="How sharp its bend is."), Number("threshold", 20.0, about="Linear above it.")),
    "Softsign": (),
    "Hardtanh": (Number("min_val", -1.0, about="Least value."), Number("max_val", 1.0, about="Largest value.")),
    "Identity": (),
}
_SOFTMAX_DIM = Integer("dim", least=-16, most=15, about="Along which dim the results sum to one.")
_POINTWISE = (
    *(Kind(name, arguments, f"nn.{name}, element by element; the sizes stay.",
           check=_check_range if name == "Hardtanh" else None) for name, arguments in _ACTIVATIONS.items()),
    Kind("Dropout", (Number("p", 0.5, least=0, most=1, about="Probability that an element becomes zero."),),
         "Set elements to zero at random while training; the sizes stay."),
    Kind("Softmax", (_SOFTMAX_DIM,), "Turn scores into weights that sum to one along a dim; the sizes stay."),
    Kind("LogSoftmax", (_SOFTMAX_DIM,), "The logarithm of Softmax, for NLLLoss; the sizes stay."),
)  # fmt: skip

# Functions: elements that move, and dims that go


def _dim(name: str, about: str) -> Integer:
    return Integer(name, least=-16, most=15, about=about, constructor=False)


_STEPS = Integer("dim", None, least=-16, most=15, about="Which dim; that of the steps where it is left out.", constructor=False)
_KEEP = Flag("keepdim", False, about="Whether the dim stays, with size 1.", constructor=False)
_FUNCTIONS = (
    Kind("transpose", (_dim("dim0", "One dim."), _dim("dim1", "The other.")), "Swap two dims.", module=False),
    Kind("permute", (Integers("dims", least=-16, about="The dims in their new order.", constructor=False),),
         "Reorder the dims.", module=False),
    Kind("unsqueeze", (_dim("dim", "Where the new dim stands."),), "Insert a dim of size 1.", module=False),
    Kind("squeeze", (_dim("dim", "Which dim."),), "Drop a dim of size 1; a dim of any other size stays.", module=False),
    Kind("Flatten", (
        Integer("start_dim", 1, least=-16, most=15, about="The first dim of those that become one."),
        Integer("end_dim", -1, least=-16, most=15, about="The last of them."),
    ), "Make one dim of several, as nn.Flatten does: of all but the first, unless it is told otherwise."),
    Kind("reshape", (
        ReshapeSizes("sizes", about='Ints, one of which may be -1, and axes or symbols of the input such as "batch".',
                     constructor=False),
    ), "Read the same elements in row-major order as other sizes; it never moves an axis.", module=False),
    Kind("mean", (_STEPS, _KEEP), "Pool the steps by their mean.", module=False),
    Kind("max", (_STEPS, _KEEP), "Pool the steps by the largest element of each feature.", module=False),
    Kind("sum", (_STEPS, _KEEP), "Pool the steps by their sum.", module=False),
    Kind("last_step", (_STEPS,), "The last step of a sequence; of a recurrent layer with both directions see last_state.",
         module=False),
    Kind("select", (
        _dim("dim", "Which dim."),
        Integer("index", least=-LARGEST, most=LARGEST, about="Which element of it; -1 is the last.", constructor=False),
    ), "One element along a dim, which goes: h_n[-1] is dim = 0, index = -1.", module=False),
    Kind("concat", (_dim("dim", "Along which dim."),), "Join earlier results along a dim, as torch.cat does.", module=False,
         least=2, most=100),
    Kind("add", (), "The sum of earlier results, element by element, as for a residual connection.", module=False,
         least=2, most=100),
    Kind("multiply", (), "The product of earlier results, element by element, as for a gate.", module=False,
         least=2, most=100),
)  # fmt: skip

# Losses

_TARGET = LayoutText("target", about='The Layout of the target, "batch=32".', constructor=False)
_REDUCTION = Choice("reduction", "mean", words=("mean", "sum", "none"), about="What becomes of the losses of all elements.")
_IGNORED = Integer("ignore_index", -100, least=-(2**62), most=LARGEST, about="Target that does not count.")


def _loss(name: str, about: str, *arguments: Argument) -> Kind:
    return Kind(name, (_TARGET, *arguments), about, loss=True)


_LOSSES = (
    _loss("CrossEntropyLoss",
          "Of scores (batch, classes, ...) and class ids (batch, ...), or probabilities of the scores' sizes.", _IGNORED,
          _REDUCTION,
          Number("label_smoothing", 0.0, least=0, most=1, about="How much of each target is spread over all classes.")),
    _loss("NLLLoss", "Of log-probabilities (batch, classes, ...) and class ids (batch, ...).", _IGNORED, _REDUCTION),
    _loss("MSELoss", "The squared difference; scores and target have the same sizes.", _REDUCTION),
    _loss("L1Loss", "The absolute difference; scores and target have the same sizes.", _REDUCTION),
    _loss("SmoothL1Loss", "Squared near zero and absolute elsewhere; scores and target have the same sizes.",
          _REDUCTION, Number("beta", 1.0, least=0, about="Where it becomes linear.")),
    _loss("HuberLoss", "Squared near zero and linear elsewhere; scores and target have the same sizes.",
          _REDUCTION, Number("delta", 1.0, least=1e-9, about="Where it becomes linear.")),
    _loss("BCELoss", "Of probabilities and targets from 0 to 1; they have the same sizes.", _REDUCTION),
    _loss("BCEWithLogitsLoss", "Of scores and targets from 0 to 1; they have the same sizes.", _REDUCTION),
)  # fmt: skip

KINDS = {kind.name: kind for kind in (*_RECURRENT, *_DENSE, *_POINTWISE, *_FUNCTIONS, *_LOSSES)}
"""Every type of layer, by its name."""

_LOWERED = {name.lower(): kind for name, kind in KINDS.items()}


def find_kind(word: str) -> Kind:
    """Return a type of layer by its name, in torch's spelling or in lower case.

    Raises:
        ValueError: for any other word; the message has the nearest one.
    """
    found = KINDS.get(word) or (_LOWERED.get(word) if word.islower() else None)
    if found is not None:
        return found
    near = _LOWERED.get(word.lower()) or _LOWERED.get(word.lower().removeprefix("nn."))
    hint = f"; did you mean {near.name!r}?" if near else text.nearest(word[:50], KINDS) or _nearest_lower(word[:50])
    raise ValueError(f"there is no layer of this type{hint or '; rnnshape predict --schema has them all'}")


def _nearest_lower(word: str) -> str:
    hint = text.nearest(word.lower(), _LOWERED)
    return f"; did you mean {_LOWERED[hint.split(chr(39))[1]].name!r}?" if hint else ""
