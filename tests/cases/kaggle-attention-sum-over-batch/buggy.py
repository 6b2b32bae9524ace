
import torch
import torch.nn as nn
import torch.nn.functional as F


class Attention(nn.Module):
    def __init__(self, feature_dim, step_dim, bias=True):
        super(Attention, self).__init__()
        self.feature_dim, self.step_dim = feature_dim, step_dim
        weight = torch.zeros(feature_dim, 1)
        nn.init.kaiming_uniform_(weight)
        self.weight = nn.Parameter(weight)
        self.b = nn.Parameter(torch.zeros(step_dim))

    def forward(self, x, mask=None):
        eij = torch.mm(x.contiguous().view(-1, self.feature_dim), self.weight).view(-1, self.step_dim)
        eij = torch.tanh(eij + self.b)
        a = torch.exp(eij)
        if mask is not None:
            a = a * mask
        a = a / (torch.sum(a, 0, keepdim=True) + 1e-10)
        weighted_input = x * torch.unsqueeze(a, -1)
        return torch.sum(weighted_input, 1)


class NeuralNet(nn.Module):
    def __init__(self, hidden=10, maxlen=9):
        super().__init__()
        self.embedding = nn.Embedding(40, 8)
        self.embedding_dropout = nn.Dropout2d(0.1)
        self.lstm = nn.LSTM(8, hidden, bidirectional=True, batch_first=True)
        self.gru = nn.GRU(hidden * 2, hidden, bidirectional=True, batch_first=True)
        self.lstm_attention = Attention(hidden * 2, maxlen)
        self.gru_attention = Attention(hidden * 2, maxlen)
        self.linear = nn.Linear(80, 16)
        self.out = nn.Linear(16, 1)

    def forward(self, x):
        h_embedding = self.embedding(x)
        h_embedding = torch.squeeze(self.embedding_dropout(torch.unsqueeze(h_embedding, 0)))
        h_lstm, _ = self.lstm(h_embedding)
        h_gru, _ = self.gru(h_lstm)
        avg_pool = torch.mean(h_gru, 1)
        max_pool, _ = torch.max(h_gru, 1)
        conc = torch.cat((self.lstm_attention(h_lstm), self.gru_attention(h_gru), avg_pool, max_pool), 1)
        return self.out(F.relu(self.linear(conc)))


def make_model():
    torch.manual_seed(0)
    return NeuralNet()


def make_inputs():
    return (torch.randint(0, 40, (6, 9)),)


INPUT_AXES = (("batch", "seq"),)
