
import torch
import torch.nn as nn
import torch.nn.functional as F


class ASR(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(7, 10, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(20, 12)

    def forward(self, x):
        x, _ = self.rnn(x)
        return F.log_softmax(self.fc(x), dim=2)


def make_model():
    torch.manual_seed(0)
    return ASR()


def make_inputs():
    return (torch.randn(4, 14, 7),)


INPUT_AXES = (("batch", "seq", "feature"),)


def make_target():
    return torch.randint(1, 12, (4, 5))


TARGET_AXES = ("batch", "label")


def loss_fn(out, y):
    N, T, C = out.shape
    in_len = torch.full((N,), T, dtype=torch.long)
    tgt_len = torch.IntTensor([5, 4, 5, 3])
    return nn.CTCLoss()(out.view(T, N, C), y, in_len, tgt_len)
