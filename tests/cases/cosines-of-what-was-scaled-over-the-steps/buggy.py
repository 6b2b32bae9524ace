import torch
import torch.nn as nn
from torch.nn.functional import normalize


class Recall(nn.Module):
    def __init__(self, f=5, h=8):
        super().__init__()
        self.write, self.ask, self.out = nn.LSTM(f, h, batch_first=True), nn.Linear(f, h), nn.Linear(h, 2)

    def forward(self, events, question):
        memory, _ = self.write(events)
        keys = normalize(memory)
        query = normalize(self.ask(question), dim=1).unsqueeze(2)
        weights = torch.softmax(torch.bmm(keys, query) * 4, dim=1)
        return self.out((weights * memory).sum(1))


def make_model():
    torch.manual_seed(0)
    return Recall()


def make_inputs(batch=6, seq=9):
    g = torch.Generator().manual_seed(1)
    return torch.randn(batch, seq, 5, generator=g), torch.randn(batch, 5, generator=g)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "feature"))
