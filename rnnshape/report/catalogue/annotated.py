"""RNS215 and RNS216: what an annotation or ``axes=`` of `rnnshape.check` says, and what comes."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS215",
        "sizes that break their annotation",
        "error",
        "An argument or a result has not the sizes or the dtype that its annotation, or axes= of rnnshape.check, says: a "
        "number differs, or an axis has another size than elsewhere in the same call.",
        wrong=program("""
            from jaxtyping import Float

            rnn = nn.GRU(4, 8, batch_first=True)

            @rs.check
            def encode(x: Float[torch.Tensor, "batch seq 4"]) -> Float[torch.Tensor, "batch 8"]:
                return rnn(x)[1][-1]

            report = rs.report_of(encode)
            encode(torch.zeros(6, 4, 9))  # RNS215
            """),
        right=program("""
            from jaxtyping import Float

            rnn = nn.GRU(4, 8, batch_first=True)

            @rs.check
            def encode(x: Float[torch.Tensor, "batch seq 4"]) -> Float[torch.Tensor, "batch 8"]:
                return rnn(x)[1][-1]

            report = rs.report_of(encode)
            encode(torch.zeros(6, 9, 4))
            """),
    ),
    Rule(
        "RNS216",
        "axis that is not the one annotated",
        "error",
        "The elements that lie along a dim are of another axis than its annotation says, though every size agrees: a tensor "
        "that is known to be batch-first arrives where (seq, batch) is annotated. Either the annotation or the call is wrong.",
        wrong=program("""
            from jaxtyping import Float

            @rs.check
            def last_step(output: Float[torch.Tensor, "seq batch hidden"]):
                return output[-1]

            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    return last_step(output)  # RNS216

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            from jaxtyping import Float

            @rs.check
            def last_step(output: Float[torch.Tensor, "seq batch hidden"]):
                return output[-1]

            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x):
                    output, _ = self.rnn(x)  # batch, seq, hidden
                    return last_step(output.transpose(0, 1))

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
