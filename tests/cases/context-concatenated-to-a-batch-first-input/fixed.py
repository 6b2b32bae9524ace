import torch
import torch.nn as nn


class StepDecoder(nn.Module):
    def __init__(self, vocab=23, emb=6, hidden=9):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.encoder = nn.LSTM(emb, hidden, batch_first=True)
        self.decoder = nn.LSTM(emb + hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, source, token):
        memory, state = self.encoder(self.embed(source))
        context = memory.amax(1)
        x = torch.cat([self.embed(token).unsqueeze(1), context.unsqueeze(1)], dim=-1)
        y, _ = self.decoder(x, state)
        return self.out(y[:, 0])


def make_model():
    torch.manual_seed(82)
    return StepDecoder()


def make_inputs(batch=4, seq=9):
    return torch.randint(0, 23, (batch, seq)), torch.randint(0, 23, (batch,))


INPUT_AXES = (("batch", "seq"), ("batch",))
