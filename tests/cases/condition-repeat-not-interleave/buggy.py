
import torch
import torch.nn as nn


class CondNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.spk = nn.Embedding(5, 4)
        self.pre = nn.Sequential(nn.Linear(6 + 4, 10), nn.ReLU())
        self.rnn = nn.LSTM(10, 12, batch_first=True)
        self.fc = nn.Linear(12, 6)

    def forward(self, x, sid):
        B, T, Fe = x.size()
        s = self.spk(sid)
        s = s.repeat(T, 1)
        z = torch.cat([x.reshape(B * T, Fe), s], dim=1)
        z = self.pre(z).view(B, T, -1)
        y, _ = self.rnn(z)
        return self.fc(y)


def make_model():
    torch.manual_seed(0)
    return CondNet()


def make_inputs():
    return torch.randn(5, 8, 6), torch.tensor([0, 1, 2, 3, 4])


INPUT_AXES = (("batch", "seq", "feature"), ("batch",))
