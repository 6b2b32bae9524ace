
import torch
import torch.nn as nn


class Sequence(nn.Module):
    def __init__(self):
        super(Sequence, self).__init__()
        self.lstm1 = nn.LSTMCell(1, 11)
        self.lstm2 = nn.LSTMCell(11, 11)
        self.linear = nn.Linear(11, 1)

    def forward(self, input, future=3):
        outputs = []
        h_t = torch.zeros(input.size(0), 11); c_t = torch.zeros(input.size(0), 11)
        h_t2 = torch.zeros(input.size(0), 11); c_t2 = torch.zeros(input.size(0), 11)
        for i, input_t in enumerate(input.chunk(input.size(0), dim=0)):
            h_t, c_t = self.lstm1(input_t, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        for i in range(future):
            h_t, c_t = self.lstm1(output, (h_t, c_t))
            h_t2, c_t2 = self.lstm2(h_t, (h_t2, c_t2))
            output = self.linear(h_t2)
            outputs += [output]
        return torch.stack(outputs, 1).squeeze(2)


def make_model():
    torch.manual_seed(0)
    return Sequence()


def make_inputs():
    return (torch.randn(5, 9),)


INPUT_AXES = (("batch", "seq"),)
