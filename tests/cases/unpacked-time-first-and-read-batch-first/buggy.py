import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class NerTagger(nn.Module):
    def __init__(self, vocab=75, emb=9, hidden=10, tags=5):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb, padding_idx=0)
        self.lstm = nn.LSTM(emb, hidden, bidirectional=True, batch_first=True)
        self.tag = nn.Linear(2 * hidden, tags)
        self.tags = tags

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embed(ids), lengths, batch_first=True, enforce_sorted=False)
        out, _ = self.lstm(packed)
        out, _ = pad_packed_sequence(out, padding_value=0.0)
        return self.tag(out).reshape(-1, self.tags)


def make_model():
    torch.manual_seed(37)
    return NerTagger()


def make_inputs(batch=4, seq=9):
    lengths = torch.tensor([seq - (seq > 2 * i) * i for i in range(batch)])
    ids = torch.randint(1, 75, (batch, seq)) * (torch.arange(seq) < lengths[:, None])
    return ids, lengths


INPUT_AXES = (("batch", "seq"), ("batch",))


def make_target(batch=4, seq=9):
    return torch.randint(0, 5, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output, target.reshape(-1))
