"""The calculator, and predictions of whole models."""

# pyright: strict

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, assert_type

from torch import nn

import rnnshape as rs
from rnnshape import Finding, Layout, ModelPrediction, ModuleCall, Prediction, RNNSpec, WindowsPrediction
from rnnshape.calculator.comparison import Difference
from rnnshape.calculator.costs import Scale
from rnnshape.calculator.explanation import Explanation
from rnnshape.calculator.model import Value
from rnnshape.calculator.scaling import Scaling
from rnnshape.layout.sizes import Size, Total


def specs(spec: RNNSpec, module: nn.Module) -> None:
    assert_type(RNNSpec("LSTM", 10, 16, num_layers=2), RNNSpec)
    assert_type(RNNSpec.of("GRU", 10, hidden_size=16), RNNSpec)
    assert_type(RNNSpec.from_module(module), RNNSpec)
    assert_type(RNNSpec.from_dict({"kind": "GRU"}), RNNSpec)
    assert_type(spec.to_dict(), dict[str, Any])
    assert_type(spec.mode, str)
    assert_type(spec.kind, str)
    assert_type(spec.input_size, int)
    assert_type(spec.hidden_size, int)
    assert_type(spec.num_layers, int)
    assert_type(spec.bias, bool)
    assert_type(spec.batch_first, bool)
    assert_type(spec.dropout, float)
    assert_type(spec.bidirectional, bool)
    assert_type(spec.proj_size, int)
    assert_type(spec.cell, bool)
    assert_type(spec.directions, int)
    assert_type(spec.gates, int)
    assert_type(spec.state_size, int)
    assert_type(spec.has_cell_state, bool)


def predicted(spec: RNNSpec, model: nn.Module, path: Path) -> None:
    assert_type(rs.predict("LSTM", 10, 16, num_layers=2, batch=6, seq="T"), Prediction)
    assert_type(rs.predict(spec, batch=None, lengths=[9, 7]), Prediction)
    assert_type(rs.predict(nn.GRU(4, 8), batch=6, seq=9), Prediction)
    assert_type(rs.predict(model, "batch=6 seq=9 feature=10"), ModelPrediction)
    assert_type(rs.predict(model, "batch=6 seq=9", target="batch=6", loss=nn.CrossEntropyLoss()), ModelPrediction)
    assert_type(rs.predict_file(path), ModelPrediction)
    assert_type(rs.predict_file("model.toml", ignore=["RNS304"]), ModelPrediction)
    assert_type(rs.module_source("model.toml"), str)


def layer(prediction: Prediction) -> None:
    assert_type(prediction.spec, RNNSpec)
    assert_type(prediction.batch, Size | None)
    assert_type(prediction.seq, Size | None)
    assert_type(prediction.lengths, tuple[int, ...] | None)
    assert_type(prediction.dtype, str)
    assert_type(prediction.input, Layout)
    assert_type(prediction.h_0, Layout)
    assert_type(prediction.c_0, Layout | None)
    assert_type(prediction.output, Layout)
    assert_type(prediction.h_n, Layout)
    assert_type(prediction.c_n, Layout | None)
    assert_type(prediction.padded, Layout | None)
    assert_type(prediction.batch_sizes, tuple[int, ...] | None)
    assert_type(prediction.rows, tuple[str, ...])
    assert_type(prediction.parameters, dict[str, Layout])
    assert_type(prediction.parameter_count, int)
    assert_type(prediction.flops_per_step, int)
    assert_type(prediction.flops, Size)
    assert_type(prediction.bytes, dict[str, Size])
    assert_type(prediction.state_bytes, Size)
    assert_type(prediction.saved_bytes, int | Total)
    assert_type(prediction.peak_bytes, int | None)
    assert_type(prediction.scale, Scale)
    assert_type(prediction.scaling(), Scaling)
    assert_type(prediction.explain(), Explanation)
    assert_type(prediction.diff(prediction), Difference)
    assert_type(prediction.to_dict(), dict[str, Any])


def model(prediction: ModelPrediction) -> None:
    assert_type(prediction.title, str)
    assert_type(prediction.calls, tuple[ModuleCall, ...])
    assert_type(prediction.findings, tuple[Finding, ...])
    assert_type(prediction.parameters, int)
    assert_type(prediction.parameter_bytes, int)
    assert_type(prediction.activation_bytes, Total)
    assert_type(prediction.peak_bytes, Total | None)
    assert_type(prediction.unfollowed, tuple[str, ...])
    assert_type(prediction.notes, tuple[str, ...])
    assert_type(prediction.stopped, str)
    assert_type(prediction.flops, Total)
    assert_type(prediction.ok, bool)
    assert_type(prediction.to_dict(), dict[str, Any])
    assert_type(prediction["encoder.rnn"], ModuleCall)
    assert_type(iter(prediction), Iterator[ModuleCall])


def call(call: ModuleCall) -> None:
    assert_type(call.path, str)
    assert_type(call.kind, str)
    assert_type(call.spec, str)
    assert_type(call.inputs, tuple[Value, ...])
    assert_type(call.outputs, tuple[Value, ...])
    assert_type(call.parameters, int)
    assert_type(call.flops, Total)
    assert_type(call.depth, int)
    assert_type(call.number, int)
    assert_type(call.same_as, str)
    assert_type(call.also, tuple[str, ...])
    assert_type(call.line, int | None)
    assert_type(call.notes, tuple[str, ...])
    assert_type(call.layout("output"), Layout | None)


def windows(prediction: WindowsPrediction) -> None:
    assert_type(rs.predict_windows(100, 20, batch_size=8), WindowsPrediction)
    assert_type(prediction.length, int)
    assert_type(prediction.window, int)
    assert_type(prediction.batch_size, int)
    assert_type(prediction.features, int)
    assert_type(prediction.horizon, int)
    assert_type(prediction.stride, int)
    assert_type(prediction.drop_last, bool)
    assert_type(prediction.windows, int)
    assert_type(prediction.batches, int)
    assert_type(prediction.last_size, int)
    assert_type(prediction.input, Layout)
    assert_type(prediction.last_input, Layout | None)
    assert_type(prediction.target, Layout | None)
    assert_type(prediction.batch(0), Layout)
