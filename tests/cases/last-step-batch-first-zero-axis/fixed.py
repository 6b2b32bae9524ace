import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.autograd import Variable


class ImageRNN(nn.Module):
    def __init__(self):
        super(ImageRNN, self).__init__()
        self.basic_rnn = nn.RNN(8, 12, batch_first=True)
        self.FC = nn.Linear(12, 10)

    def init_hidden(self, n):
        return Variable(torch.zeros(1, n, 12))

    def forward(self, X):
        lstm_out, self.hidden = self.basic_rnn(X, self.init_hidden(X.size(0)))
        out = self.FC(lstm_out[:, -1])
        return F.log_softmax(out, dim=1)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return ImageRNN()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 8),)


INPUT_AXES = (("batch", "seq", "feature"),)
