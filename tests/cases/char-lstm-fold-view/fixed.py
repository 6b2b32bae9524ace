import torch
import torch.nn as nn


class CharTagger(nn.Module):
    def __init__(self, n_words=40, n_chars=30, n_tags=5):
        super().__init__()
        self.word_emb = nn.Embedding(n_words, 9)
        self.char_emb = nn.Embedding(n_chars, 4)
        self.char_lstm = nn.LSTM(4, 5, bidirectional=True)
        self.lstm = nn.LSTM(9 + 10, 11, bidirectional=True, batch_first=True)
        self.hidden2tag = nn.Linear(22, n_tags)

    def forward(self, words, chars):
        B, W, C = chars.shape
        ce = self.char_emb(chars)
        ce = ce.view(B * W, C, -1).transpose(0, 1)
        _, (h, _) = self.char_lstm(ce)
        char_feat = torch.cat([h[0], h[1]], dim=1).view(B, W, -1)
        x = torch.cat([self.word_emb(words), char_feat], dim=-1)
        x, _ = self.lstm(x)
        return self.hidden2tag(x)


G = torch.Generator()


def ids(n, *size):
    return torch.randint(1, n, size, generator=G)


def make_model():
    torch.manual_seed(0)
    return CharTagger()


def make_inputs():
    G.manual_seed(1)
    return (ids(40, 6, 9), ids(30, 6, 9, 7))


INPUT_AXES = (("batch", "seq"), ("batch", "seq", "char"))
