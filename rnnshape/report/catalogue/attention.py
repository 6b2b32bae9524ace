"""RNS220 and on: attention, and its masks."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

_WORDS = """\
words = torch.tensor([[5, 7, 3, 2], [4, 6, 0, 0], [9, 0, 0, 0]])
report = rs.diagnose(Reader(), words, axes="batch seq")"""

ENTRIES = (
    Rule(
        "RNS220",
        "weights that do not sum to 1",
        "warning",
        "The scores are normalised over the queries or over the heads, and then the keys are summed over: what a query reads "
        "is no mean of the keys, and depends on what the other queries want. So it is where parts of one softmax weigh "
        "several tensors that are added up. Softmax belongs over the keys, or the parts, mostly dim=-1.",
        no_edit="over which other dim is meant, no table tells",
        wrong=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    scores = self.query(steps) @ self.key(steps).transpose(1, 2)  # batch, queries, keys
                    weights = scores.softmax(dim=1)  # RNS220
                    return weights @ steps

            report = rs.diagnose(Attention(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    scores = self.query(steps) @ self.key(steps).transpose(1, 2)  # batch, queries, keys
                    weights = scores.softmax(dim=2)
                    return weights @ steps

            report = rs.diagnose(Attention(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS221",
        "a mask the wrong way round",
        "error",
        "The mask leaves out what is real, and the padding is attended to. torch's bool masks mean opposite things: True in "
        "key_padding_mask and attn_mask of nn.MultiheadAttention and nn.Transformer means leave out, True in attn_mask of "
        "scaled_dot_product_attention means take part. Lengths or ids of padding have shown where the padding is.",
        no_edit="numbers that are added to scores are turned round where they are made",
        wrong=program(f"""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(10, 8, padding_idx=0)
                    self.rnn = nn.GRU(8, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, words):
                    steps, _ = self.rnn(self.embed(words))
                    mask = words != 0
                    read, _ = self.attention(steps, steps, steps, key_padding_mask=mask)  # RNS221
                    return read

            {_WORDS.replace(chr(10), chr(10) + " " * 12)}
            """),
        right=program(f"""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(10, 8, padding_idx=0)
                    self.rnn = nn.GRU(8, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, words):
                    steps, _ = self.rnn(self.embed(words))
                    mask = words == 0
                    read, _ = self.attention(steps, steps, steps, key_padding_mask=mask)
                    return read

            {_WORDS.replace(chr(10), chr(10) + " " * 12)}
            """),
    ),
    Rule(
        "RNS222",
        "a mask of other samples or other axes",
        "error",
        "A row of the mask belongs to another sample than the keys that it meets, or its steps lie along the samples or the "
        "queries. key_padding_mask is (batch, keys) whatever batch_first says; attn_mask is (queries, keys) for all samples, "
        "or (batch * heads, queries, keys), where row b * heads + h is head h of sample b: repeat_interleave(heads, 0), and "
        "not repeat(heads, 1, 1).",
        no_edit="rows are put in the order of the keys where they are made",
        wrong=program(f"""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(10, 8, padding_idx=0)
                    self.rnn = nn.GRU(8, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, words):
                    steps, _ = self.rnn(self.embed(words))
                    mask = (words == 0)[:, None].expand(-1, words.size(1), -1)  # batch, queries, keys
                    rows = mask.repeat(2, 1, 1)  # RNS222
                    read, _ = self.attention(steps, steps, steps, attn_mask=rows)
                    return read

            {_WORDS.replace(chr(10), chr(10) + " " * 12)}
            """),
        right=program(f"""
            class Reader(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(10, 8, padding_idx=0)
                    self.rnn = nn.GRU(8, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, words):
                    steps, _ = self.rnn(self.embed(words))
                    mask = (words == 0)[:, None].expand(-1, words.size(1), -1)  # batch, queries, keys
                    rows = mask.repeat_interleave(2, 0)
                    read, _ = self.attention(steps, steps, steps, attn_mask=rows)
                    return read

            {_WORDS.replace(chr(10), chr(10) + " " * 12)}
            """),
    ),
    Rule(
        "RNS223",
        "a mask that hides the past",
        "warning",
        "Each step attends to later steps, and to none before it: a causal mask that is transposed, or the wrong way round. "
        "True means leave out in nn.MultiheadAttention, where triu(1) is causal, and take part in "
        "scaled_dot_product_attention, where tril() is. A model that has the other triangle too reads both ways on purpose, "
        "and is not told.",
        no_edit="a mask that is applied by hand is turned round where it is made",
        wrong=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    mask = torch.ones(9, 9, dtype=torch.bool).tril(-1)
                    read, _ = self.attention(steps, steps, steps, attn_mask=mask)  # RNS223
                    return read

            report = rs.diagnose(Forecaster(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Forecaster(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.attention = nn.MultiheadAttention(8, 2, batch_first=True)

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    mask = torch.ones(9, 9, dtype=torch.bool).triu(1)
                    read, _ = self.attention(steps, steps, steps, attn_mask=mask)
                    return read

            report = rs.diagnose(Forecaster(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS224",
        "attention over the heads",
        "warning",
        "Attention runs along the last dim but one. Given (batch, seq, heads, dim), each step attends to its own heads, and no "
        "step to another. Transpose to (batch, heads, seq, dim) first.",
        no_edit="heads that are split by hand are moved before the steps where they are split, and back where they are merged",
        wrong=program("""
            from torch.nn.functional import scaled_dot_product_attention

            class Mixer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    q, k, v = (z.unflatten(2, (2, 4)) for z in (self.query(steps), self.key(steps), steps))
                    read = scaled_dot_product_attention(q, k, v)  # RNS224
                    return read.flatten(2)

            report = rs.diagnose(Mixer(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            from torch.nn.functional import scaled_dot_product_attention

            class Mixer(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    q, k, v = (z.unflatten(2, (2, 4)) for z in (self.query(steps), self.key(steps), steps))
                    q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
                    read = scaled_dot_product_attention(q, k, v)
                    return read.transpose(1, 2).flatten(2)

            report = rs.diagnose(Mixer(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
    Rule(
        "RNS225",
        "attention to padding",
        "warning",
        "The weights of a shorter sample fall on its padding too, so what is read of it depends on how long the others of its "
        "batch are. The numbers of the run have shown it. A mask, however it is applied, ends it.",
        no_edit="which tensor says where padding is, is known only where a layer has been given it",
        wrong=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.score = nn.Linear(8, 1)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    weights = self.score(output).softmax(dim=0)
                    return (weights * output).sum(0)  # RNS225

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([4, 3, 2])
            report = rs.diagnose(Attention(), x, lengths, axes=("seq batch feature", "batch"))
            """),
        right=program("""
            class Attention(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.score = nn.Linear(8, 1)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    padding = torch.arange(4)[:, None, None] >= lengths[None, :, None]
                    weights = self.score(output).masked_fill(padding, float("-inf")).softmax(dim=0)
                    return (weights * output).sum(0)

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([4, 3, 2])
            report = rs.diagnose(Attention(), x, lengths, axes=("seq batch feature", "batch"))
            """),
    ),
    Rule(
        "RNS226",
        "positions counted along another axis",
        "warning",
        "A table of positions is sliced to as many rows as there are samples, and added along the batch: all steps of a sample "
        "have one position, which is the sample's number. Tables of (positions, 1, features) are for time-first tensors. "
        "Where the numbers of steps at which something was read are to fill the gaps, the largest so far is that of the steps.",
        no_edit="positions are looked up for the steps where the table is cut or counted",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.positions = nn.Parameter(torch.zeros(50, 1, 8))

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    return steps + self.positions[: x.size(0)]  # RNS226

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)
                    self.positions = nn.Parameter(torch.zeros(50, 1, 8))

                def forward(self, x):
                    steps, _ = self.rnn(x)
                    return steps + self.positions[: x.size(1)].transpose(0, 1)

            report = rs.diagnose(Encoder(), torch.zeros(6, 9, 4), axes="batch seq feature")
            """),
    ),
)
