"""RNS4xx: padding, packing and the order of samples."""

from __future__ import annotations

from rnnshape.report.catalogue.entry import Rule, program

__all__ = ["ENTRIES"]

ENTRIES = (
    Rule(
        "RNS401",
        "packed along another axis",
        "error",
        "pack_padded_sequence and pad_packed_sequence have a batch_first of their own, False by default, which is not "
        "that of the layer.",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)  # RNS401
                    return self.rnn(packed)[1][-1]

            x, lengths = torch.zeros(3, 3, 4), torch.tensor([3, 2, 1])  # as many steps as samples
            report = rs.diagnose(Encoder(), x, lengths, axes=("batch seq feature", "batch"))
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8, batch_first=True)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True)
                    return self.rnn(packed)[1][-1]

            x, lengths = torch.zeros(3, 3, 4), torch.tensor([3, 2, 1])  # as many steps as samples
            report = rs.diagnose(Encoder(), x, lengths, axes=("batch seq feature", "batch"))
            """),
    ),
    Rule(
        "RNS402",
        "samples in another order",
        "error",
        "The rows were sorted (by length, for packing), and meet targets or states that were not. The line that sorted them is "
        "shown as \"moved at\".",
        no_edit="which of the two orders is meant, no table tells",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    lengths, order = lengths.sort(descending=True)
                    packed = nn.utils.rnn.pack_padded_sequence(x[:, order], lengths)  # sorted by length
                    _, h_n = self.rnn(packed)
                    return self.fc(h_n[-1])  # RNS402

            x, lengths, target = torch.zeros(4, 3, 4), torch.tensor([2, 4, 3]), torch.tensor([0, 2, 1])
            report = rs.diagnose(
                Classifier(), x, lengths, axes=("seq batch feature", "batch"),
                target=target, target_axes="batch", loss=nn.functional.cross_entropy,
            )
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    lengths, order = lengths.sort(descending=True)
                    packed = nn.utils.rnn.pack_padded_sequence(x[:, order], lengths)  # sorted by length
                    _, h_n = self.rnn(packed)
                    return self.fc(h_n[-1])[order.argsort()]

            x, lengths, target = torch.zeros(4, 3, 4), torch.tensor([2, 4, 3]), torch.tensor([0, 2, 1])
            report = rs.diagnose(
                Classifier(), x, lengths, axes=("seq batch feature", "batch"),
                target=target, target_axes="batch", loss=nn.functional.cross_entropy,
            )
            """),
    ),
    Rule(
        "RNS403",
        "lengths of other samples",
        "error",
        "Samples are packed with the lengths of others: the samples were sorted and the lengths were not, or the other "
        "way round. Long samples are cut off and short ones keep padding.",
        no_edit="which of the two orders is meant, no table tells",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)

                def forward(self, x, lengths):
                    lengths, _ = lengths.sort(descending=True)  # RNS403
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    return self.rnn(packed)[1][-1]

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([2, 4, 3])
            report = rs.diagnose(Encoder(), x, lengths, axes=("seq batch feature", "batch"))
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
                    return self.rnn(packed)[1][-1]

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([2, 4, 3])
            report = rs.diagnose(Encoder(), x, lengths, axes=("seq batch feature", "batch"))
            """),
    ),
    Rule(
        "RNS404",
        "padding averaged in",
        "error",
        "A mean or a sum over the steps of a padded output counts what stands in the padding, a mean the zeros there as well: "
        "a sample's answer depends on the other samples of its batch.",
        no_edit="a mask, and the lengths to divide by, have to be computed from what tells where padding is",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    mean = output.mean(0)  # RNS404
                    return self.fc(mean)

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([4, 3, 2])
            report = rs.diagnose(Classifier(), x, lengths, axes=("seq batch feature", "batch"))
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    mean = output.sum(0) / lengths[:, None]  # the padding is zeros
                    return self.fc(mean)

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([4, 3, 2])
            report = rs.diagnose(Classifier(), x, lengths, axes=("seq batch feature", "batch"))
            """),
    ),
    Rule(
        "RNS405",
        "padding picked",
        "error",
        "A maximum over the steps picks the zeros behind a shorter sample: a sample's answer depends on how long the others of "
        "its batch are. The numbers of the run have shown it. A mask, however it is applied, ends it.",
        wrong=program("""
            class Pooled(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    pooled, _ = output.max(0)  # RNS405
                    return self.fc(pooled)

            torch.manual_seed(0)  # whether the zeros are the largest depends on the numbers
            x, lengths = torch.randn(4, 3, 4), torch.tensor([4, 3, 2])
            report = rs.diagnose(Pooled(), x, lengths, axes=("seq batch feature", "batch"))
            """),
        right=program("""
            class Pooled(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    padding = torch.arange(4)[:, None, None] >= lengths[None, :, None]
                    pooled, _ = output.masked_fill(padding, float("-inf")).max(0)
                    return self.fc(pooled)

            x, lengths = torch.randn(4, 3, 4), torch.tensor([4, 3, 2])
            report = rs.diagnose(Pooled(), x, lengths, axes=("seq batch feature", "batch"))
            """),
    ),
    Rule(
        "RNS406",
        "lengths that are not sorted",
        "error",
        "pack_padded_sequence wants the longest sample first, unless enforce_sorted=False lets it sort, and put back, itself.",
        wrong=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)  # RNS406
                    return self.rnn(packed)[1][-1]

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([2, 4, 3])
            report = rs.diagnose(Encoder(), x, lengths, axes=("seq batch feature", "batch"))
            """),
        right=program("""
            class Encoder(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
                    return self.rnn(packed)[1][-1]

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([2, 4, 3])
            report = rs.diagnose(Encoder(), x, lengths, axes=("seq batch feature", "batch"))
            """),
    ),
    Rule(
        "RNS407",
        "the reverse direction begins in padding",
        "warning",
        "A bidirectional layer that is given a padded batch reads the padding of a shorter sample first, from the end: "
        "what it says of the sample depends on how long the others of its batch are. No mask behind the layer takes that back.",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4, padding_idx=0)
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, tokens, lengths):
                    output, _ = self.rnn(self.embed(tokens))  # RNS407
                    return self.fc(output)

            tokens = torch.tensor([[5, 2, 7, 3], [8, 1, 0, 0], [4, 6, 9, 0]])  # 0 is padding
            lengths = torch.tensor([4, 2, 3])
            report = rs.diagnose(Tagger(), tokens, lengths, axes=("batch seq", "batch"))
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.embed = nn.Embedding(20, 4, padding_idx=0)
                    self.rnn = nn.GRU(4, 8, batch_first=True, bidirectional=True)
                    self.fc = nn.Linear(2 * 8, 3)

                def forward(self, tokens, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(
                        self.embed(tokens), lengths, batch_first=True, enforce_sorted=False
                    )
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
                    return self.fc(output)

            tokens = torch.tensor([[5, 2, 7, 3], [8, 1, 0, 0], [4, 6, 9, 0]])  # 0 is padding
            lengths = torch.tensor([4, 2, 3])
            report = rs.diagnose(Tagger(), tokens, lengths, axes=("batch seq", "batch"))
            """),
    ),
    Rule(
        "RNS408",
        "a loss over padding",
        "warning",
        "The loss compares the scores behind the end of shorter samples with whatever fills the target up there, the same in "
        "all of them: the more padding a batch has, the less its real steps count, and the model learns to predict padding.",
        no_edit="a mask has to be computed from what tells where padding is",
        wrong=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 5)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    return self.fc(output).flatten(0, 1)

            def loss(scores, target):
                return nn.functional.cross_entropy(scores, target.flatten())  # RNS408

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([4, 3, 2])
            target = torch.tensor([[1, 3, 2], [4, 1, 3], [2, 4, 0], [1, 0, 0]])  # 0 is padding
            report = rs.diagnose(
                Tagger(), x, lengths, axes=("seq batch feature", "batch"),
                target=target, target_axes="seq batch", loss=loss,
            )
            """),
        right=program("""
            class Tagger(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.rnn = nn.GRU(4, 8)
                    self.fc = nn.Linear(8, 5)

                def forward(self, x, lengths):
                    packed = nn.utils.rnn.pack_padded_sequence(x, lengths)
                    output, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0])
                    return self.fc(output).flatten(0, 1)

            def loss(scores, target):
                return nn.functional.cross_entropy(scores, target.flatten(), ignore_index=0)

            x, lengths = torch.zeros(4, 3, 4), torch.tensor([4, 3, 2])
            target = torch.tensor([[1, 3, 2], [4, 1, 3], [2, 4, 0], [1, 0, 0]])  # 0 is padding
            report = rs.diagnose(
                Tagger(), x, lengths, axes=("seq batch feature", "batch"),
                target=target, target_axes="seq batch", loss=loss,
            )
            """),
    ),
    Rule(
        "RNS409",
        "a mask of steps the wrong way round",
        "error",
        "A cell runs over the padding of shorter samples too, and a mask lets them keep the state of their last real step. "
        "Here it is the real steps at which the state is kept, and the padding that changes it.",
        no_edit="the mask, or the two states, change places where they meet",
        wrong=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.cell = nn.GRUCell(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    h = x.new_zeros(x.size(0), 8)
                    for t in range(x.size(1)):
                        goes_on = (t < lengths)[:, None]
                        h = torch.where(goes_on, h, self.cell(x[:, t], h))  # RNS409
                    return self.fc(h)

            x = torch.arange(72.0).view(3, 6, 4)
            lengths = torch.tensor([6, 4, 2])
            x = x * (torch.arange(6) < lengths[:, None])[:, :, None]
            report = rs.diagnose(Classifier(), x, lengths, axes=("batch seq feature", "batch"))
            """),
        right=program("""
            class Classifier(nn.Module):
                def __init__(self):
                    super().__init__()
                    self.cell = nn.GRUCell(4, 8)
                    self.fc = nn.Linear(8, 3)

                def forward(self, x, lengths):
                    h = x.new_zeros(x.size(0), 8)
                    for t in range(x.size(1)):
                        goes_on = (t < lengths)[:, None]
                        h = torch.where(goes_on, self.cell(x[:, t], h), h)
                    return self.fc(h)

            x = torch.arange(72.0).view(3, 6, 4)
            lengths = torch.tensor([6, 4, 2])
            x = x * (torch.arange(6) < lengths[:, None])[:, :, None]
            report = rs.diagnose(Classifier(), x, lengths, axes=("batch seq feature", "batch"))
            """),
    ),
)
