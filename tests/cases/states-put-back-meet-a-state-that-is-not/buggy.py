import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Model(nn.Module):
    def __init__(self, vocab=20, e=5, h=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, e, padding_idx=0)
        self.rnn = nn.GRU(e, h, batch_first=True, bidirectional=True)
        self.out = nn.Linear(12, 3)

    def forward(self, words, lengths):
        longest_first = lengths.argsort(descending=True)
        back = longest_first.argsort()
        x = pack_padded_sequence(self.embed(words[longest_first]), lengths[longest_first], batch_first=True)
        packed, h_n = self.rnn(x)
        states = pad_packed_sequence(packed, batch_first=True, total_length=words.size(1))[0][back]
        asked = torch.cat([h_n[0], h_n[1]], -1)
        scores = (states @ asked.unsqueeze(-1)).squeeze(-1).masked_fill(words == 0, float("-inf"))
        return self.out((states * scores.softmax(-1).unsqueeze(-1)).sum(1))



def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs(batch=6, seq=8):
    lengths = torch.tensor([3, 8, 5, 2, 8, 6])[:batch].clamp(max=seq)
    words = torch.randint(1, 20, (batch, seq), generator=torch.Generator().manual_seed(1))
    return words.masked_fill(torch.arange(seq) >= lengths[:, None], 0), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))
