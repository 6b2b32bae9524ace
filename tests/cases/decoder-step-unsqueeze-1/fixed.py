
import torch
import torch.nn as nn


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(20, 8)
        self.rnn = nn.LSTM(8, 13, 2, dropout=0.5)
        self.fc_out = nn.Linear(13, 20)

    def forward(self, input, hidden, cell):
        input = input.unsqueeze(0)
        embedded = self.embedding(input)
        output, (hidden, cell) = self.rnn(embedded, (hidden, cell))
        return self.fc_out(output.squeeze(0)), hidden, cell


def make_model():
    torch.manual_seed(0)
    return Decoder()


def make_inputs():
    return torch.randint(0, 20, (6,)), torch.randn(2, 6, 13), torch.randn(2, 6, 13)


INPUT_AXES = (("batch",), ("layers", "batch", "hidden"), ("layers", "batch", "hidden"))
