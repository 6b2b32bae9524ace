"""RNS1xx: the contract of a recurrent layer."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS000",
        "the model raised",
        "error",
        "An exception came out of a recurrent layer for a reason that no rule here knows. It passes unchanged, with a note "
        "that shows the Layouts of the call.",
        "",
        "",
    ),
    Rule(
        "RNS101",
        "input of another rank",
        "error",
        "A layer takes (seq, batch, feature), or (batch, seq, feature) with batch_first=True, or one unbatched sequence "
        "(seq, feature). A cell takes one step: (batch, feature) or (feature).",
        "rnn = nn.GRU(4, 8)\nrnn(images)                      # (6, 1, 9, 4)",
        "rnn(images.squeeze(1))           # (6, 9, 4)",
    ),
    Rule(
        "RNS102",
        "input of another width",
        "error",
        "The last axis of the input is the feature axis, whatever batch_first says; its size is input_size.",
        "rnn = nn.LSTM(4, 8, batch_first=True)\n"
        "rnn(x)                           # (batch=6, feature=4, seq=9), as Conv1d gives it",
        "rnn(x.transpose(1, 2))           # (batch=6, seq=9, feature=4)",
    ),
    Rule(
        "RNS103",
        "state with another number of rows",
        "error",
        "A state has a row for every layer and direction: layer 0 forward, layer 0 reverse, layer 1 forward, ... A "
        "bidirectional layer has twice num_layers of them.",
        "rnn = nn.GRU(4, 8, num_layers=2, bidirectional=True)\nrnn(x, torch.zeros(2, batch, 8))",
        "rnn(x, torch.zeros(2 * 2, batch, 8))",
    ),
    Rule(
        "RNS104",
        "state made batch-first",
        "error",
        "batch_first=True orders input and output only. h_0, c_0, h_n and c_n are (layers x directions, batch, hidden) always.",
        "rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)\nrnn(x, torch.zeros(batch, 2, 8))",
        "rnn(x, torch.zeros(2, batch, 8))",
    ),
    Rule(
        "RNS105",
        "state of another rank",
        "error",
        "A batched input goes with 3-D states, an unbatched one (2-D input) with 2-D states. For a cell it is 2-D and 1-D.",
        "rnn = nn.LSTM(4, 8)\nrnn(x, (torch.zeros(batch, 8), torch.zeros(batch, 8)))",
        "rnn(x, (torch.zeros(1, batch, 8), torch.zeros(1, batch, 8)))",
    ),
    Rule(
        "RNS106",
        "state of another batch",
        "error",
        "State and input hold the same samples, so their batch sizes agree. Usual causes: a state built for a fixed batch "
        "size meets the smaller last batch; a state kept from the batch before; an input whose batch and seq are the other "
        "way round.",
        "h = torch.zeros(1, 32, 8)        # batch_size=32, but the last batch has 5\nrnn(x, h)",
        "h = torch.zeros(1, x.size(1), 8) # x.size(0) with batch_first=True\nrnn(x, h)",
    ),
    Rule(
        "RNS107",
        "state of another width",
        "error",
        "h_0 has hidden_size features (proj_size, if that is set), c_0 has hidden_size. A bidirectional layer does not "
        "double them: directions are rows of the state, and only the output puts them side by side.",
        "rnn = nn.GRU(4, 8, bidirectional=True)\nrnn(x, torch.zeros(2, batch, 16))",
        "rnn(x, torch.zeros(2, batch, 8))",
    ),
    Rule(
        "RNS108",
        "LSTM without its pair of states",
        "error",
        "An LSTM has a hidden state and a cell state and takes them as the pair (h_0, c_0), often met when a GRU is swapped "
        "for an LSTM.",
        "lstm(x, h_0)",
        "lstm(x, (h_0, torch.zeros_like(h_0)))",
    ),
    Rule(
        "RNS109",
        "pair of states for a layer with one",
        "error",
        "RNN and GRU have one state. A pair comes from an LSTM.",
        "_, state = lstm(x)\ngru(y, state)",
        "_, (h_n, c_n) = lstm(x)\ngru(y, h_n)",
    ),
    Rule(
        "RNS110",
        "another dtype",
        "error",
        "Input, states and weights compute in one dtype (autocast apart). numpy arrays are float64 and become double tensors.",
        "rnn(torch.from_numpy(series))    # float64",
        "rnn(torch.from_numpy(series).float())",
    ),
    Rule(
        "RNS111",
        "another device",
        "error",
        "Input, states and weights live on one device. A state made by torch.zeros without device= is on the CPU.",
        "rnn(x, torch.zeros(1, batch, 8))",
        "rnn(x, torch.zeros(1, batch, 8, device=x.device))",
    ),
    Rule(
        "RNS112",
        "2-D input read as one unbatched sequence",
        "warning",
        "Since torch 1.11 a 2-D input is one sequence without a batch: (seq, feature). A (batch, feature) matrix is taken "
        "for it in silence, and each sample is computed from the samples before it. If one sequence is what you mean, pass "
        "its state too, or ignore this rule.",
        "rnn = nn.LSTM(4, 8, batch_first=True)\nrnn(x)                           # (batch=6, feature=4)",
        "rnn(x.unsqueeze(1))              # (batch=6, seq=1, feature=4)",
    ),
    Rule(
        "RNS113",
        "input that is no tensor",
        "error",
        "A recurrent layer returns a tuple, (output, state). Passing it on whole, or through nn.Sequential, hands the next "
        "layer a tuple.",
        "x = encoder(x)                   # (output, h_n)\ndecoder(x)",
        "output, h_n = encoder(x)\ndecoder(output)",
    ),
    Rule(
        "RNS114",
        "result that breaks the layer's contract",
        "warning",
        "A subclass or a replacement of a recurrent layer gave tensors of other sizes than its own configuration promises, "
        "so whatever reads hidden_size, bidirectional or batch_first from it computes with wrong sizes.",
        "class Summed(nn.GRU):            # 8 features come out where bidirectional=True promises 16\n"
        "    def forward(self, input, hx=None):\n"
        "        output, h_n = super().forward(input, hx)\n"
        "        return output.unflatten(-1, (2, 8)).sum(-2), h_n\n\n"
        "Summed(4, 8, bidirectional=True)(x)",
        "class Summed(nn.Module):         # a module of its own, with the GRU inside\n"
        "    def __init__(self):\n"
        "        super().__init__()\n"
        "        self.gru = nn.GRU(4, 8, bidirectional=True)\n\n"
        "    def forward(self, input, hx=None):\n"
        "        output, h_n = self.gru(input, hx)\n"
        "        return output.unflatten(-1, (2, 8)).sum(-2), h_n\n\n"
        "Summed()(x)",
    ),
    Rule(
        "RNS115",
        "input without a step",
        "error",
        "A layer needs one step at least. An empty sequence usually is an empty text, a filter that left nothing, or a slice "
        "past the end.",
        "rnn = nn.GRU(4, 8)\nrnn(x[9:])                       # x has 9 steps",
        "if x.size(0) > 9:\n    rnn(x[9:])",
    ),
    Rule(
        "RNS116",
        "tuple of a recurrent layer where a tensor is due",
        "error",
        "A recurrent layer returns (output, state). nn.Sequential hands that tuple to the next module whole.",
        "nn.Sequential(nn.LSTM(4, 8), nn.Linear(8, 3))",
        "output, state = lstm(x)\nlinear(output)",
    ),
)
