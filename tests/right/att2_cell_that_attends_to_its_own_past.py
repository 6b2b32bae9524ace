import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.cell = nn.LSTMCell(f, d)
        self.score, self.fc = nn.Linear(f + d, 1), nn.Linear(d, 2)

    def forward(self, x):
        h = c = x.new_zeros(x.size(0), self.cell.hidden_size)
        hs, cs = [h], [c]
        for t in range(x.size(1)):
            past_h, past_c = torch.stack(hs, 1), torch.stack(cs, 1)
            step = x[:, t].unsqueeze(1).expand(-1, past_h.size(1), -1)
            w = self.score(torch.cat([step, past_h], -1)).softmax(1)
            h, c = self.cell(x[:, t], ((w * past_h).sum(1), (w * past_c).sum(1)))
            hs.append(h)
            cs.append(c)
        return self.fc(h)


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randn(5, 7, 4, generator=g),)


INPUT_AXES = (("batch", "seq", "feature"),)
