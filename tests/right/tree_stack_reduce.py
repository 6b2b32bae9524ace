import torch
import torch.nn as nn


class Shift(nn.Module):
    def __init__(self):
        super().__init__()
        self.track = nn.LSTMCell(8, 8)
        self.red = nn.Linear(16, 8)

    def forward(self, x, plan):
        B, T, D = x.shape
        ptr = torch.zeros(B, dtype=torch.long)
        stack = torch.zeros(B, T + 1, D)
        sp = torch.zeros(B, dtype=torch.long)
        h = c = torch.zeros(B, D)
        r = torch.arange(B)
        for t in range(plan.size(1)):
            shift = plan[:, t] > 0
            top = stack[r, (sp - 1).clamp(min=0)]
            sec = stack[r, (sp - 2).clamp(min=0)]
            h, c = self.track(top, (h, c))
            new = torch.where(shift.unsqueeze(1), x[r, ptr.clamp(max=T - 1)], torch.tanh(self.red(torch.cat([top, sec], 1))) + h)
            pos = torch.where(shift, sp, (sp - 2).clamp(min=0))
            stack = stack.scatter(1, pos.view(B, 1, 1).expand(-1, 1, D), new.unsqueeze(1))
            sp, ptr = pos + 1, ptr + shift.long()
        return stack[r, (sp - 1).clamp(min=0)]


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return Shift()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 4, 8), torch.tensor([[1, 1, 0, 1, 0], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 1, 1, 0, 0], [1, 1, 0, 1, 0], [1, 1, 1, 0, 0]]))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "action"))
