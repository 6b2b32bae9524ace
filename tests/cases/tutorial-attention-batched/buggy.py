
import torch
import torch.nn as nn
import torch.nn.functional as F


class AttnDecoderRNN(nn.Module):
    def __init__(self, H=12, V=20, max_length=9):
        super().__init__()
        self.embedding = nn.Embedding(V, H)
        self.attn = nn.Linear(H * 2, max_length)
        self.attn_combine = nn.Linear(H * 2, H)
        self.dropout = nn.Dropout(0.1)
        self.gru = nn.GRU(H, H)
        self.out = nn.Linear(H, V)

    def forward(self, input, hidden, encoder_outputs):
        embedded = self.dropout(self.embedding(input).unsqueeze(0))
        attn_weights = F.softmax(self.attn(torch.cat((embedded[0], hidden[0]), 1)), dim=1)
        attn_applied = torch.bmm(attn_weights.unsqueeze(0), encoder_outputs.unsqueeze(0))
        output = torch.cat((embedded[0], attn_applied[0]), 1)
        output = F.relu(self.attn_combine(output).unsqueeze(0))
        output, hidden = self.gru(output, hidden)
        return F.log_softmax(self.out(output[0]), dim=1), hidden, attn_weights


def make_model():
    torch.manual_seed(0)
    return AttnDecoderRNN()


def make_inputs():
    return torch.randint(0, 20, (5,)), torch.randn(1, 5, 12), torch.randn(9, 5, 12)


INPUT_AXES = (("batch",), ("layers", "batch", "hidden"), ("seq", "batch", "hidden"))
