"""The nn.Module that a file describes, as Python source.

Names are checked identifiers and values are reprs, so no text of a file can become code.
"""

from __future__ import annotations

import os

from rnnshape.errors import SpecError
from rnnshape.layout.axes import role_of
from rnnshape.modelfile.description import Layer, Reference
from rnnshape.modelfile.names import free_name
from rnnshape.modelfile.prediction import Answer, answered
from rnnshape.modelfile.reading import read

__all__ = ["module_source", "written"]


def module_source(path: str | os.PathLike[str]) -> str:
    """Return the Python source of the nn.Module that a TOML or JSON file describes.

    Args:
        path: of a ``.toml`` or ``.json`` file of at most 256 KiB.

    Raises:
        SpecError: where the file cannot be read as a model's description, or does not say which dim is meant.
    """
    return written(answered(read(path)))


def written(answer: Answer) -> str:
    """Return the Python source of a model; behind each line stands the Layout of what it gives, where that is known."""
    return _Writer(answer).source()


class _Writer:
    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.description = answer.description
        taken = {i.name for i in self.description.inputs} | {layer.name for layer in self.description.layers}
        self.variables: dict[Reference, str] = {}
        for given in self.description.inputs:
            self.variables |= {Reference(given.name, part): given.name for part in ("", "output")}
        for layer in self.description.layers:
            main, *others = layer.kind.parts
            self.variables[Reference(layer.name)] = self.variables[Reference(layer.name, main)] = layer.name
            for part in others:
                name = free_name(f"{layer.name}_{part}", taken)
                taken.add(name)
                self.variables[Reference(layer.name, part)] = name

    def source(self) -> str:
        forward = [self._line(layer) for layer in self.description.layers if not layer.kind.loss]
        needs_torch = any("torch." in line.split("  #")[0] for line in forward)
        lines = [f"# Written by rnnshape predict --module from {os.path.basename(self.answer.document.file)!a}"]
        lines += ["import torch"] if needs_torch else []
        lines += ["from torch import nn", "", "", f"class {self.description.name}(nn.Module):", "    def __init__(self):"]
        lines += ["        super().__init__()"]
        lines += [self._attribute(layer) for layer in self.description.layers if layer.kind.module]
        lines += ["", f"    def forward(self, {', '.join(i.name for i in self.description.inputs)}):"]
        lines += [f"        # {v.name}: {v.layout}, {v.dtype}" for v in self.answer.prediction.calls[0].inputs]
        lines += forward
        lines += [f"        return {', '.join(self.variables[r] for r in self.description.outputs)}"]
        return "\n".join(lines) + "\n"

    def _attribute(self, layer: Layer) -> str:
        line = f"        self.{layer.name} = nn.{layer.kind.name}({layer.kind.written(layer.arguments)})"
        if layer.kind.loss:
            line += f"  # of {self.variables[layer.inputs[0]]}, and a target {layer.arguments['target']}".rstrip()
        return line

    def _line(self, layer: Layer) -> str:
        names = [self.variables[layer.source(reference)] for reference in layer.inputs]
        states = [self.variables[reference] for reference in self.description.states(layer)]
        state = [f"({', '.join(states)})"] if len(states) > 1 else states
        call = f"self.{layer.name}({', '.join([*names, *state])})" if layer.kind.module else self._function(layer, names)
        outputs = self.answer.prediction[layer.name].outputs
        known = f"  # {outputs[0].layout}".rstrip(" #") if outputs else ""
        targets = [self.variables[Reference(layer.name, part)] for part in layer.kind.parts]
        shown = f"{targets[0]}, ({targets[1]}, {targets[2]})" if len(targets) == 3 else ", ".join(targets)
        return f"        {shown} = {call}{known}"

    def _function(self, layer: Layer, names: list[str]) -> str:
        from rnnshape.modelfile.functions import function_of

        if layer.arguments.get("dim", 0) is None and layer.name not in self.answer.dims:
            here = f"{self.answer.document.file}:{self.answer.document.lines.nearest(layer.path)}"
            raise SpecError(f"{here}: no module can be written: give dim = of {layer.name}, which the run did not come to")
        words = self.description.words()
        places = [words.get(s) or words[role_of(s)] for s in layer.arguments.get("sizes") or () if isinstance(s, str)]
        sizes = [f"{self.variables[Reference(name)]}.size({dim})" for name, dim in places]
        return function_of(layer, self.description, self.answer.dims).source.format(*names, *sizes)
