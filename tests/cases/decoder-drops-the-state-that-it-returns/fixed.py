import torch
import torch.nn as nn


class Translator(nn.Module):
    def __init__(self):
        super().__init__()
        self.emb = nn.Embedding(9, 4)
        self.encoder, self.decoder = nn.GRU(4, 8, batch_first=True), nn.GRU(4, 8, batch_first=True)
        self.fc = nn.Linear(8, 9)

    def forward(self, source, target):
        _, state = self.encoder(self.emb(source))
        scores = []
        for t in range(target.size(1)):
            output, state = self.decoder(self.emb(target[:, t : t + 1]), state)
            scores.append(self.fc(output))
        return torch.cat(scores, 1)


def make_model():
    torch.manual_seed(0)
    return Translator()


def make_inputs(batch=4, seq=5):
    torch.manual_seed(1)
    return torch.randint(0, 9, (batch, seq)), torch.randint(0, 9, (batch, 6))


INPUT_AXES = (("batch", "seq"), ("batch", "step"))
