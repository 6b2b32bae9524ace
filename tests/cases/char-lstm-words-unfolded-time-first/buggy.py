import torch
import torch.nn as nn


class CharWordTagger(nn.Module):
    def __init__(self, chars=40, char_dim=6, char_hidden=7, hidden=9, tags=5):
        super().__init__()
        self.char_embed = nn.Embedding(chars, char_dim)
        self.char_lstm = nn.LSTM(char_dim, char_hidden, batch_first=True, bidirectional=True)
        self.word_lstm = nn.LSTM(2 * char_hidden, hidden, bidirectional=True)
        self.tags = nn.Linear(2 * hidden, tags)

    def forward(self, chars):
        batch, words, length = chars.shape
        _, (h, _) = self.char_lstm(self.char_embed(chars.view(-1, length)))
        word_vectors = torch.cat([h[0], h[1]], dim=-1)
        word_vectors = word_vectors.view(words, batch, -1)
        y, _ = self.word_lstm(word_vectors)
        return self.tags(y)


def make_model():
    torch.manual_seed(15)
    return CharWordTagger()


def make_inputs(batch=4, seq=6):
    return (torch.randint(0, 40, (batch, seq, 8)),)


INPUT_AXES = (("batch", "word", "char"),)
