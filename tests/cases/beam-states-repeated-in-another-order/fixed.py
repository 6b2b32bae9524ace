import torch
import torch.nn as nn


class BeamDecoder(nn.Module):
    def __init__(self, vocab=37, width=10, beams=3):
        super().__init__()
        self.beams = beams
        self.embed = nn.Embedding(vocab, width)
        self.encoder = nn.GRU(width, width, batch_first=True)
        self.decoder = nn.GRU(width, width, batch_first=True)
        self.out = nn.Linear(width, vocab)

    def forward(self, source, first):
        keys, state = self.encoder(self.embed(source))
        keys = keys.repeat_interleave(self.beams, dim=0)
        state = state.repeat_interleave(self.beams, dim=1)
        token = self.embed(first.repeat_interleave(self.beams)).unsqueeze(1)
        y, state = self.decoder(token, state)
        weights = torch.softmax(y @ keys.transpose(1, 2), dim=-1)
        logits = self.out((weights @ keys).squeeze(1))
        return logits.view(source.size(0), -1).log_softmax(-1)


def make_model():
    torch.manual_seed(45)
    return BeamDecoder()


def make_inputs(batch=5, seq=7):
    return torch.randint(0, 37, (batch, seq)), torch.zeros(batch, dtype=torch.long)


INPUT_AXES = (("batch", "seq"), ("batch",))
