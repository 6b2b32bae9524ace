"""What `predict` refuses of each argument, in which words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
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
    ints = "ints are needed, one for each sample, as in lengths=[9, 7, 3]"
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


HUGE = 10**400
MOST = "9223372036854775807"


def test_sizes_that_no_tensor_has() -> None:
    least = f"{MOST} or less is needed, as torch holds a size in 64 bits"
    size = f"a size is at most {MOST}, as torch holds it in 64 bits; got"
    digits = "a number of 401 digits"
    assert refusal(lambda: predict("LSTM", HUGE, 2)) == f"input_size={digits}: {least}"
    assert refusal(lambda: predict("LSTM", 10**5000, 2)) == f"input_size=a number of 5,001 digits: {least}"
    assert refusal(lambda: predict("GRUCell", 1, 2**63)) == f"hidden_size=9223372036854775808: {least}"
    assert refusal(lambda: RNNSpec("LSTM", 1, 8, proj_size=-HUGE)) == f"proj_size={digits}: 0 or more is needed"
    assert refusal(lambda: predict("GRU", 1, 2, dropout=HUGE)) == f"dropout={digits}: a probability from 0 to 1 is needed"
    assert refusal(lambda: predict("GRU", 1, 2, seq=HUGE)) == f"seq={digits}: {size} {digits}"
    assert refusal(lambda: predict(nn.GRU(1, 2), seq=HUGE)) == f"seq={digits}: {size} {digits}"
    assert refusal(lambda: predict("GRU", 1, 2, batch="9" * 30 + "*B")) == f"batch='{'9' * 30}*B': {size} {'9' * 30}"
    assert refusal(lambda: predict("GRU", 1, 2, batch=f"{2**62}*2*B")) == f"batch='{2**62}*2*B': {size} {2**63}"
    assert refusal(lambda: predict("GRU", 1, 2, seq="9" * 5000)) == (
        f"seq='{'9' * 179}...{'9' * 16}': {size} a number of 5,000 digits"
    )
    assert predict("GRU", 1, 1, batch=1, seq=2**63 - 1).output.sizes == (2**63 - 1, 1, 1)


def test_tensors_of_more_elements_than_torch_counts() -> None:
    most = f"has more than {MOST} elements, and no tensor of torch's has; use smaller sizes"
    assert refusal(lambda: predict("GRU", 1, 2**32)) == f"GRU(1, {2**32}): a weight {most}"
    assert refusal(lambda: predict("GRU", 1, 1, batch=2**32, seq=2**31)) == f"GRU(1, 1): the input {most}"
    assert refusal(lambda: predict("GRU", 1, 2, batch=f"{2**32}*B", seq=2**30)) == f"GRU(1, 2): the output {most}"
    assert (
        refusal(lambda: predict("GRU", 1, 2, num_layers=2, batch=2**61, seq=1)) == f"GRU(1, 2, num_layers=2): the state {most}"
    )


def test_more_layers_or_steps_than_can_be_told_of() -> None:
    layers = "10000 or less is needed; each layer has tensors of its own"
    steps = "4194304 steps or less are needed, as each of them has its own batch size"
    assert refusal(lambda: predict("LSTM", 1, 2, num_layers=10**7)) == f"num_layers=10000000: {layers}"
    assert len(predict("LSTM", 1, 2, num_layers=10**4).parameters) == 40_000
    assert refusal(lambda: predict("LSTM", 1, 2, lengths=[3, 10**30])) == f"lengths=[3, {10**30}]: {steps}"
    assert refusal(lambda: predict("LSTM", 1, 2, lengths=(3, HUGE))) == f"lengths=a tuple with a number of 401 digits: {steps}"
    assert refusal(lambda: predict("LSTM", 1, 2, lengths=[2**22 + 1])) == f"lengths=[4194305]: {steps}"
    packed = predict("LSTM", 1, 2, lengths=[3, 2**22, 3])
    assert packed.batch_sizes is not None
    assert (len(packed.batch_sizes), packed.batch_sizes[:4]) == (2**22, (3, 3, 3, 1))


@pytest.mark.parametrize("six", [np.int64(6), np.uint8(6), np.array(6), torch.tensor(6)])
def test_an_int_of_numpy_or_torch_is_a_size(six: object) -> None:
    found = predict("GRU", 1, 2, batch=six, seq=six)
    assert found.output.sizes == (6, 6, 2)
    assert [type(size) for size in found.output.sizes] == [int] * 3
    assert predict("GRU", 1, 2, lengths=[six, 3]).lengths == (6, 3)
    if not isinstance(six, np.integer):
        return
    fits = (
        f"input_size={six!r}: an int is needed, got {type(six).__name__}, and torch takes no other; write int(...), which is 6"
    )
    assert refusal(lambda: predict("GRU", six, 2), SpecTypeError) == fits


@pytest.mark.parametrize("flag", [np.True_, np.array(True), torch.tensor(True)])
def test_a_bool_is_no_size(flag: object) -> None:
    size = "a size is an int, a symbol such as 'B' or a product such as '2*H'"
    assert refusal(lambda: predict("GRU", 1, 2, batch=flag), SpecTypeError) == f"batch={flag!r}: {size}; got {flag!r}"
    ints = "ints are needed, one for each sample, as in lengths=[9, 7, 3]"
    assert refusal(lambda: predict("GRU", 1, 2, lengths=[flag]), SpecTypeError) == f"lengths=[{flag!r}]: {ints}"


def test_what_has_more_than_one_number_is_no_size() -> None:
    size = "a size is an int, a symbol such as 'B' or a product such as '2*H'"
    for several in (np.array([6]), torch.tensor([6]), torch.empty((), dtype=torch.int64, device="meta")):
        assert refusal(lambda several=several: predict("GRU", 1, 2, seq=several), SpecTypeError) == (
            f"seq={several!r}: {size}; got {several!r}"
        )
