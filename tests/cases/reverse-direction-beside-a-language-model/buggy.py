import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed, self.rnn = nn.Embedding(20, 4), nn.LSTM(4, 8, batch_first=True, bidirectional=True)
        self.words, self.mood = nn.Linear(16, 20), nn.Linear(8, 2)

    def forward(self, tokens):
        output, (h, _) = self.rnn(self.embed(tokens))
        return self.words(output), self.mood(h[-1])


def make_model():
    torch.manual_seed(0)
    return Net()


def make_inputs():
    torch.manual_seed(1)
    return (torch.randint(1, 20, (6, 9)),)


INPUT_AXES = (("batch", "seq"),)
