import torch
import torch.nn as nn
import torch.nn.functional as F


class Model(nn.Module):
    def __init__(self, vocab=30, d=12):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.encoder, self.decoder = nn.LSTM(d, d, batch_first=True), nn.LSTM(d, d, batch_first=True)
        self.out, self.switch = nn.Linear(2 * d, vocab), nn.Linear(2 * d, 1)
        self.vocab = vocab

    def forward(self, words):
        memory, state = self.encoder(self.embed(words))
        y, _ = self.decoder(self.embed(words[:, :4]), state)
        scores = torch.bmm(y, memory.transpose(1, 2)).masked_fill((words == 0).unsqueeze(1), -1e9)
        attn = torch.softmax(scores, -1)
        both = torch.cat([y, torch.bmm(attn, memory)], -1)
        b, t, s = attn.shape
        flat = both.view(b * t, -1)
        copy = torch.sigmoid(self.switch(flat))
        generated = self.out(flat).softmax(1) * (1 - copy)
        source = F.one_hot(words, self.vocab).float()
        copied = torch.bmm((attn.view(b * t, s) * copy).view(b, t, s), source)
        return (generated.view(b, t, -1) + copied).clamp(min=1e-9).log()


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    lengths = torch.tensor([9, 4, 6, 9, 2, 5])[:6]
    words = torch.randint(1, 30, (6, 9), generator=g)
    return (words.masked_fill(torch.arange(9) >= lengths[:, None], 0),)


INPUT_AXES = (("batch", "seq"),)
