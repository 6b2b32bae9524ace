"""`RNNSpec`: the configuration of a recurrent layer, under torch's own argument names and with torch's own limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, cast

from rnnshape.errors import SpecError, SpecTypeError
from rnnshape.text import nearest

__all__ = ["KINDS", "RNNSpec"]

KINDS = ("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell")
"""The layers, by the name of torch's class."""

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


@dataclass(frozen=True, slots=True, repr=False)
class RNNSpec:
    """The configuration of one nn.RNN, nn.LSTM, nn.GRU or of one of their cells.

    Rejects what torch's constructor rejects, with the same kind of exception.

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
    rnnshape.errors.SpecError: proj_size=4: only an LSTM has projections, not a GRU; leave it 0
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
        self._check_types()
        if self.cell:
            self._check_cell()
        else:
            self._check_layer()

    def _check_types(self) -> None:
        for name in ("input_size", "hidden_size", "num_layers", "proj_size"):
            value = getattr(self, name)
            if not isinstance(value, int):
                raise SpecTypeError(f"{name}={value!r}: an int is needed, got {type(value).__name__}")
        for name in ("bias", "batch_first", "bidirectional"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise SpecTypeError(f"{name}={value!r}: True or False is needed, got {type(value).__name__}")

    def _check_layer(self) -> None:
        dropout: object = self.dropout
        if isinstance(dropout, bool) or not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1:
            raise SpecError(f"dropout={dropout!r}: a probability from 0 to 1 is needed")
        for name in ("input_size", "hidden_size", "num_layers"):
            if getattr(self, name) <= 0:
                raise SpecError(f"{name}={getattr(self, name)}: 1 or more is needed")
        if self.proj_size < 0:
            raise SpecError(f"proj_size={self.proj_size}: a positive size is needed, or 0 for no projection")
        if self.proj_size and self.mode != "LSTM":
            raise SpecError(f"proj_size={self.proj_size}: only an LSTM has projections, not a {self.kind}; leave it 0")
        if self.proj_size >= self.hidden_size:
            raise SpecError(f"proj_size={self.proj_size}: must be smaller than hidden_size={self.hidden_size}")

    def _check_cell(self) -> None:
        for name in ("input_size", "hidden_size"):
            if getattr(self, name) < 0:
                raise SpecError(f"{name}={getattr(self, name)}: 0 or more is needed")
        for name, default in (
            ("num_layers", 1), ("batch_first", False), ("dropout", 0.0), ("bidirectional", False), ("proj_size", 0),
        ):  # fmt: skip
            if getattr(self, name) != default:
                raise SpecTypeError(f"{name}={getattr(self, name)!r}: a cell has no {name}; use {self.kind[:-4]}")

    # Where it comes from

    @classmethod
    def of(cls, kind: str, /, *args: Any, **config: Any) -> RNNSpec:
        """Build a spec from a layer's name and torch's constructor arguments.

        Args:
            kind: "RNN", "LSTM", "GRU", "RNNCell", "LSTMCell" or "GRUCell", in any case; or a mode such as "RNN_RELU".
            args: torch's positional arguments, in its order.
            config: torch's keyword arguments; ``nonlinearity`` too.

        >>> RNNSpec.of("rnn", 1, hidden_size=32, nonlinearity="relu")
        RNN(1, 32, nonlinearity='relu')
        """
        mode, cell = _mode_of(kind, config.pop("nonlinearity", None))
        known = [f.name for f in fields(cls) if f.name not in ("mode", "cell")]
        order = ["input_size", "hidden_size", *(["bias"] if cell else known[2:])]
        if len(args) > len(order):
            raise SpecTypeError(f"{kind} takes {len(order)} positional arguments, {', '.join(order)}; got {len(args)}")
        for name, value in zip(order, args, strict=False):
            if name in config:
                raise SpecTypeError(f"{kind}: {name} is given twice, as {value!r} and as {config[name]!r}")
            config[name] = value
        for name in config:
            if name not in known:
                extra = [*known, "nonlinearity"] if mode.startswith("RNN") else known
                raise SpecTypeError(f"{kind} has no argument {name!r}{nearest(name, extra) or '; it takes ' + ', '.join(extra)}")
        for name in ("input_size", "hidden_size"):
            if name not in config:
                raise SpecTypeError(f"{kind} needs {name}=")
        return cls(mode, cell=cell, **config)

    @classmethod
    def from_module(cls, module: object) -> RNNSpec:
        """Read the configuration off a live module, whatever its class, by its attributes.

        A layer has ``mode`` and torch's attribute names; a cell has ``input_size``, ``hidden_size`` and ``weight_ih``.

        Raises:
            SpecTypeError: where the module is no recurrent layer; the message names those inside it.
        """
        mode = getattr(module, "mode", None)
        if isinstance(mode, str) and mode in _GATES and hasattr(module, "hidden_size"):
            found = {f.name: getattr(module, f.name) for f in fields(cls) if f.name != "cell" and hasattr(module, f.name)}
            return cls(**found)
        weight = getattr(module, "weight_ih", None)
        if weight is not None and hasattr(module, "input_size") and hasattr(module, "hidden_size"):
            module = cast("Any", module)
            gates = len(weight) // module.hidden_size if module.hidden_size else 0
            mode = {4: "LSTM", 3: "GRU", 1: _rnn_mode(getattr(module, "nonlinearity", None))}.get(gates)
            if mode is not None:
                return cls(mode, module.input_size, module.hidden_size, bias=bool(module.bias), cell=True)
        raise SpecTypeError(_explain_no_layer(module))

    @classmethod
    def from_dict(cls, config: Mapping[str, Any]) -> RNNSpec:
        """Build a spec from a mapping, as read from TOML or JSON: ``kind`` and torch's arguments.

        >>> RNNSpec.from_dict({"kind": "GRU", "input_size": 4, "hidden_size": 8})
        GRU(4, 8)
        """
        rest = dict(config)
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


def _rnn_mode(nonlinearity: object) -> str:
    return "RNN_RELU" if nonlinearity == "relu" else "RNN_TANH"


def _mode_of(kind: str, nonlinearity: object) -> tuple[str, bool]:
    """Return torch's mode for a class name or a mode, and whether it is a cell."""
    word = kind.upper().replace("-", "_").removeprefix("NN.")
    cell = word.endswith("CELL")
    base = word.removesuffix("CELL").rstrip("_") if cell else word
    if base not in ("RNN", *_GATES) or (cell and "_" in base):
        raise SpecError(f"there is no recurrent layer {kind!r}; use one of {', '.join(KINDS)}{nearest(kind.upper(), KINDS)}")
    if nonlinearity is None:
        return ("RNN_TANH" if base == "RNN" else base), cell
    if base != "RNN":
        raise SpecTypeError(f"nonlinearity={nonlinearity!r}: only RNN and RNNCell have one, not {kind}")
    if nonlinearity not in ("tanh", "relu"):
        raise SpecError(f"nonlinearity={nonlinearity!r}: use 'tanh' or 'relu'")
    return _rnn_mode(nonlinearity), cell


def _explain_no_layer(module: object) -> str:
    name = type(module).__name__
    inside: list[str] = []
    if hasattr(module, "named_modules"):
        for path, child in cast("Any", module).named_modules():
            if path and (getattr(child, "mode", None) in _GATES or hasattr(child, "weight_ih")):
                inside.append(f"{path} ({type(child).__name__})")
    if inside:
        return f"{name} is not a recurrent layer itself; predict one of those in it: {', '.join(inside)}"
    return f"{name} is not a recurrent layer: it has neither torch's 'mode' nor 'weight_ih'"
