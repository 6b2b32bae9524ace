import torch
import torch.nn as nn
import torch.nn.functional as F


class PosTagger(nn.Module):
    def __init__(self, vocab=60, emb=11, hidden=13, tags=8):
        super().__init__()
        self.lookup = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, bidirectional=True, batch_first=True)
        self.drop = nn.Dropout(0.1)
        self.score = nn.Linear(2 * hidden, tags)

    def forward(self, words):
        states, _ = self.gru(self.drop(self.lookup(words)))
        return F.log_softmax(self.score(states), dim=-1)


def make_model():
    torch.manual_seed(0)
    return PosTagger().eval()


def make_inputs(batch=5, seq=7):
    return (torch.randint(1, 60, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=5, seq=7):
    return torch.randint(0, 8, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.nll_loss(output.flatten(0, 1), target.flatten())
