"""`RNNSpec`: the configuration of a recurrent layer, under torch's own argument names and with torch's own limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from functools import cache
from numbers import Number
from operator import index
from typing import Any, NamedTuple, SupportsIndex

from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.layout.sizes import LARGEST, shown, whole_number
from rnnshape.text import nearest

__all__ = ["KINDS", "RNNSpec"]

KINDS = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
"""The layers, by the name of torch's class."""

MOST_LAYERS = 10_000
"""Stacked layers: every one of them has a few lines in what is told."""

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}

# torch's arguments in the order of its constructors. A spec does not keep the last two.
_LAYER_ARGUMENTS = (
    "input_size", "hidden_size", "num_layers", "bias", "batch_first", "dropout", "bidirectional", "proj_size",
    "device", "dtype",
)  # fmt: skip
_CELL_ARGUMENTS = ("input_size", "hidden_size", "bias", "device", "dtype")


@dataclass(frozen=True, slots=True, repr=False)
class RNNSpec:
    """The configuration of one nn.RNN, nn.LSTM, nn.GRU or of one of their cells.

    Rejects what torch's constructor rejects, with the same kind of exception. What torch takes besides ints and bools is
    kept as what it stands for: ``num_layers=np.int64(2)`` as 2, ``bidirectional=1`` as True.

    Args:
        mode: torch's word for the recurrence, "RNN_TANH", "RNN_RELU", "LSTM" or "GRU".
        input_size: features of each element of the input sequence.
        hidden_size: features of the hidden state (of the cell state, where proj_size is set).
        num_layers: stacked layers.
        bias: whether there are bias vectors.
        batch_first: whether input and output are (batch, seq, ...); the states never are.
        dropout: probability of dropout after each layer but the last.
        bidirectional: whether a second set of weights reads the sequence from its end.
        proj_size: size of the projected hidden state of an LSTM; 0 for none.
        cell: whether this is a cell, which takes one step.

    Raises:
        SpecError: for a value that torch rejects with ValueError.
        SpecTypeError: for a type that torch rejects with TypeError.

    >>> RNNSpec("LSTM", 10, 16, num_layers=2, bidirectional=True)
    LSTM(10, 16, num_layers=2, bidirectional=True)
    >>> RNNSpec("GRU", 10, 16, proj_size=4)
    Traceback (most recent call last):
    ...
    rnnshape.errors.SpecError: proj_size=4: only LSTM has projections, not GRU; leave it 0
    """

    mode: str
    input_size: int
    hidden_size: int
    num_layers: int = 1
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False
    proj_size: int = 0
    cell: bool = False

    def __post_init__(self) -> None:
        if self.mode not in _GATES:
            raise SpecError(f"mode={self.mode!r}: use one of {', '.join(_GATES)}{nearest(str(self.mode).upper(), _GATES)}")
        plain = self._has_plain_types()
        if plain and not self.cell and self._is_in_range():
            return
        if self.cell:
            self._check_cell()
        else:
            self._check_layer()
        if not plain:
            self._convert()

    def _has_plain_types(self) -> bool:
        integers = type(self.input_size) is type(self.hidden_size) is type(self.num_layers) is type(self.proj_size) is int
        flags = type(self.bias) is type(self.batch_first) is type(self.bidirectional) is bool
        return integers and flags and type(self.dropout) is float

    def _is_in_range(self) -> bool:
        """Tell at one look of a layer of plain types that the checks below would find nothing; they say what is wrong."""
        return (
            1 <= self.input_size <= LARGEST and 1 <= self.hidden_size <= LARGEST and 1 <= self.num_layers <= MOST_LAYERS
            and 0 <= self.proj_size < self.hidden_size and (self.proj_size == 0 or self.mode == "LSTM")
            and 0 <= self.dropout <= 1
        )  # fmt: skip

    def _check_layer(self) -> None:
        """Make the checks of torch's RNNBase, in its order."""
        _check_dropout(self.dropout)
        _check_type("bias", self.bias, bool)
        _check_type("batch_first", self.batch_first, bool)
        _check_type("input_size", self.input_size, int)
        _check_least("input_size", self.input_size, 1)
        _check_type("hidden_size", self.hidden_size, int)
        _check_least("hidden_size", self.hidden_size, 1)
        _check_least("num_layers", self.num_layers, 1)
        if self.num_layers > MOST_LAYERS:
            raise SpecError(f"num_layers={self.num_layers}: {MOST_LAYERS} or less is needed; each layer has tensors of its own")
        _check_least("proj_size", self.proj_size, 0)
        if self.proj_size >= self.hidden_size:
            raise SpecError(f"proj_size={self.proj_size}: must be smaller than hidden_size={self.hidden_size}")
        if self.proj_size and self.mode != "LSTM":
            raise SpecError(f"proj_size={self.proj_size}: only LSTM has projections, not {self.kind}; leave it 0")

    def _check_cell(self) -> None:
        _check_least("input_size", self.input_size, 0)
        _check_least("hidden_size", self.hidden_size, 0)
        for field in fields(self)[3:-1]:
            value = getattr(self, field.name)
            if value != field.default and field.name not in _CELL_ARGUMENTS:
                raise _not_of_a_cell(field.name, value, self.kind)

    def _convert(self) -> None:
        """Keep what torch takes besides ints, bools and floats as what it stands for."""
        # torch.empty takes no True for the number of rows: those of weight_hr, and those of weight_ih where there is one gate.
        if self.proj_size is True or (self.hidden_size is True and self.gates == 1 and not self.cell):
            name = "proj_size" if self.proj_size is True else "hidden_size"
            raise _wrong_type(name, True, int)
        values: dict[str, object] = {name: bool(getattr(self, name)) for name in ("bias", "batch_first", "bidirectional")}
        values |= {name: _integer(name, getattr(self, name)) for name in ("input_size", "hidden_size", "num_layers")}
        values["proj_size"] = _integer("proj_size", self.proj_size or 0)  # torch takes 0.0 for no projection
        values["dropout"] = float(self.dropout)
        for name, value in values.items():
            object.__setattr__(self, name, value)

    # Where it comes from

    @classmethod
    def of(cls, kind: str, /, *args: object, **config: Any) -> RNNSpec:
        """Build a spec from a layer's name and torch's constructor arguments.

        Args:
            kind: "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell" or "GRUCell", in any case; or a mode such as "RNN_RELU".
            args: torch's positional arguments, in its order.
            config: torch's keyword arguments; ``nonlinearity`` too. ``device`` and ``dtype`` change nothing.

        >>> RNNSpec.of("rnn", 1, hidden_size=32, nonlinearity="relu")
        RNN(1, 32, nonlinearity='relu')
        """
        mode, cell, known = _signature(kind)
        if "proj_size" in config and mode != "LSTM" and not cell:
            raise SpecError(f"proj_size={config['proj_size']!r}: only LSTM has projections, not {kind}; leave it out")
        if args:
            _add_positional(config, kind, args, known)
        for name in config:
            if name not in known:
                raise _unknown_argument(kind, name, config[name])
        if "nonlinearity" in config:
            mode = _rnn_mode(config.pop("nonlinearity"))
        if "input_size" not in config or "hidden_size" not in config:
            raise SpecTypeError(f"{kind} needs {'hidden_size' if 'input_size' in config else 'input_size'}=")
        config.pop("device", None)
        config.pop("dtype", None)
        return cls(mode, cell=cell, **config)

    @classmethod
    def from_module(cls, module: object) -> RNNSpec:
        """Read the configuration off a live module, whatever its class, by its attributes.

        A layer has ``mode`` and torch's attribute names; a cell is of torch's class, or has the attributes ``input_size``,
        ``hidden_size``, ``bias`` and a ``weight_ih`` with 4, 3 or 1 times hidden_size rows.

        Raises:
            SpecTypeError: where the module is no recurrent layer; the message names those inside it.
        """
        recurrence = _recurrence(module)
        if recurrence is None:
            raise SpecTypeError(_explain_no_layer(module))
        mode, cell = recurrence
        names = _CELL_ARGUMENTS[:3] if cell else _LAYER_ARGUMENTS[:8]
        return cls(mode, cell=cell, **{name: getattr(module, name) for name in names if hasattr(module, name)})

    @classmethod
    def from_dict(cls, config: Mapping[str, object]) -> RNNSpec:
        """Build a spec from a mapping, as read from TOML or JSON: ``kind`` and torch's arguments.

        >>> RNNSpec.from_dict({"kind": "GRU", "input_size": 4, "hidden_size": 8})
        GRU(4, 8)
        """
        rest: dict[str, Any] = dict(config)
        kind = rest.pop("kind", None)
        if not isinstance(kind, str):
            raise SpecTypeError(f"kind={kind!r}: a layer's name is needed, one of {', '.join(KINDS)}")
        return cls.of(kind, **rest)

    def to_dict(self) -> dict[str, Any]:
        """Return what `from_dict` reads."""
        config = asdict(self)
        mode, cell = config.pop("mode"), config.pop("cell")
        if cell:
            config = {name: config[name] for name in ("input_size", "hidden_size", "bias")}
        elif mode != "LSTM":
            del config["proj_size"]  # torch takes it for an LSTM only
        if mode.startswith("RNN"):
            config["nonlinearity"] = mode[4:].lower()
        return {"kind": self.kind, **config}

    # What follows from it

    @property
    def kind(self) -> str:
        """The name of torch's class."""
        return self.mode.split("_")[0] + ("Cell" if self.cell else "")

    @property
    def directions(self) -> int:
        """2 where it is bidirectional, else 1."""
        return 2 if self.bidirectional else 1

    @property
    def gates(self) -> int:
        """Rows of hidden_size in each weight matrix: 4 for LSTM (i, f, g, o), 3 for GRU (r, z, n), 1 for RNN."""
        return _GATES[self.mode]

    @property
    def state_size(self) -> int:
        """Features of h_0, h_n and of one direction of the output: torch's H_out."""
        return self.proj_size or self.hidden_size

    @property
    def has_cell_state(self) -> bool:
        """Whether the state is a pair (h, c)."""
        return self.mode == "LSTM"

    def __repr__(self) -> str:
        parts = [str(self.input_size), str(self.hidden_size)]
        if self.mode == "RNN_RELU":
            parts.append("nonlinearity='relu'")
        for field in fields(self)[3:-1]:
            value = getattr(self, field.name)
            if value != field.default:
                parts.append(f"{field.name}={value!r}")
        return f"{self.kind}({', '.join(parts)})"


# What torch checks

_NEEDED = {int: "an int", bool: "True or False", float: "a probability from 0 to 1"}


def _wrong_type(name: str, value: object, needed: type) -> SpecTypeError:
    known = whole_number(value) if needed is int else None
    fits = "" if known is None else f", and torch takes no other; write int(...), which is {shown(known)}"
    return SpecTypeError(f"{name}={shown(value)}: {_NEEDED[needed]} is needed, got {type(value).__name__}{fits}")


def _check_type(name: str, value: object, needed: type) -> None:
    if not isinstance(value, needed):
        raise _wrong_type(name, value, needed)


def _check_least(name: str, value: int, least: int) -> None:
    try:
        too_small = value <= least - 1
    except TypeError:
        raise _wrong_type(name, value, int) from None
    if too_small:
        raise SpecError(f"{name}={shown(value)}: {least} or more is needed")
    if value > LARGEST:
        raise SpecError(f"{name}={shown(value)}: {LARGEST} or less is needed, as torch holds a size in 64 bits")


def _check_dropout(value: float) -> None:
    if type(value) is float and 0 <= value <= 1:
        return
    try:
        float(value)
    except TypeError:
        raise _wrong_type("dropout", value, float) from None
    except (ValueError, OverflowError):
        pass  # no number, or none from 0 to 1
    if isinstance(value, bool) or not isinstance(value, Number) or not 0 <= value <= 1:
        raise SpecError(f"dropout={shown(value)}: a probability from 0 to 1 is needed")


def _integer(name: str, value: SupportsIndex) -> int:
    try:
        return index(value)
    except TypeError:
        raise _wrong_type(name, value, int) from None


# How torch's constructors are called


class _Signature(NamedTuple):
    mode: str
    cell: bool
    arguments: tuple[str, ...]


@cache
def _signature(kind: str) -> _Signature:
    """Read a class name or a mode, and look up its arguments in torch's order."""
    word = kind.upper().replace("-", "_").removeprefix("NN.")
    cell = word.endswith("CELL")
    base = word.removesuffix("CELL").rstrip("_") if cell else word
    if base not in ("RNN", *_GATES) or (cell and "_" in base):
        raise SpecError(f"there is no recurrent layer {kind!r}; use one of {', '.join(KINDS)}{nearest(kind.upper(), KINDS)}")
    arguments = _CELL_ARGUMENTS if cell else _LAYER_ARGUMENTS
    if base != "RNN":
        return _Signature(base, cell, arguments)
    return _Signature("RNN_TANH", cell, (*arguments[:3], "nonlinearity", *arguments[3:]))


def _rnn_mode(nonlinearity: object) -> str:
    if nonlinearity not in ("tanh", "relu"):
        raise SpecError(f"nonlinearity={nonlinearity!r}: use 'tanh' or 'relu'")
    return "RNN_RELU" if nonlinearity == "relu" else "RNN_TANH"


def _add_positional(config: dict[str, object], kind: str, args: tuple[object, ...], order: tuple[str, ...]) -> None:
    if len(args) > len(order):
        raise SpecTypeError(f"{kind} takes {len(order)} positional arguments, {', '.join(order)}; got {len(args)}")
    for name, value in zip(order, args, strict=False):
        if name in config:
            raise SpecTypeError(f"{kind}: {name} is given twice, as {value!r} and as {config[name]!r}")
        config[name] = value
    counted = next((name for name in ("bias", "batch_first", "bidirectional") if _is_count(name, args, order)), None)
    if counted is not None:
        said = ", ".join(f"{name}={shown(value)}" for name, value in zip(order, args, strict=False))
        example = f"predict({kind!r}, {', '.join(map(shown, args[:2]))}, batch=6, seq=9)"
        why = f"numbers without a name are torch's own arguments, here {said}; sizes of the input have names, as in {example}"
        raise SpecTypeError(f"{counted}={shown(config[counted])}: True or False is needed, got int; {why}")


def _is_count(name: str, args: tuple[object, ...], order: tuple[str, ...]) -> bool:
    """Tell whether a switch is given, by its place, a number that may be meant for a size."""
    return name in order[: len(args)] and type(args[order.index(name)]) is int


def _unknown_argument(kind: str, name: str, value: object) -> SpecTypeError:
    mode, cell, known = _signature(kind)
    if name == "nonlinearity":
        return SpecTypeError(f"nonlinearity={value!r}: only RNN and RNNCell have one, not {kind}")
    if cell and name in _LAYER_ARGUMENTS:
        return _not_of_a_cell(name, value, f"{mode.removesuffix('_TANH')}Cell")
    return SpecTypeError(f"{kind} has no argument {name!r}{nearest(name, known) or '; it takes ' + ', '.join(known)}")


def _not_of_a_cell(name: str, value: object, kind: str) -> SpecTypeError:
    return SpecTypeError(f"{name}={value!r}: a cell has no {name}; use {kind.removesuffix('Cell')}")


# What a live module says


def _recurrence(module: Any) -> tuple[str, bool] | None:
    """Return the mode of a module and whether it is a cell; None where it is no recurrent layer."""
    mode = getattr(module, "mode", None)
    if isinstance(mode, str) and mode in _GATES and all(hasattr(module, name) for name in _LAYER_ARGUMENTS[:7]):
        return mode, False
    if not all(hasattr(module, name) for name in _CELL_ARGUMENTS[:3]):
        return None
    classes = {c.__name__ for c in type(module).__mro__ if c.__module__.startswith("torch.")}
    kinds = {"LSTMCell": "LSTM", "GRUCell": "GRU", "RNNCell": "RNN_TANH"}
    if getattr(module, "nonlinearity", None) == "relu":
        kinds["RNNCell"] = "RNN_RELU"
    if found := next((mode for kind, mode in kinds.items() if kind in classes), None):
        return found, True
    # Only now: torch.fx writes down every parameter that is looked at while it traces.
    shape = getattr(getattr(module, "weight_ih", None), "shape", None)
    if not shape or not module.hidden_size:
        return None
    return next(((mode, True) for mode in kinds.values() if shape[0] == _GATES[mode] * module.hidden_size), None)


def _explain_no_layer(module: Any) -> str:
    if isinstance(module, type):
        return f"{module.__name__} is a class; give an instance of it, or its name with its arguments"
    name = type(module).__name__
    children = module.named_modules() if hasattr(module, "named_modules") else ()
    inside = [f"{path} ({type(child).__name__})" for path, child in children if path and _recurrence(child)]
    if inside:
        return f"{name} is not a recurrent layer itself; give one of those in it: {', '.join(inside)}"
    return f"{name} is not a recurrent layer: it lacks the attributes of torch's layers and cells"
