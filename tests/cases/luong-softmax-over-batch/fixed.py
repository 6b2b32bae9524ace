import torch
import torch.nn as nn
import torch.nn.functional as F


class LuongAttnDecoder(nn.Module):
    def __init__(self, vocab=30, hidden=10):
        super().__init__()
        self.embedding = nn.Embedding(vocab, hidden)
        self.encoder = nn.GRU(hidden, hidden)
        self.gru = nn.GRU(hidden, hidden)
        self.concat = nn.Linear(hidden * 2, hidden)
        self.out = nn.Linear(hidden, vocab)

    def score(self, hidden, encoder_output):
        return torch.sum(hidden * encoder_output, dim=2)

    def forward(self, src, step):
        encoder_outputs, hidden = self.encoder(self.embedding(src))
        rnn_output, hidden = self.gru(self.embedding(step).unsqueeze(0), hidden)
        attn_energies = self.score(rnn_output, encoder_outputs)
        attn_weights = F.softmax(attn_energies.t(), dim=1).unsqueeze(1)
        context = attn_weights.bmm(encoder_outputs.transpose(0, 1))
        concat_output = torch.tanh(self.concat(torch.cat((rnn_output.squeeze(0), context.squeeze(1)), 1)))
        return F.softmax(self.out(concat_output), dim=1), hidden


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return LuongAttnDecoder()


def make_inputs():
    G.manual_seed(1)
    return (ids(30, 9, 6), ids(30, 6))


INPUT_AXES = (("seq", "batch"), ("batch",))
