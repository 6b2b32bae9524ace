import torch
import torch.nn as nn


class DecoderRNN(nn.Module):
    def __init__(self, feat=10, hidden=14, classes=5):
        super().__init__()
        self.LSTM = nn.LSTM(feat, hidden)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x_RNN):
        self.LSTM.flatten_parameters()
        RNN_out, (h_n, h_c) = self.LSTM(x_RNN.view(x_RNN.size(1), x_RNN.size(0), -1), None)
        return self.fc(RNN_out[-1])


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return DecoderRNN()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 10),)


INPUT_AXES = (("batch", "seq", "feature"),)
