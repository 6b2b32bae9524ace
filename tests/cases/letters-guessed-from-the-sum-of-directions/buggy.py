import torch
import torch.nn as nn
import torch.nn.functional as F


class Speller(nn.Module):
    def __init__(self, letters=17, e=5, h=7):
        super().__init__()
        self.h = h
        self.table = nn.Embedding(letters, e, padding_idx=0)
        self.gru = nn.GRU(e, h, batch_first=True, bidirectional=True)
        self.guess = nn.Linear(h, letters)

    def forward(self, text):
        states, _ = self.gru(self.table(text))
        return F.log_softmax(self.guess(states[..., : self.h] + states[..., self.h :]), dim=-1)


def texts(batch, seq):
    return torch.randint(1, 17, (batch, seq), generator=torch.Generator().manual_seed(3))


def make_model():
    torch.manual_seed(0)
    return Speller()


def make_inputs(batch=4, seq=8):
    return (texts(batch, seq + 1)[:, :-1],)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=4, seq=8):
    return texts(batch, seq + 1)[:, 1:].contiguous()


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.nll_loss(output.transpose(1, 2), target, ignore_index=0)
