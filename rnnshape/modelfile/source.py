"""The nn.Module that a file describes, as Python source.

Names are checked identifiers and values are reprs, so no text of a file can become code.
"""

from __future__ import annotations

import os

from rnnshape.errors import SpecError
from rnnshape.modelfile.description import Layer, Reference, described
from rnnshape.modelfile.names import free_name
from rnnshape.modelfile.reading import read
from rnnshape.modelfile.walk import NOT_FOLLOWED, Walked, walked

__all__ = ["module_source", "written"]


def module_source(path: str | os.PathLike[str]) -> str:
    """Return the Python source of the nn.Module that a TOML or JSON file describes.

    Args:
        path: of a ``.toml`` or ``.json`` file of at most 256 KiB.

    Raises:
        SpecError: where the file cannot be read as a model's description, or a layer cannot be followed.
    """
    document = read(path)
    return written(walked(document, described(document)))


def written(model: Walked) -> str:
    """Return the Python source of a model that was walked through."""
    model.mistakes.raise_any()
    for layer in model.description.layers:
        if None in model.results[layer.name].tensors.values():
            line = model.document.lines.nearest(layer.path)
            raise SpecError(f"{model.document.file}:{line}: no module can be written: {layer.name} is {NOT_FOLLOWED}")
    return _Writer(model).source()


class _Writer:
    def __init__(self, model: Walked) -> None:
        self.model = model
        self.description = model.description
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
        lines = [f"# Written by rnnshape predict --module from {os.path.basename(self.model.document.file)!a}"]
        lines += ["import torch"] if needs_torch else []
        lines += ["from torch import nn", "", "", f"class {self.description.name}(nn.Module):", "    def __init__(self):"]
        lines += ["        super().__init__()", *(self._attribute(layer) for layer in self._modules())]
        parameters = ", ".join([*(i.name for i in self.description.inputs)])
        lines += ["", f"    def forward(self, {parameters}):"]
        lines += [f"        # {name}: {tensor.layout}, {tensor.dtype}" for name, tensor in self.model.inputs.items()]
        lines += forward
        lines += [f"        return {', '.join(self.variables[r] for r in self.description.outputs)}"]
        return "\n".join(lines) + "\n"

    def _modules(self) -> list[Layer]:
        return [layer for layer in self.description.layers if layer.kind.module]

    def _attribute(self, layer: Layer) -> str:
        line = f"        self.{layer.name} = nn.{layer.kind.name}({layer.kind.written(layer.arguments)})"
        if layer.kind.loss:
            line += f"  # of {self.variables[layer.inputs[0]]}, and a target {layer.arguments['target']}".rstrip()
        return line

    def _line(self, layer: Layer) -> str:
        result = self.model.results[layer.name]
        inputs = [self._input(layer, reference) for reference in layer.inputs]
        call = f"self.{layer.name}({', '.join([*inputs, *self._states(layer)])})"
        if result.source:
            call = result.source.format(*inputs)
        main = next(iter(result.tensors.values()))
        assert main is not None
        return f"        {self._targets(layer)} = {call}  # {main.layout}".rstrip()

    def _input(self, layer: Layer, reference: Reference) -> str:
        """Return the variable that goes in; of a layer whose state is asked for, its h_n."""
        if layer.kind.recurrent and not reference.part:
            reference = Reference(reference.name, "h_n")
        return self.variables[reference]

    def _targets(self, layer: Layer) -> str:
        names = [self.variables[Reference(layer.name, part)] for part in layer.kind.parts]
        if len(names) == 3:
            return f"{names[0]}, ({names[1]}, {names[2]})"
        return ", ".join(names)

    def _states(self, layer: Layer) -> list[str]:
        names: list[str] = []
        for reference in layer.states:
            parts = self.model.results[reference.name].tensors
            states = [part for part in parts if part in ("h_n", "c_n", "h_1", "c_1")]
            wanted = states if states and not reference.part else [reference.part]
            names += [self.variables[Reference(reference.name, part)] for part in wanted]
        return [f"({', '.join(names)})"] if len(names) > 1 else names
