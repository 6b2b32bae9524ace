import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Moves(nn.Module):
    def __init__(self, vocab=30, d=6, h=5, tags=3):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.rnn, self.fc = nn.GRU(d, h, batch_first=True, bidirectional=True), nn.Linear(2 * h, tags)
        self.moves = nn.Parameter(torch.randn(tags, tags))

    def forward(self, words, lengths):
        packed = pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        y, _ = pad_packed_sequence(self.rnn(packed)[0], batch_first=True, total_length=words.size(1))
        scores = self.fc(y)
        total = scores[:, 0]
        for t in range(1, words.size(1)):
            after = (total.unsqueeze(2) + self.moves).logsumexp(1) + scores[:, t]
            total = torch.where((lengths > t).unsqueeze(1), after, total)
        return total.logsumexp(1)


def make_model():
    torch.manual_seed(0)
    return Moves()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([7, 4, 5, 2])
    return torch.randint(1, 30, (4, 7), generator=g) * (torch.arange(7) < lengths[:, None]), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))
