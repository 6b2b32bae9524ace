"""What is predicted of a whole model: one `ModuleCall` for each call of a module, in order, and the totals.

Both ways to it, a live module and a model in a file, end here; the renderers begin here. Nothing here imports torch.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from rnnshape import text
from rnnshape.drawing.pictured import Pictured
from rnnshape.layout.layout import Layout
from rnnshape.layout.sizes import Size, Total, product
from rnnshape.report import words
from rnnshape.report.finding import Finding
from rnnshape.report.passing import LEGEND, has_unknown

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture

__all__ = ["ITEM_SIZE", "ModelPrediction", "ModuleCall", "Value"]

ITEM_SIZE = {
    "float64": 8, "float32": 4, "float16": 2, "bfloat16": 2, "complex64": 8, "complex128": 16,
    "int64": 8, "int32": 4, "int16": 2, "int8": 1, "uint8": 1, "bool": 1,
}  # fmt: skip
"""Bytes of one element."""


@dataclass(frozen=True, slots=True)
class Value:
    """One tensor that goes into a module or comes out of it.

    Attributes:
        name: "input", "h_0", "output", "h_n", ..., or the name of an argument.
        layout: its Layout; a dim that nobody can vouch for is ``?``.
        dtype: of its elements.
    """

    name: str
    layout: Layout
    dtype: str = "float32"

    @property
    def bytes(self) -> Size:
        """Bytes of its elements."""
        return product((self.layout.numel(), ITEM_SIZE[self.dtype]))


@dataclass(frozen=True, slots=True)
class ModuleCall:
    """One call of one module.

    Attributes:
        path: of the module in the model, "encoder.rnn"; empty for the model itself. In a file, the name of the layer.
        kind: its class, "LSTM".
        spec: its configuration, as torch prints it, "LSTM(10, 16, bidirectional=True)".
        inputs: the tensors that go in, in order.
        outputs: those that come out; of a recurrent layer always output, h_n and, for an LSTM, c_n.
        parameters: how many it has itself and in its submodules.
        flops: floating point operations of the matrix products in this call, submodules included.
        depth: how deep the module was called in others; 0 for the model.
        number: which call of this module it is, from 1.
        same_as: the path under which the same module object was met first, where it is shared; else empty.
        line: where it stands in the file, from 1; None for live code.
        notes: what a person should know, such as that a size depends on data.
        also: other paths of the same module object, where it is shared.
    """

    path: str
    kind: str
    spec: str
    inputs: tuple[Value, ...] = ()
    outputs: tuple[Value, ...] = ()
    parameters: int = 0
    flops: Total = field(default_factory=Total)
    depth: int = 0
    number: int = 1
    same_as: str = ""
    line: int | None = None
    notes: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    def layout(self, name: str) -> Layout | None:
        """Return the Layout of a tensor by its name, None where there is none."""
        return next((v.layout for v in (*self.outputs, *self.inputs) if v.name == name), None)


@dataclass(frozen=True, repr=False)
class ModelPrediction(Pictured):
    """Every call of every module of a model, as Layouts, before anything has run.

    Attributes:
        title: the model's class, or the file's name.
        calls: in the order in which they begin; the first is the model itself.
        findings: what the rules have found.
        parameters: of the whole model, each counted once.
        parameter_bytes: their bytes.
        activation_bytes: of everything that modules without submodules return.
        peak_bytes: the most that is alive at once during a forward pass without gradients and parameters; None where unknown.
            With symbols, at the moment that takes most where these are not small.
        unfollowed: operations through which the axes could not be followed.
        notes: what a person should know.
        stopped: where and why the forward pass could not be followed to its end; empty where it was.
    """

    title: str
    calls: tuple[ModuleCall, ...]
    findings: tuple[Finding, ...] = ()
    parameters: int = 0
    parameter_bytes: int = 0
    activation_bytes: Total = field(default_factory=Total)
    peak_bytes: Total | None = None
    unfollowed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    stopped: str = ""

    @property
    def picture(self) -> Picture:
        """One spine of modules, with a ribbon for each axis from one to the next."""
        from rnnshape.calculator.pictures.run import picture_of

        return picture_of(self)

    @property
    def flops(self) -> Total:
        """Floating point operations of the matrix products in one forward pass."""
        return self.calls[0].flops if self.calls else Total()

    @property
    def ok(self) -> bool:
        """Whether there is no finding of severity error or warning."""
        return not any(f.severity in ("error", "warning") for f in self.findings)

    def __getitem__(self, path: str) -> ModuleCall:
        """Return the first call of a module by its path.

        Raises:
            KeyError: where no module of that path was called.
        """
        for call in self.calls:
            if call.path == path or path in call.also:
                return call
        paths = list(dict.fromkeys(c.path for c in self.calls))
        hint = text.nearest(path, paths) or f"; there are {', '.join(filter(None, paths))}"
        raise KeyError(f"no module {path!r} was called{hint}")

    def __iter__(self) -> Iterator[ModuleCall]:
        return iter(self.calls)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON-ready data; a Layout is ``{"layout": str, "sizes": list}``."""
        return {
            "title": self.title,
            "calls": [_call(call) for call in self.calls],
            "findings": [finding.to_dict() for finding in self.findings],
            "parameters": self.parameters,
            "parameter_bytes": self.parameter_bytes,
            "flops": _number(self.flops),
            "activation_bytes": _number(self.activation_bytes),
            "peak_bytes": None if self.peak_bytes is None else _number(self.peak_bytes),
            "unfollowed": list(self.unfollowed),
            "notes": list(self.notes),
            "stopped": self.stopped,
        }

    def __repr__(self) -> str:
        lines = [*map(text.shown, _tree(self.calls)), *_summary(self)]
        legend = ["", LEGEND] if has_unknown(lines) else []
        return text.fitted(text.shown_lines("\n".join([*lines, *legend])))


def _number(total: Total) -> int | str:
    number = total.number()
    return str(total) if number is None else number


def _value(value: Value) -> dict[str, object]:
    sizes = [size if isinstance(size, int) else str(size) for size in value.layout.sizes]
    return {"name": value.name, "layout": str(value.layout), "sizes": sizes, "dtype": value.dtype}


def _call(call: ModuleCall) -> dict[str, object]:
    return {
        "path": call.path,
        "kind": call.kind,
        "spec": call.spec,
        "inputs": [_value(v) for v in call.inputs],
        "outputs": [_value(v) for v in call.outputs],
        "parameters": call.parameters,
        "flops": _number(call.flops),
        "depth": call.depth,
        "number": call.number,
        "same_as": call.same_as,
        "line": call.line,
        "notes": list(call.notes),
        "also": list(call.also),
    }


# For a person: a tree


@dataclass(eq=False)
class _Node:
    """A call, the calls in it, and how often the same came again."""

    call: ModuleCall
    inner: list[_Node] = field(default_factory=list["_Node"])
    paths: list[str] = field(default_factory=list[str])
    times: int = 1

    def kind(self, path: str) -> Hashable:
        """Return what two calls have in common that are shown as one; paths are taken from the one above."""
        call = self.call
        inner = tuple(node.kind(path) for node in self.inner)
        own = call.path.removeprefix(path)
        return (own, call.spec, call.inputs, call.outputs, call.flops, call.notes, call.also, self.times, inner)


def _nested(calls: Iterable[ModuleCall]) -> list[_Node]:
    """Put each call into the one that it was made in."""
    top: list[_Node] = []
    open_calls: list[_Node] = []
    for call in calls:
        node = _Node(call, paths=[call.path])
        del open_calls[call.depth :]
        (open_calls[-1].inner if open_calls else top).append(node)
        open_calls.append(node)
    return top


def _collapsed(nodes: list[_Node]) -> list[_Node]:
    """Show calls of one module that are alike once, and neighbours that are alike but for their number in the path."""
    again: dict[Hashable, _Node] = {}
    for node in nodes:
        node.inner = _collapsed(node.inner)
        first = again.setdefault((node.call.path, node.kind(node.call.path)), node)
        if first is not node:
            first.times += 1
    found: list[_Node] = []
    for node in again.values():
        path, before = node.call.path, found[-1] if found else None
        if before and _are_neighbours(before.paths[-1], path) and before.kind(before.call.path) == node.kind(path):
            before.paths.append(path)
        else:
            found.append(node)
    return found


def _are_neighbours(path: str, other: str) -> bool:
    """Tell whether two paths end in numbers that follow each other, as in a ModuleList."""
    (above, _, last), (other_above, _, other_last) = path.rpartition("."), other.rpartition(".")
    return above == other_above and last.isdecimal() and other_last.isdecimal() and int(other_last) == int(last) + 1


def _tree(calls: tuple[ModuleCall, ...]) -> list[str]:
    rows: list[tuple[str, ...]] = [("module", "parameters", "FLOPs")]
    for node in _collapsed(_nested(calls)):
        _branch(node, "", "", "", rows)
    heads = [row for row in rows if len(row) > 1]
    width = [max((len(row[i]) for row in heads), default=0) for i in range(3)]
    return [
        row[0] if len(row) == 1 else f"{row[0].ljust(width[0])}  {row[1].rjust(width[1])}  {row[2].rjust(width[2])}".rstrip()
        for row in rows
    ]


def _branch(node: _Node, stem: str, fork: str, above: str, rows: list[tuple[str, ...]], calls: int = 1) -> None:
    """Add the lines of a call, and of those in it: heads of three cells, and layouts of one. FLOPs are those of all calls."""
    call = node.call
    own = call.path.removeprefix(above + ".") if above else call.path
    if len(node.paths) > 1:
        own += f" to {node.paths[-1].rpartition('.')[2]}"
    times = node.times * len(node.paths)
    calls *= times
    each = _costs(call.flops) if calls > 1 else ""
    often = [f"x{times}"] * (times > 1) + [f"({each} each)"] * bool(each)
    head = " ".join(filter(None, [own, call.spec or call.kind, *often]))
    rows.append((stem + fork + head, f"{call.parameters:,}" if call.parameters else "", _costs(call.flops * calls)))
    below = stem + {"├─ ": "│  ", "└─ ": "   "}.get(fork, fork)
    bar = below + ("│    " if node.inner else "     ")
    rows += [(bar + line,) for line in _layouts(call)]
    for number, inner in enumerate(node.inner):
        _branch(inner, below, "└─ " if number == len(node.inner) - 1 else "├─ ", call.path, rows, calls)


def _costs(flops: Total) -> str:
    number = flops.number()
    if number is None:
        return f"{flops} FLOPs"
    return text.flops(number) if number else ""


def _layouts(call: ModuleCall) -> list[str]:
    """Say what goes in and what comes out; states on lines of their own, so that none is overlooked."""
    states = [v for v in call.outputs if v.name in ("h_n", "c_n", "h_1", "c_1")]
    outputs = [v for v in call.outputs if v not in states]
    came_in = ", ".join(_written(v, len(call.inputs) > 1) for v in call.inputs) or "nothing"
    went_out = ", ".join(_written(v, len(outputs) > 1) for v in outputs)
    lines = [f"{came_in} -> {went_out}" if went_out else came_in]
    if len(states) == 2 and states[0].layout == states[1].layout:
        lines.append(f"{states[0].name} and {states[1].name}  {states[0].layout}")
    else:
        lines += [f"{v.name}  {v.layout}" for v in states]
    if call.also:
        lines.append(f"shared, also {text.listed(call.also)}")
    return [*lines, *call.notes]


def _written(value: Value, named: bool) -> str:
    layout = str(value.layout) or "a number"
    return f"{value.name} {layout}" if named else layout


def _summary(p: ModelPrediction) -> list[str]:
    parameters = f"{text.count(p.parameters, 'parameter')}, {text.data_size(p.parameter_bytes)}"
    lines = [f"{parameters}; {_costs(p.flops) or '0 FLOPs'} in matrix products"]
    sizes = [f"activations {_amount(p.activation_bytes)}"]
    if p.peak_bytes is not None:
        sizes.append(f"at most {_amount(p.peak_bytes)} alive at once without gradients")
    lines.append(", ".join(sizes))
    lines += p.notes
    if p.stopped:
        lines.append(f"stopped: {p.stopped}")
    for finding in p.findings:
        lines += ["", *words.fitted(finding)]
    return lines


def _amount(total: Total) -> str:
    number = total.number()
    return f"{total} bytes" if number is None else text.data_size(number)
