import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Triage(nn.Module):
    def __init__(self, vocab=90, emb=12, hidden=16):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.urgent = nn.Linear(hidden, 1)

    def forward(self, notes, lengths):
        packed = pack_padded_sequence(self.embed(notes), lengths.cpu(), batch_first=True, enforce_sorted=False)
        packed_out, (h, _) = self.lstm(packed)
        return self.urgent(h[-1]).flatten()


def make_model():
    torch.manual_seed(32)
    return Triage()


def make_inputs(batch=5, seq=9):
    lengths = torch.tensor([1 + (seq - 1) * (i % 3) // 2 for i in range(batch)])
    lengths[-1] = seq
    ids = torch.randint(1, 90, (batch, seq)) * (torch.arange(seq) < lengths[:, None])
    return ids, lengths


INPUT_AXES = (("batch", "seq"), ("batch",))


def make_target(batch=5, seq=9):
    return torch.ones(batch)


TARGET_AXES = ("batch",)
loss_fn = nn.BCEWithLogitsLoss()
