import torch
import torch.nn as nn


class Captioner(nn.Module):
    def __init__(self):
        super().__init__()
        self.look, self.say = nn.LSTM(5, 8), nn.LSTM(4 + 8, 8)
        self.fc = nn.Linear(8, 9)

    def forward(self, regions, words):
        memory, (h, c) = self.look(regions)
        context, scores = torch.zeros(1, words.size(1), 8), []
        for word in words.split(1):
            output, _ = self.say(torch.cat([word, context], -1), (h, c))
            weights = torch.einsum("rnh,snh->nsr", memory, output).softmax(-1)
            context = torch.einsum("nsr,rnh->snh", weights, memory)
            scores.append(self.fc(context + output))
        return torch.cat(scores)


def make_model():
    torch.manual_seed(0)
    return Captioner()


def make_inputs(batch=4, seq=4):
    torch.manual_seed(1)
    return torch.randn(seq, batch, 5), torch.randn(seq, batch, 4)


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch", "feature"))
