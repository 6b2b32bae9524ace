import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.encode = nn.GRU(4, 8, batch_first=True, bidirectional=True)
        self.init, self.cell = nn.Linear(16, 16), nn.GRUCell(16, 16)
        self.fc = nn.Linear(32, 3)

    def forward(self, x):
        states, h_n = self.encode(x)
        h = torch.tanh(self.init(torch.cat([h_n[0], h_n[1]], 1)))
        y, outputs = x.new_zeros(x.size(0), 16), []
        for _ in range(5):
            h = self.cell(y, h)
            weights = torch.softmax(torch.bmm(states, h.unsqueeze(2)).squeeze(2), 1)
            y = torch.bmm(weights.unsqueeze(1), states).squeeze(1)
            outputs.append(self.fc(torch.cat([h, y], 1)))
        return torch.stack(outputs, 1)


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randn(6, 9, 4),)


INPUT_AXES = (("batch", "seq", "feature"),)
