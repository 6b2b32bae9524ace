import torch
import torch.nn as nn


class Notes(nn.Module):
    def __init__(self, vocab=12, d=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.cell = nn.LSTMCell(d, d)
        self.fc = nn.Linear(d, 3)

    def forward(self, words):
        x = self.embed(words)
        h = c = x.new_zeros(x.size(1), 6)
        for step, ids in zip(x, words):
            new_h, new_c = self.cell(step, (h, c))
            real = (ids == 0).unsqueeze(-1)
            h = torch.where(real, new_h, h)
            c = torch.where(real, new_c, c)
        return self.fc(h)


def make_model():
    torch.manual_seed(0)
    return Notes()


def make_inputs():
    words = torch.tensor([[3, 5, 2, 7], [4, 1, 8, 2], [5, 0, 2, 11], [6, 0, 0, 3], [7, 0, 0, 1]])
    return (words,)


INPUT_AXES = (("seq", "batch"),)
