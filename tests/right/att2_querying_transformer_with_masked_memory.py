import torch
import torch.nn as nn


class Model(nn.Module):
    """Learned queries attend to each other and to padded features."""

    def __init__(self, f=4, d=8, queries=3):
        super().__init__()
        self.rnn = nn.GRU(f, d, batch_first=True)
        self.queries = nn.Parameter(torch.randn(1, queries, d))
        self.decoder = nn.TransformerDecoder(nn.TransformerDecoderLayer(d, 2, 16, batch_first=True), 2)
        self.fc = nn.Linear(d, 2)

    def forward(self, x, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        h, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=x.size(1))
        padding = torch.arange(x.size(1)) >= lengths.unsqueeze(1)
        y = self.decoder(self.queries.repeat(x.size(0), 1, 1), h, memory_key_padding_mask=padding)
        return self.fc(y.mean(1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([5, 3, 4, 2])
    return torch.randn(4, 7, 4, generator=g) * (torch.arange(7) < lengths[:, None])[..., None], lengths


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
