
import torch
import torch.nn as nn


class Rnn(nn.Module):
    def __init__(self, in_dim=10, hidden_dim=14, n_layer=2, n_class=4):
        super(Rnn, self).__init__()
        self.in_dim = in_dim
        self.lstm = nn.LSTM(in_dim, hidden_dim, n_layer)
        self.classifier = nn.Linear(hidden_dim, n_class)

    def forward(self, img):
        b = img.size(0)
        x = img.view(-1, b, self.in_dim)
        out, _ = self.lstm(x)
        out = out[-1, :, :]
        return self.classifier(out)


def make_model():
    torch.manual_seed(0)
    return Rnn()


def make_inputs():
    return (torch.rand(6, 1, 12, 10),)


INPUT_AXES = (("batch", "channel", "seq", "feature"),)


def make_target():
    return torch.randint(0, 4, (6,))


TARGET_AXES = ("batch",)


def loss_fn(o, t):
    return nn.CrossEntropyLoss()(o, t)
