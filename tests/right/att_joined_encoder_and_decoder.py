import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Forecaster(nn.Module):
    """Attention over the encoder's steps and the decoder's, joined; the padding in between is masked."""

    def __init__(self) -> None:
        super().__init__()
        self.encoder = nn.LSTM(5, 8, batch_first=True)
        self.decoder = nn.LSTM(5, 8, batch_first=True)
        self.query, self.key = nn.Linear(8, 8), nn.Linear(8, 8)
        self.head = nn.Linear(8, 1)

    def forward(self, x, observed):
        packed = pack_padded_sequence(x[:, :7], observed, batch_first=True, enforce_sorted=False)
        past, state = self.encoder(packed)
        past, _ = pad_packed_sequence(past, batch_first=True, total_length=7)
        future, _ = self.decoder(x[:, 7:], state)
        both = torch.cat([past, future], dim=1)
        padding = torch.arange(7) >= observed[:, None]
        later = torch.ones(3, 3, dtype=torch.bool).triu(1)
        hidden = torch.cat([padding[:, None].expand(-1, 3, -1), later.expand(x.size(0), -1, -1)], dim=2)
        scores = self.query(future) @ self.key(both).transpose(1, 2) / 8**0.5
        weights = scores.masked_fill(hidden, float("-inf")).softmax(-1)
        return self.head(weights @ both)


def make_model():
    torch.manual_seed(0)
    return Forecaster()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(6, 10, 5, generator=g), torch.tensor([7, 4, 6, 3, 7, 5])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
