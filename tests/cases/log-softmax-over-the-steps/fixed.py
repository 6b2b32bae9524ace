import torch
import torch.nn as nn
import torch.nn.functional as F


class MelodyModel(nn.Module):
    def __init__(self, notes=22, emb=7, hidden=13):
        super().__init__()
        self.embed = nn.Embedding(notes, emb)
        self.lstm = nn.LSTM(emb, hidden, batch_first=True)
        self.out = nn.Linear(hidden, notes)
        self.log_softmax = nn.LogSoftmax(dim=2)

    def forward(self, notes):
        out, _ = self.lstm(self.embed(notes))
        return self.log_softmax(self.out(out))


def make_model():
    torch.manual_seed(53)
    return MelodyModel()


def make_inputs(batch=4, seq=11):
    return (torch.randint(0, 22, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=4, seq=11):
    return torch.randint(0, 22, (batch, seq))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.nll_loss(output.view(-1, output.size(2)), target.view(-1))
