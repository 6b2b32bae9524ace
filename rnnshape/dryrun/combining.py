"""One prediction from one run, or from several with other numbers in the place of the symbols."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from torch import nn

from rnnshape.calculator.model import ModuleCall, Value
from rnnshape.calls import spec_of
from rnnshape.dryrun.recording import Draft
from rnnshape.dryrun.solving import Numbers, Solver
from rnnshape.layout.sizes import Size, Total

if TYPE_CHECKING:
    from rnnshape.dryrun.running import Run

__all__ = ["Combined"]


@dataclass(frozen=True, slots=True)
class _Same:
    """The same call in every run.

    Attributes:
        drafts: one for each run.
        times: of every run, the calls of this module, where these are not as many in each; else empty.
    """

    drafts: tuple[Draft, ...]
    times: tuple[tuple[Draft, ...], ...] = ()


class Combined:
    """What several runs of a model have in common.

    Args:
        runs: one or more.
        solver: finds what their numbers are in terms of symbols.

    Attributes:
        calls: of every module.
        activation_bytes: of everything that modules without submodules return.
    """

    def __init__(self, runs: Sequence[Run], solver: Solver) -> None:
        self._solver = solver
        self._known: dict[int, tuple[str, int]] = {}
        same = _aligned(runs)
        tensors = [(self._values(s, "inputs"), self._values(s, "outputs")) for s in same]
        self.calls = tuple(self._call(s, *values) for s, values in zip(same, tensors, strict=True))
        self.activation_bytes = sum(
            (self._bytes(s, values[1]) for s, values in zip(same, tensors, strict=True) if _is_leaf(s.drafts[0])), Total()
        )

    def _values(self, same: _Same, which: str) -> tuple[Value, ...]:
        seen = [getattr(draft, which) for draft in same.drafts]
        if any([v.name for v in values] != [v.name for v in seen[0]] for values in seen):
            return ()
        same_rank = [values for values in zip(*seen, strict=True) if len({v.layout.ndim for v in values}) == 1]
        return tuple(Value(v[0].name, self._solver.layout([each.layout for each in v]), v[0].dtype) for v in same_rank)

    def _call(self, same: _Same, inputs: tuple[Value, ...], outputs: tuple[Value, ...]) -> ModuleCall:
        draft = same.drafts[0]
        module, notes = draft.module, list[str]()
        if same.times:
            notes.append(f"called {self._solver.size(tuple(map(len, same.times)))} times; this is the first")
        if not draft.ended:
            notes.append("did not end")
        spec, parameters = self._known.get(id(module)) or self._known.setdefault(id(module), _configured(module))
        return ModuleCall(
            path=draft.path,
            kind=type(module).__name__,
            spec=spec,
            inputs=inputs,
            outputs=outputs,
            parameters=parameters,
            flops=self._flops(same.drafts),
            depth=draft.depth,
            number=draft.number,
            notes=tuple(notes),
            also=draft.also,
        )

    def _flops(self, drafts: tuple[Draft, ...]) -> Total:
        """Add up what was done in a call: product by product where every run has the same ones, else by module."""
        seen = [_by_path(draft) for draft in drafts]
        found = Total()
        for path, first in seen[0].items():
            products = [first, *(other.get(path, []) for other in seen[1:])]
            if len({len(p) for p in products}) == 1:
                for numbers in zip(*products, strict=True):
                    found = found + self._solver.total(numbers)
            else:
                found = found + self._solver.total(tuple(map(sum, products)))
        return found

    def _bytes(self, same: _Same, outputs: tuple[Value, ...]) -> Total:
        if not same.times:
            return Total.of(value.bytes for value in outputs)
        return sum((self._solver.total(self._all_bytes(same, at)) for at in range(len(outputs))), Total())

    def _all_bytes(self, same: _Same, at: int) -> Numbers:
        return tuple(sum(_bytes(draft.outputs[at]) for draft in drafts if at < len(draft.outputs)) for drafts in same.times)


def _bytes(value: Value) -> int:
    size: Size = value.bytes
    return size if isinstance(size, int) else 0


def _aligned(runs: Sequence[Run]) -> list[_Same]:
    """Find every call again in the other runs; of a module that is called more often in some, only the first is taken."""
    groups = [_by_module(run) for run in runs]
    met: dict[str, int] = {}
    found: list[_Same] = []
    for draft in runs[0].drafts:
        number = met[draft.path] = met.get(draft.path, -1) + 1
        same = [group.get(draft.path, []) for group in groups]
        if len({len(drafts) for drafts in same}) == 1:
            found.append(_Same(tuple(drafts[number] for drafts in same)))
        elif number == 0 and all(same):
            found.append(_Same(tuple(drafts[0] for drafts in same), tuple(map(tuple, same))))
    return found


def _by_module(run: Run) -> dict[str, list[Draft]]:
    found: dict[str, list[Draft]] = {}
    for draft in run.drafts:
        found.setdefault(draft.path, []).append(draft)
    return found


def _by_path(draft: Draft) -> dict[str, list[int]]:
    """Collect the operations of all products in a call by the module that they were made in."""
    found: dict[str, list[int]] = {}
    todo = [draft]
    while todo:
        each = todo.pop(0)
        if each.flops:
            found.setdefault(each.path, []).extend(each.flops)
        todo += each.inner
    return found


def _is_leaf(draft: Draft) -> bool:
    return next(draft.module.children(), None) is None


def _configured(module: nn.Module) -> tuple[str, int]:
    """Return the configuration of a module as torch prints it, and how many parameters it has."""
    spec = spec_of(module)
    return repr(spec) if spec else _described(module, type(module).__name__), sum(p.numel() for p in module.parameters())


def _described(module: nn.Module, kind: str) -> str:
    extra = " ".join(module.extra_repr().split())
    return f"{kind}({extra})" if extra else kind
