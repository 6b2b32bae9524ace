"""The shapes of a 2-layer bidirectional LSTM, 6 samples, by four ways of knowing them."""

import pytest
import torch
import torchinfo
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from rnnshape import predict

CONFIG = {"input_size": 10, "hidden_size": 16, "num_layers": 2, "bidirectional": True}
SEQ = [10, 100]


def sizes_of(found):
    output, (h_n, c_n) = found
    return tuple(output.shape), tuple(h_n.shape), tuple(c_n.shape)


def expected(seq):
    return (seq, 6, 32), (4, 6, 16), (4, 6, 16)


@pytest.mark.parametrize("seq", SEQ)
def test_rnnshape(benchmark, seq):
    benchmark.group = f"shapes of an LSTM at seq={seq}"

    def work():
        p = predict("LSTM", **CONFIG, batch=6, seq=seq)
        assert p.parameter_count == 9984
        assert p.flops == 18944 * 6 * seq
        return p.output.sizes, p.h_n.sizes, p.c_n.sizes

    assert benchmark(work) == expected(seq)


@pytest.mark.parametrize("seq", SEQ)
def test_meta_device(benchmark, seq):
    benchmark.group = f"shapes of an LSTM at seq={seq}"
    model, x = nn.LSTM(**CONFIG, device="meta"), torch.empty(seq, 6, 10, device="meta")
    assert benchmark(lambda: sizes_of(model(x))) == expected(seq)


@pytest.mark.parametrize("seq", SEQ)
def test_fake_tensors(benchmark, seq):
    benchmark.group = f"shapes of an LSTM at seq={seq}"
    with FakeTensorMode():
        model, x = nn.LSTM(**CONFIG), torch.empty(seq, 6, 10)
        assert benchmark(lambda: sizes_of(model(x))) == expected(seq)


@pytest.mark.parametrize("seq", SEQ)
def test_torchinfo(benchmark, seq):
    benchmark.group = f"shapes of an LSTM at seq={seq}"
    model = nn.LSTM(**CONFIG)
    found = benchmark(lambda: torchinfo.summary(model, input_size=(seq, 6, 10), verbose=0))
    assert found.summary_list[0].output_size == [seq, 6, 32]
