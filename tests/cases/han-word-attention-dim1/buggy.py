import torch
import torch.nn as nn
import torch.nn.functional as F


class WordRNN(nn.Module):
    def __init__(self, vocab=40, emb=9, hid=7):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.wordRNN = nn.GRU(emb, hid, bidirectional=True)
        self.wordattn = nn.Linear(2 * hid, 2 * hid)
        self.attn_combine = nn.Linear(2 * hid, 1, bias=False)

    def forward(self, inp):
        emb_out = self.embed(inp)
        out_state, hid_state = self.wordRNN(emb_out)
        word_annotation = torch.tanh(self.wordattn(out_state))
        attn = F.softmax(self.attn_combine(word_annotation), dim=1)
        sent = (out_state * attn).sum(0)
        return sent


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return WordRNN()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 9, 6),)


INPUT_AXES = (("seq", "batch"),)
