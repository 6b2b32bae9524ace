"""RNS235: a mask that is added as it is."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS235",
        "a mask that leaves nothing out",
        "warning",
        "A mask of floats is added to the scores of attention: only -inf, or a large negative number, leaves a key out. Zeros "
        "and ones shift scores by one, and every key is read as before. A mask of bools leaves out where nn.MultiheadAttention "
        "and nn.Transformer find True, and where scaled_dot_product_attention finds False.",
        no_edit="whether a one of this mask lets read or leaves out is not known",
        wrong=program("""
            class Writer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.attention = nn.MultiheadAttention(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    mask = torch.ones(9, 9).triu(1)
                    read, _ = self.attention(output, output, output, attn_mask=mask)  # RNS235
                    return read

            report = rs.diagnose(Writer(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
        right=program("""
            class Writer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.attention = nn.MultiheadAttention(8, 2)

                def forward(self, x):
                    output, _ = self.rnn(x)
                    mask = torch.ones(9, 9).triu(1).bool()
                    read, _ = self.attention(output, output, output, attn_mask=mask)
                    return read

            report = rs.diagnose(Writer(), torch.zeros(9, 6, 4), axes="seq batch feature")
            """),
    ),
)
