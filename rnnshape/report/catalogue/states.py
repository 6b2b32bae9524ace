"""RNS3xx: the wrong state picked."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS301",
        "a sample instead of a step",
        "error",
        "An index along the batch took one sample, where the last step was meant: only that sample reaches the output. "
        "In a batch-first output the steps are dim 1.",
        "out[-1]                          # (batch, seq, hidden)",
        "out[:, -1]",
    ),
    Rule(
        "RNS302",
        "a direction that has read one step",
        "warning",
        "The reverse direction reads from the end, so its state at the last step has read one step only; its final "
        "state is at step 0. Likewise for the forward direction at step 0.",
        "out[:, -1]                       # both directions",
        "torch.cat([out[:, -1, :hidden], out[:, 0, hidden:]], 1)  # or h_n[-2], h_n[-1]",
    ),
    Rule(
        "RNS303",
        "last step is padding",
        "warning",
        "Shorter samples end before the last step. What is there is the state after their padding, or zeros.",
        "out[:, -1]",
        "out[torch.arange(batch), lengths - 1]",
    ),
    Rule(
        "RNS304",
        "one direction only",
        "warning",
        "The layer is bidirectional, and one direction is used nowhere. h_n[-1] is the reverse direction of the last "
        "layer, h_n[-2] its forward one.",
        "fc(h_n[-1])",
        "fc(torch.cat([h_n[-2], h_n[-1]], 1))",
    ),
    Rule(
        "RNS305",
        "another layer than meant",
        "warning",
        "Rows of a state are layer 0 forward, layer 0 reverse, layer 1 forward, ... So h_n[0] is the first layer, and "
        "h_n[:num_layers] of a bidirectional layer is not its forward direction.",
        "decoder(y, h_n[:num_layers])",
        "decoder(y, h_n[0::2].contiguous())",
    ),
    Rule(
        "RNS306",
        "layers and directions exchanged",
        "warning",
        "The rows of a state unpack as (layers, directions), in this order. The other way round, the two directions "
        "come from different layers.",
        "h_n.view(2, num_layers, batch, hidden)[:, -1]",
        "h_n.view(num_layers, 2, batch, hidden)[-1]",
    ),
    Rule(
        "RNS307",
        "halves taken apart the wrong way",
        "error",
        "The output of a bidirectional layer is the forward half, then the reverse half: its last dim is (directions "
        "hidden). Viewed "
        "as (hidden, 2), each pair holds two neighbouring units of one direction.",
        "out.view(batch, seq, hidden, 2).sum(-1)",
        "out.view(batch, seq, 2, hidden).sum(2)",
    ),
    Rule(
        "RNS308",
        "directions forgotten",
        "error",
        "The output of a bidirectional layer has 2 x hidden features: the forward half, then the reverse half.",
        "rnn = nn.LSTM(10, 16, bidirectional=True)\nfc = nn.Linear(16, 5)",
        "fc = nn.Linear(2 * 16, 5)",
    ),
    Rule(
        "RNS309",
        "hidden and cell state exchanged",
        "error",
        "The state of an LSTM is the pair (h, c). The two have equal sizes unless there is a projection, so the wrong order "
        "runs.",
        "_, (h, c) = encoder(x); decoder(y, (c, h))",
        "_, (h, c) = encoder(x); decoder(y, (h, c))",
    ),
)
