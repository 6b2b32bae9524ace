import torch
import torch.nn as nn
import torch.nn.functional as F


class Tales(nn.Module):
    def __init__(self, words=30, d=8):
        super().__init__()
        self.embed, self.rnn, self.say = nn.Embedding(words, d), nn.LSTM(d, d, batch_first=True), nn.Linear(d, words)

    def forward(self, tale):
        return self.say(self.rnn(self.embed(tale))[0])


def make_model():
    torch.manual_seed(0)
    return Tales()


def make_inputs(batch=4, seq=9):
    return (torch.randint(0, 30, (batch, seq), generator=torch.Generator().manual_seed(1)),)


INPUT_AXES = (("batch", "seq"),)


def make_target(batch=4, seq=9):
    return make_inputs(batch, seq)[0]


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output[:, 1:].flatten(0, 1), target[:, :-1].flatten())
