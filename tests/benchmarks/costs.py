"""FLOPs and bytes of one LSTM by four ways of knowing them, as a table; nothing here is a timing.

    .venv/bin/python tests/benchmarks/costs.py

torchinfo counts a multiplication with its addition as one, biases too; its number is doubled here. In brackets: how many times
the count by hand, or what torch itself keeps.
"""

import warnings

import torch
import torchinfo
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence
from torch.utils.flop_counter import FlopCounterMode

from rnnshape import predict
from rnnshape.text import columns

INPUT, HIDDEN, BATCH, SEQ = 10, 16, 6, 9
LENGTHS = [9, 8, 7, 5, 3, 1]


class Packing(nn.Module):
    def __init__(self, rnn):
        super().__init__()
        self.rnn = rnn

    def forward(self, x):
        return self.rnn(pack_padded_sequence(x, torch.tensor(LENGTHS)))


class Loop(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.cell = cell

    def forward(self, x):
        state = None
        for step in x:
            state = self.cell(step, state)
        return state[0]


def by_hand(model, lengths):
    """Count a multiplication and an addition for each element of each matrix, step by step."""
    count = 0
    weights = [p for name, p in model.named_parameters() if "weight" in name]
    for length in lengths:
        for _step in range(length):
            for weight in weights:
                for _row in range(weight.shape[0]):
                    for _column in range(weight.shape[1]):
                        count += 2
    return count


def by_torchinfo(model, x):
    return 2 * torchinfo.summary(model, input_data=[x], verbose=0).total_mult_adds


def by_torch(model, x):
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(x)
    return counter.get_total_flops()


def cases():
    padded, alone = torch.zeros(SEQ, BATCH, INPUT), torch.zeros(SEQ, INPUT)
    lstm, cell = nn.LSTM(INPUT, HIDDEN), nn.LSTMCell(INPUT, HIDDEN)
    stack, projected = nn.LSTM(INPUT, HIDDEN, 2, bidirectional=True), nn.LSTM(INPUT, HIDDEN, proj_size=4)
    yield "LSTM, padded", lstm, padded, predict(lstm, batch=BATCH, seq=SEQ).flops, [SEQ] * BATCH
    yield "2 layers, bidirectional", stack, padded, predict(stack, batch=BATCH, seq=SEQ).flops, [SEQ] * BATCH
    yield "proj_size=4", projected, padded, predict(projected, batch=BATCH, seq=SEQ).flops, [SEQ] * BATCH
    yield "unbatched", lstm, alone, predict(lstm, batch=None, seq=SEQ).flops, [SEQ]
    yield "packed", Packing(lstm), padded, predict(lstm, lengths=LENGTHS).flops, LENGTHS
    yield "LSTMCell in a loop", Loop(cell), padded, SEQ * predict(cell, batch=BATCH).flops, [SEQ] * BATCH
    narrow = nn.LSTMCell(INPUT, 8)
    yield "LSTMCell(10, 8) in a loop", Loop(narrow), padded, SEQ * predict(narrow, batch=BATCH).flops, [SEQ] * BATCH


def flops_table():
    rows = [["FLOPs of LSTM(10, 16)", "by hand", "rnnshape", "torchinfo", "torch's counter"]]
    for name, model, x, ours, lengths in cases():
        hand = by_hand(model, lengths)
        others = [f"{n:,} (x {n / hand:.4g})" for n in (ours, by_torchinfo(model, x), by_torch(model, x))]
        rows.append([name, f"{hand:,}", *others])
    return columns(rows, indent="")


def kept(model, x, onednn):
    """Sum the bytes of the storages that autograd keeps from a forward pass, parameters left out."""
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    held = {}

    def pack(tensor):
        held.setdefault(tensor.untyped_storage().data_ptr(), tensor)
        return tensor

    with torch.backends.mkldnn.flags(enabled=onednn), torch.autograd.graph.saved_tensors_hooks(pack, lambda t: t):
        model(x)
    return sum(t.untyped_storage().nbytes() for at, t in held.items() if at not in own)


def saved_table():
    rows = [["bytes kept for backward", "rnnshape", "torch's own code", "oneDNN", "torchinfo: forward/backward"]]
    for kind, (inputs, hidden, layers, batch, seq), bidirectional in (
        ("LSTM", (10, 16, 2, 6, 9), False),
        ("LSTM", (10, 16, 2, 6, 9), True),
        ("LSTM", (128, 256, 2, 32, 100), False),
        ("LSTM", (128, 256, 2, 32, 100), True),
        ("LSTM", (300, 512, 1, 16, 100), False),
        ("GRU", (128, 256, 2, 32, 100), False),
        ("RNN", (128, 256, 2, 32, 100), False),
    ):
        model, x = getattr(nn, kind)(inputs, hidden, layers, bidirectional=bidirectional), torch.zeros(seq, batch, inputs)
        ours = predict(model, batch=batch, seq=seq).saved_bytes
        summary = torchinfo.summary(model, input_data=[x], verbose=0)
        found = (ours, kept(model, x, False), kept(model, x, True), summary.total_output_bytes)
        label = f"{kind}({inputs}, {hidden}, {layers}){' bidirectional' * bidirectional}, {batch} x {seq}"
        rows.append([label, *(f"{n:,} (x {n / found[1]:.3g})" for n in found)])
    return columns(rows, indent="")


if __name__ == "__main__":
    warnings.filterwarnings("ignore", message="LSTM with projections|TF32 acceleration")
    print(f"torch {torch.__version__}, torchinfo {torchinfo.__version__}; {BATCH} samples, {SEQ} steps")
    print("\n".join([*flops_table(), "", *saved_table()]))
