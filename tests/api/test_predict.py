"""`predict` sends layers to the calculator and models to the dry run."""

from __future__ import annotations

import subprocess
import sys

import pytest
from torch import nn

from rnnshape import ModelPrediction, Prediction, RNNSpec, SpecError, SpecTypeError, predict
from rnnshape.calculator import calc


def test_layers_go_to_the_calculator() -> None:
    spec = RNNSpec.of("GRU", 4, 8)
    assert predict("GRU", 4, 8, batch=3, seq=5) == calc.predict("GRU", 4, 8, batch=3, seq=5)
    assert predict(spec, lengths=[3, 2]) == calc.predict(spec, lengths=[3, 2])
    assert predict(nn.GRU(4, 8), batch=None) == calc.predict(nn.GRU(4, 8), batch=None)
    assert isinstance(predict(nn.GRU(4, 8)), Prediction)


def test_models_are_run_dry() -> None:
    assert isinstance(predict(nn.GRU(4, 8), "seq=5 batch=3 feature=4"), ModelPrediction)
    assert isinstance(predict(nn.Linear(4, 8), input="batch=3 feature=4"), ModelPrediction)
    assert isinstance(predict(nn.GRU(4, 8), input="seq=5 batch=3 feature=4"), ModelPrediction)


def test_a_model_without_inputs() -> None:
    with pytest.raises(SpecError) as found:
        predict(nn.Linear(4, 8))
    assert str(found.value) == "Linear: say what goes into it, as in predict(model, 'batch=6 seq=9 feature=10')"
    with pytest.raises(SpecTypeError):
        predict(3)
    with pytest.raises(SpecTypeError) as found:
        predict("GRU", 4, 8, sequence=3)
    assert "sequence" in str(found.value)


def test_torch_is_not_imported_for_a_layer() -> None:
    code = "import sys, rnnshape; rnnshape.predict('GRU', 4, 8); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "False\n"
