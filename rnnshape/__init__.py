"""Know what every axis of a recurrent model's tensors means.

    >>> import rnnshape as rs
    >>> rs.predict("GRU", 10, 16, bidirectional=True, batch=6, seq=9).h_n
    Layout('(layers=1 directions=2) batch=6 hidden=16')

Nothing is imported before it is used: the calculator and the Layouts never import torch.

PYTEST_DONT_REWRITE is for pytest, which warns of a plugin that was imported before it, as in ``rnnshape run -m pytest``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from rnnshape import nn as nn
    from rnnshape.api.assert_layout import assert_layout, layouts
    from rnnshape.api.check import check, report_of
    from rnnshape.api.diagnose import diagnose
    from rnnshape.api.explain import explain
    from rnnshape.api.predict import predict
    from rnnshape.api.probe import probe
    from rnnshape.api.run import run
    from rnnshape.api.watch import watch
    from rnnshape.calculator.calc import Prediction
    from rnnshape.calculator.model import ModelPrediction, ModuleCall
    from rnnshape.calculator.spec import RNNSpec
    from rnnshape.calculator.windows import WindowsPrediction, predict_windows
    from rnnshape.errors import (
        ContractError,
        LayoutAssertionError,
        LayoutError,
        LayoutIndexError,
        LayoutSyntaxError,
        RNNShapeError,
        RNNShapeWarning,
        SpecError,
        SpecTypeError,
    )
    from rnnshape.experiments.influence import Experiment, Influence
    from rnnshape.layout.axes import Axis
    from rnnshape.layout.layout import Layout
    from rnnshape.modelfile.prediction import predict_file
    from rnnshape.modelfile.source import module_source
    from rnnshape.report.event import Event
    from rnnshape.report.finding import Finding
    from rnnshape.report.report import Report
    from rnnshape.states import bridge, by_direction, by_layer, initial_state, last_state, last_step

_EXPORTS = {
    "rnnshape.api.run": ("run",),
    "rnnshape.api.watch": ("watch",),
    "rnnshape.api.assert_layout": ("assert_layout", "layouts"),
    "rnnshape.layout.axes": ("Axis",),
    "rnnshape.calculator.calc": ("Prediction",),
    "rnnshape.api.check": ("check", "report_of"),
    "rnnshape.api.diagnose": ("diagnose",),
    "rnnshape.api.explain": ("explain",),
    "rnnshape.errors": (
        "ContractError",
        "LayoutAssertionError",
        "LayoutError",
        "LayoutIndexError",
        "LayoutSyntaxError",
        "RNNShapeError",
        "RNNShapeWarning",
        "SpecError",
        "SpecTypeError",
    ),
    "rnnshape.layout.layout": ("Layout",),
    "rnnshape.calculator.model": ("ModelPrediction", "ModuleCall"),
    "rnnshape.modelfile.prediction": ("predict_file",),
    "rnnshape.modelfile.source": ("module_source",),
    "rnnshape.api.predict": ("predict",),
    "rnnshape.api.probe": ("probe",),
    "rnnshape.experiments.influence": ("Experiment", "Influence"),
    "rnnshape.report.event": ("Event",),
    "rnnshape.report.finding": ("Finding",),
    "rnnshape.report.report": ("Report",),
    "rnnshape.calculator.spec": ("RNNSpec",),
    "rnnshape.states": ("bridge", "by_direction", "by_layer", "initial_state", "last_state", "last_step"),
    "rnnshape.calculator.windows": ("WindowsPrediction", "predict_windows"),
}
_SUBMODULES = ("nn",)
_HOME = {name: module for module, names in _EXPORTS.items() for name in names}

__all__ = [
    "Axis",
    "ContractError",
    "Event",
    "Experiment",
    "Finding",
    "Influence",
    "Layout",
    "LayoutAssertionError",
    "LayoutError",
    "LayoutIndexError",
    "LayoutSyntaxError",
    "ModelPrediction",
    "ModuleCall",
    "Prediction",
    "RNNShapeError",
    "RNNShapeWarning",
    "RNNSpec",
    "Report",
    "SpecError",
    "SpecTypeError",
    "WindowsPrediction",
    "assert_layout",
    "bridge",
    "by_direction",
    "by_layer",
    "check",
    "diagnose",
    "explain",
    "initial_state",
    "last_state",
    "last_step",
    "layouts",
    "module_source",
    "predict",
    "predict_file",
    "predict_windows",
    "probe",
    "report_of",
    "run",
    "watch",
]


def __getattr__(name: str) -> object:
    if name in _HOME:
        found = globals()[name] = getattr(import_module(_HOME[name]), name)  # the next time it is there
        return found
    if name in _SUBMODULES:
        return import_module(f"rnnshape.{name}")
    raise AttributeError(f"module 'rnnshape' has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook the magic ``%%rnnshape``; it is what ``%load_ext rnnshape`` calls."""
    import_module("rnnshape.api.notebook").register(shell)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBMODULES})
