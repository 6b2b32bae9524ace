"""The tracker: follows coordinates through every torch function while it is on.

It keeps marks beside the tensors, in a weak table, and never a tensor. What it cannot follow becomes unknown and is listed in the report.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from rnnshape import _torch, text
from rnnshape.axes import Axis
from rnnshape.coordinates import LARGEST, Mark, Site, along, layout_of
from rnnshape.explanation import explain
from rnnshape.judgement import Judge
from rnnshape.layout import Layout
from rnnshape.ops import OPERATIONS, Operation, name_of
from rnnshape.ops.pointwise import IDENTITIES, is_pointwise, makes_new_values, pointwise
from rnnshape.ops.registry import leaves
from rnnshape.hooks import NOTE, Observer
from rnnshape.report import Finding, Location
from rnnshape.rules import rule
from rnnshape.usage import Usage

__all__ = ["Tracker"]

logger = logging.getLogger("rnnshape")

# They say something about a tensor and make none; most calls that a mode sees are of these.
_SILENT = frozenset(
    """size dim numel shape.get dtype.get device.get ndim.get requires_grad.get is_leaf.get layout.get is_cuda.get is_sparse.get
    is_quantized.get is_floating_point is_complex is_contiguous stride storage_offset element_size nelement data_ptr ndimension
    is_cuda is_meta.get is_nested.get names.get grad_fn.get _backward_hooks.get output_nr.get _version.get itemsize.get nbytes.get
    is_pinned is_same_size result_type can_cast get_device is_inference is_conj is_neg type dim_order is_mkldnn.get is_mps.get
    is_xla.get is_xpu.get is_vulkan.get is_ipu.get _is_view.get _base.get retains_grad.get volatile.get name.get""".split()
)


class Tracker(TorchFunctionMode):
    """Follows one step of a model.

    Args:
        observer: what is done about findings, and where they are recorded.
        path: tells the path of a module.
    """

    def __init__(self, observer: Observer, path: Callable[[nn.Module], str]) -> None:
        super().__init__()
        self._observer = observer
        self._report = observer.report
        self._found: list[Finding] = []
        self.path = path
        self._marks: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
        self._born: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
        self._count = 0
        self.samples = 0
        self._batch_dims: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
        self.squeezed: list[tuple[Location | None, str, tuple[int, ...], tuple[int, ...]]] = []
        self._off = False
        self.judge = Judge(self._tell, self._scene)

    # The mode

    def __torch_function__(self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None) -> Any:
        kwargs = kwargs or {}
        name = name_of(func)
        try:
            result = func(*args, **kwargs)
        except Exception as error:
            self._guarded(name, self._explain, Operation(name, func, args, kwargs, None, self), error)
            for finding in self._taken():  # torch's own exception passes, with a note
                self._report.add(finding)
                error.add_note(f"{NOTE}{finding}")
            raise
        if not self._off and name not in _SILENT and not torch.compiler.is_compiling():
            self._guarded(name, self._follow, Operation(name, func, args, kwargs, result, self))
        if self._found:
            self._observer.tell(self._taken())
        return result

    def _taken(self) -> list[Finding]:
        found, self._found = self._found, []
        return found

    def _guarded(self, name: str, work: Callable[..., None], *args: Any) -> None:
        """Do our own work; after a mistake of ours nothing is followed any more."""
        try:
            with torch._C.DisableTorchFunction(), torch.no_grad():
                work(*args)
        except Exception:
            self._off = True
            # As text: a record that keeps the traceback would keep the tensors of the call.
            trace = traceback.format_exc()
            logger.error("rnnshape made a mistake at %s and stops following; the model runs on. Please report this\n%s", name, trace)
            self._report.could_not_follow(f"everything after {name}, where rnnshape made a mistake, which is in the log")

    def _follow(self, op: Operation) -> None:
        if op.name == "squeeze" and self.samples == 1 and isinstance(op.result, Tensor) and op.result.dim() < op.args[0].dim():
            self.squeezed.append((self.here(), op.name, tuple(op.args[0].shape), tuple(op.result.shape)))
        handler = OPERATIONS.get(op.name) or (pointwise if is_pointwise(op.name) else None)
        if handler is not None:
            self._forget(op.result, op.args)
            handler(op)
            if handler is makes_new_values:
                for tensor in leaves(op.result):
                    self._born[tensor] = self.here()
            elif op.name in IDENTITIES and isinstance(op.result, Tensor) and op.args and op.args[0] in self._born:
                self._born[op.result] = self._born[op.args[0]]
            return
        known = [m for t in leaves([op.args, op.kwargs]) if (m := self.mark(t))]
        self._forget(op.result, ())
        if known and any(True for _ in leaves(op.result)):
            self.judge.use(*known)
            self._report.could_not_follow(f"{op.name} has no rule, so what it returns is unknown")

    def _explain(self, op: Operation, error: Exception) -> None:
        if cause := explain(op, error):
            code, message, suggestion, layout = cause
            here, module, kind = self._scene()
            layouts = (("seen", layout),) if layout else ()
            details = (f"  seen      {layout}  {text.sizes(layout.sizes)}",) if layout else ()
            self._tell(Finding(code, rule(code).severity, message, module, here, suggestion, layouts, kind, details))

    def _forget(self, result: Any, args: tuple[Any, ...]) -> None:
        """Drop what was known of a tensor that an operation wrote into, unless its handler takes it as a source."""
        for tensor in leaves(result):
            if tensor in self._marks and not any(tensor is a for a in args):
                del self._marks[tensor]

    # The book

    def mark(self, value: object) -> Mark | None:
        """Return what is known of a value."""
        return self._marks.get(value) if isinstance(value, Tensor) else None

    def put(self, tensor: object, mark: Mark) -> None:
        """Remember what is known of a tensor."""
        if isinstance(tensor, Tensor):
            if mark.tables or mark.lost or mark.target:
                if mark.made is None:
                    mark.made = self.here()
                self._marks[tensor] = mark
            elif tensor in self._marks:
                del self._marks[tensor]

    def fresh(self, name: str) -> Axis:
        """Return an axis that no other is equal to."""
        self._count += 1
        return Axis(name, str(self._count))

    def site(self, name: str, before: Mark, sizes: tuple[int, ...]) -> Site:
        """Describe the present operation."""
        return Site(self.here(), {"__getitem__": "index"}.get(name, name), _words(before), sizes)

    def here(self) -> Location | None:
        """Return the user's line."""
        return _torch.user_location()

    def calling_module(self) -> tuple[str, str]:
        """Return path and class of the innermost module that is being called."""
        module = _torch.calling_module()
        return ("", "") if module is None else (self.path(module), type(module).__name__)

    def origin(self, value: object) -> Location | None:
        """Return the line that made a tensor from nothing, such as ``torch.zeros``; None for any other value."""
        return self._born.get(value) if isinstance(value, Tensor) else None

    # Labels

    def label(self, tensor: Tensor, layout: Layout, of: str = "", target: bool = False) -> None:
        """Say what the axes of a tensor are.

        Args:
            tensor: the tensor.
            layout: its Layout, of its sizes.
            of: tells axes other than the batch apart from those of another tensor.
            target: whether it is the target of a loss.
        """
        mark = Mark(tuple(tensor.shape), target=target)
        for dim, factors in enumerate(layout.dims):
            stride = tensor.size(dim)
            for factor in factors:
                if not isinstance(factor.axis, Axis) or not isinstance(factor.size, int) or factor.axis.name == "?":
                    continue
                stride //= max(factor.size, 1)
                axis = Axis(factor.axis.name, "" if factor.axis.name == "batch" else of)
                if axis.name == "batch":
                    self.samples = factor.size
                    self._batch_dims[tensor] = dim
                if tensor.size(dim) <= LARGEST:
                    sizes = [1] * tensor.dim()
                    sizes[dim] = tensor.size(dim)
                    table = (torch.arange(tensor.size(dim)) // stride % factor.size).view(sizes)
                    mark.tables[axis] = table if factor.size > 1 else along(1, 0, tensor.dim())
        self.put(tensor, mark)

    def doubled(self, value: Any) -> Any:
        """Return arguments in which every tensor that was labelled has its samples twice."""
        if isinstance(value, Tensor):
            return torch.cat([value, value], self._batch_dims[value]) if value in self._batch_dims else value
        if isinstance(value, dict):
            return {k: self.doubled(v) for k, v in value.items()}
        return type(value)(map(self.doubled, value)) if type(value) in (tuple, list) else value

    def begin(self, inputs: list[Mark]) -> None:
        """Begin a step with these inputs: what earlier steps used is no longer asked for."""
        self.samples = max((t.numel() for m in inputs for _, t in m.of("batch") if len([s for s in t.shape if s > 1]) == 1), default=0)
        self.judge.usage = Usage(self.judge.usage.after)

    def finish(self, output: object) -> None:
        """Judge what the model returned, and everything it picked on the way."""
        if not self._off:
            self._guarded("the output", self._finish, output)
        self._observer.tell(self._taken())

    def _finish(self, output: object) -> None:
        found = [self.mark(t) for t in leaves(output)]
        known = [m for m in found if m is not None]
        self.judge.outputs(known, self.samples if len(known) == len(found) else 0)

    # Findings

    def _scene(self) -> tuple[Location | None, str, str]:
        return (self.here(), *self.calling_module())

    def _tell(self, finding: Finding) -> None:
        silenced = finding.location is not None and finding.location.silences(finding.code)
        if finding.code not in self._observer.ignore and not silenced:
            self._found.append(finding)


def _words(mark: Mark) -> Layout | None:
    """Return the Layout of the axes that a person knows."""
    return layout_of(mark, ("batch", "seq", "layers", "directions", "hidden", "feature")) or layout_of(mark)
