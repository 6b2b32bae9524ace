import torch
import torch.nn as nn
import torch.nn.functional as F


class Tagger(nn.Module):
    def __init__(self, words=30, d=8, tags=5):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(words, d, padding_idx=0), nn.GRU(d, d, batch_first=True)
        self.tag = nn.Linear(d, tags)

    def forward(self, words, lengths):
        no_word = torch.arange(words.size(1)) >= lengths.unsqueeze(1)
        return self.tag(self.rnn(self.embed(words))[0]), no_word


def make_model():
    torch.manual_seed(0)
    return Tagger()


def make_inputs(batch=4, seq=7):
    lengths = (seq - torch.arange(batch) * 3 % seq).clamp(min=1)
    words = torch.randint(1, 30, (batch, seq), generator=torch.Generator().manual_seed(1))
    return words * (torch.arange(seq) < lengths[:, None]), lengths


INPUT_AXES = (("batch", "seq"), ("batch",))


def make_target(batch=4, seq=7):
    return torch.randint(0, 5, (batch, seq), generator=torch.Generator().manual_seed(2))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    scores, no_word = output
    losses = F.cross_entropy(scores.transpose(1, 2), target, reduction="none")
    return (losses * ~no_word).sum() / (~no_word).sum()
