"""RNS5xx: states and losses across the step."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS501",
        "state of other samples",
        "error",
        "The initial state of a layer belongs to other samples than its input, row by row.",
        "decoder(y[order], h_n)",
        "decoder(y[order], h_n[:, order])",
    ),
    Rule(
        "RNS502",
        "scores and targets in different orders",
        "error",
        "Both were flattened to equal lengths, and one runs batch by batch, the other step by step: predictions are "
        "compared with the targets of other samples.",
        "loss(logits.view(-1, classes), target.view(-1))      # (seq, batch, classes) and (batch, seq)",
        "loss(logits.transpose(0, 1).reshape(-1, classes), target.reshape(-1))",
    ),
    Rule(
        "RNS503",
        "loss over another axis than the classes",
        "error",
        "cross_entropy takes dim 1 for the classes: (batch, classes) or (batch, classes, seq).",
        "cross_entropy(logits, target)    # (batch, seq, classes) and (batch, seq)",
        "cross_entropy(logits.transpose(1, 2), target)",
    ),
    Rule(
        "RNS504",
        "every prediction meets every target",
        "error",
        "(batch, 1) against (batch,) broadcasts to (batch, batch): each prediction is compared with the targets of all "
        "samples, and learns their mean.",
        "mse_loss(output, target)         # (batch, 1) and (batch,)",
        "mse_loss(output.squeeze(-1), target)",
    ),
    Rule(
        "RNS505",
        "scores and targets of different numbers",
        "error",
        "Scores and targets must have one row each for the same things. Where the numbers differ, a dim was flattened, "
        "picked or "
        "kept on one side only.",
        "cross_entropy(logits[:, -1], target)                 # (batch, classes) and (batch, seq)",
        "cross_entropy(logits.transpose(1, 2), target)        # (batch, classes, seq) and (batch, seq)",
    ),
    Rule(
        "RNS506",
        "probabilities over another axis than the classes",
        "error",
        "log_softmax made probabilities along one dim, and the loss takes another for the classes: no row of scores "
        "sums to one, and "
        "the loss can fall without the model learning anything.",
        "nll_loss(log_softmax(logits, 1).view(-1, classes), target.view(-1))   # logits are (batch, seq, classes)",
        "nll_loss(log_softmax(logits, 2).view(-1, classes), target.view(-1))",
    ),
    Rule(
        "RNS507",
        "state carried with its graph",
        "error",
        "A state that one step hands to the next still hangs on the graph of its own step. The backward of that step has freed "
        "the graph (or the optimizer has changed its weights since), so the next backward raises. Truncated backpropagation "
        "cuts it between the steps.",
        "output, h = rnn(chunk, h); loss(output).backward()",
        "output, h = rnn(chunk, h.detach()); loss(output).backward()",
    ),
)
