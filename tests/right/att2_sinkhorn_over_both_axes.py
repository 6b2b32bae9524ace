import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, f=4, d=8):
        super().__init__()
        self.rnn, self.objects = nn.GRU(f, d, batch_first=True), nn.Linear(f, d)

    def forward(self, x, objects):
        h, _ = self.rnn(x)
        o = self.objects(objects)
        plan = h @ o.transpose(1, 2)
        for _ in range(3):
            plan = plan.log_softmax(-1)
            plan = plan.log_softmax(-2)
        return plan.exp() @ o


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return torch.randn(5, 7, 4, generator=g), torch.randn(5, 3, 4, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "objects", "feature"))
