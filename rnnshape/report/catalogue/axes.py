"""RNS2xx: an axis used as another."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS201",
        "batch and seq the other way round",
        "error",
        "A recurrent layer (or CTC loss) runs along the samples: its output for one sample depends on the samples "
        "before it, and the real sequence is treated as a batch. Shapes fit, nothing raises. Usual cause: batch_first "
        "is missing, or a permute too many.",
        "rnn = nn.GRU(4, 8)               # batch_first=False\nrnn(x)                           # (batch, seq, feature)",
        "rnn = nn.GRU(4, 8, batch_first=True)\nrnn(x)",
    ),
    Rule(
        "RNS203",
        "samples mixed",
        "error",
        "A reshape cut the batch into pieces and spread them, so that a row holds several samples, and a layer uses the "
        "rows as samples. view and reshape keep the order in memory; they never move an axis. Transpose first.",
        "h_n.view(batch, -1)              # h_n is (layers, batch, hidden)",
        "h_n.transpose(0, 1).reshape(batch, -1)",
    ),
    Rule(
        "RNS204",
        "attention over the batch",
        "error",
        "Multi-head attention takes (steps, batch, features) unless batch_first=True. Given a batch-first tensor, every "
        "step attends to the other samples.",
        "nn.MultiheadAttention(32, 4)(x, x, x)                    # (batch, seq, 32)",
        "nn.MultiheadAttention(32, 4, batch_first=True)(x, x, x)",
    ),
    Rule(
        "RNS205",
        "different samples meet",
        "error",
        "An elementwise operation puts an element of one sample against an element of another: the two operands have "
        "batch along different dims, and their sizes happen to agree.",
        "a + b                            # (batch, seq) and (seq, batch)",
        "a + b.t()",
    ),
    Rule(
        "RNS206",
        "softmax over the batch",
        "error",
        "A softmax along the batch makes the samples compete with each other: the weights of one sample depend on all "
        "the others, and for a batch of one all are 1.",
        "weights = softmax(scores, dim=0) # (batch, seq)",
        "weights = softmax(scores, dim=-1)",
    ),
    Rule(
        "RNS207",
        "softmax over a single score",
        "warning",
        "A softmax over a dim of size 1 is always 1, so the weights carry nothing and what computes them is never trained.",
        "softmax(attn(x), dim=-1)         # attn = nn.Linear(32, 1)",
        "softmax(attn(x), dim=1)          # over the steps",
    ),
    Rule(
        "RNS208",
        "batch reduced away",
        "error",
        "A reduction inside the model takes the batch away, and the output has none: all samples share one answer. With "
        "batch-first tensors the steps are dim 1.",
        "out.mean(0)                      # (batch, seq, hidden)",
        "out.mean(1)",
    ),
    Rule(
        "RNS209",
        "axis scrambled",
        "error",
        "A view took two axes apart at places that do not fit, as it does when it is used for a transpose: sizes are "
        "right, and elements of one axis lie along the other in no order.",
        "x.view(batch, dim, chars)        # (batch, chars, dim)",
        "x.transpose(1, 2)",
    ),
    Rule(
        "RNS210",
        "view of elements that are not in order",
        "error",
        "view only relabels memory. A batch-first output of a recurrent layer, or a transposed tensor, does not lie in "
        "order in memory, so torch refuses. Whether the axes are in the right order is another question, which reshape "
        "does not ask.",
        "output.view(-1, hidden)          # batch_first=True, batch > 1",
        "output.reshape(-1, hidden)",
    ),
    Rule(
        "RNS211",
        "features that do not fit",
        "error",
        "The last dim of the input is not the in_features of the Linear.",
        "nn.Linear(16, 5)(x)              # (batch, 16, seq)",
        "nn.Linear(16, 5)(x.transpose(1, 2))",
    ),
    Rule(
        "RNS212",
        "batch of one squeezed away",
        "error",
        "squeeze drops every dim of size 1 that it is given, and the last batch of an epoch may hold one sample. Then "
        "the batch goes, "
        "and later dims are one place off.",
        "fc(hidden.squeeze(0))            # (batch, hidden) already",
        "fc(hidden)",
    ),
    Rule(
        "RNS213",
        "sizes that do not fit",
        "error",
        "torch compares sizes only, and says which differ. What the dims mean says why: one operand is batch-first and "
        "the other is "
        "not, channels are where the steps should be, a dim is missing.",
        "torch.bmm(weights, encoded)      # (batch, 1, seq) and (seq, batch, hidden)",
        "torch.bmm(weights, encoded.transpose(0, 1))",
    ),
    Rule(
        "RNS214",
        "normalised over the batch",
        "warning",
        "Each sample is scaled by the others, so its result depends on whom it was batched with. A vector of one sample is "
        "normalised along its features.",
        "F.normalize(vectors, dim=0)      # (batch, feature)",
        "F.normalize(vectors, dim=1)",
    ),
    Rule(
        "RNS215",
        "sizes that break their annotation",
        "error",
        "An argument or a result has not the sizes or the dtype that its annotation, or axes= of rnnshape.check, says: a "
        "number differs, or an axis has another size than elsewhere in the same call.",
        'def forward(self, x: Float[Tensor, "batch seq 4"]): ...\nmodel(torch.zeros(6, 4, 9))',
        'def forward(self, x: Float[Tensor, "batch seq 4"]): ...\nmodel(torch.zeros(6, 9, 4))',
    ),
    Rule(
        "RNS216",
        "axis that is not the one annotated",
        "error",
        "The elements that lie along a dim are of another axis than its annotation says, though every size agrees: a tensor "
        "that is known to be batch-first arrives where (seq, batch) is annotated. Either the annotation or the call is wrong.",
        'def encode(x: Float[Tensor, "seq batch 4"]): ...\nencode(x)                        # x is (batch, seq, 4)',
        'def encode(x: Float[Tensor, "seq batch 4"]): ...\nencode(x.transpose(0, 1))',
    ),
)
