"""What `predict` refuses of each argument, in which words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import nn

from rnnshape import RNNSpec, SpecError, SpecTypeError
from rnnshape.calculator.calc import predict


def refusal(build: Callable[[], object], kind: type[SpecError] = SpecError) -> str:
    """Return the text of the refusal, which is of exactly this kind."""
    with pytest.raises(SpecError) as caught:
        build()
    assert type(caught.value) is kind
    return str(caught.value)


def test_sizes_that_are_none() -> None:
    size = "a size is an int, a symbol such as 'B' or a product such as '2*H'"
    assert refusal(lambda: predict("GRU", 1, 2, batch="B+1")) == f"batch='B+1': {size}; got 'B+1'"
    assert refusal(lambda: predict("GRU", 1, 2, batch=-1)) == "batch=-1: a size is 0 or more, got -1"
    assert refusal(lambda: predict("GRU", 1, 2, seq=True)) == f"seq=True: {size}; got True"
    assert refusal(lambda: predict("GRU", 1, 2, batch=2.5), SpecTypeError) == f"batch=2.5: {size}; got 2.5"
    assert refusal(lambda: predict("GRU", 1, 2, seq=None), SpecTypeError) == f"seq=None: {size}; got None"
    assert refusal(lambda: predict("GRU", 1, 2, seq=0)) == "seq=0: 1 or more is needed, as torch demands"
    assert predict("GRUCell", 1, 2, seq=0) == predict("GRUCell", 1, 2)
    assert predict("GRU", 1, 2, batch=0, seq=1).output.sizes == (1, 0, 2)


def test_lengths_that_are_none() -> None:
    demand = "one number for each sample is needed, 1 or more, as torch demands"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[3, 0])) == f"lengths=[3, 0]: {demand}"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[])) == f"lengths=[]: {demand}"
    ints = "ints are needed, one for each sample"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[3, 2.5]), SpecTypeError) == f"lengths=[3, 2.5]: {ints}"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=3), SpecTypeError) == f"lengths=3: {ints}"
    cell = refusal(lambda: predict("GRUCell", 1, 2, lengths=[3]), SpecTypeError)
    assert cell == "lengths=[3]: a cell takes one step and no PackedSequence; use GRU"


def test_dtypes_that_no_layer_computes_in() -> None:
    known = "recurrent layers compute in one of float64, double, float32, float, float16, half, bfloat16"
    assert refusal(lambda: predict("GRU", 1, 2, dtype=torch.int8)) == f"dtype='int8': {known}"
    assert refusal(lambda: predict("GRU", 1, 2, dtype="floaty")) == f"dtype='floaty': {known}"


def test_arguments_for_a_layer_that_is_complete() -> None:
    text = "is for a layer given by its name, as in predict('LSTM', 10, 16); this one is complete"
    assert refusal(lambda: predict(nn.GRU(1, 2), batch_first=True), SpecTypeError) == f"batch_first= {text}"
    assert refusal(lambda: predict(RNNSpec("GRU", 1, 2), 5), SpecTypeError) == f"5 {text}"
