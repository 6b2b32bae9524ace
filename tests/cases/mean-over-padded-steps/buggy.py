import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class DocumentEncoder(nn.Module):
    def __init__(self, emb=8, hidden=12, classes=4):
        super().__init__()
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)
        self.classify = nn.Linear(2 * hidden, classes)

    def forward(self, words, lengths):
        packed = pack_padded_sequence(words, lengths, batch_first=True, enforce_sorted=False)
        states, _ = pad_packed_sequence(self.gru(packed)[0], batch_first=True)
        pooled = states.mean(dim=1)
        return self.classify(pooled)


def make_model():
    torch.manual_seed(33)
    return DocumentEncoder()


def make_inputs(batch=5, seq=10):
    lengths = torch.tensor([max(1, seq - i) for i in range(batch)])
    return torch.randn(batch, seq, 8), lengths


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
