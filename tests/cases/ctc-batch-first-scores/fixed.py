import torch
import torch.nn as nn


class OCR2(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(8, 10, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(20, 7)

    def forward(self, x):
        return self.fc(self.rnn(x)[0]).log_softmax(-1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return OCR2()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 13, 8),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    G.manual_seed(2)
    return torch.randint(1, 7, (6, 4), generator=G)


TARGET_AXES = ("batch", "target")


def loss_fn(output, target):
    return nn.CTCLoss()(output.permute(1, 0, 2), target, torch.full((target.size(0),), 13), torch.full((target.size(0),), 4))
