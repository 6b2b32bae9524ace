import torch
import torch.nn as nn


class SceneNarrator(nn.Module):
    def __init__(self, pixels=11, hidden=8, vocabulary=17):
        super().__init__()
        self.watch = nn.LSTM(pixels, hidden, batch_first=True)
        self.word = nn.Embedding(vocabulary, 5)
        self.score = nn.Sequential(nn.Linear(2 * hidden, 6), nn.Tanh(), nn.Linear(6, 1))
        self.cell = nn.LSTMCell(5 + hidden, hidden)
        self.say = nn.Linear(hidden, vocabulary)

    def forward(self, clip, words):
        frames, (h, c) = self.watch(clip)
        b, n, d = frames.shape
        h, c = h[-1], c[-1]
        said = []
        for word in self.word(words).unbind(1):
            asked = h.repeat(n, 1)
            weights = self.score(torch.cat([frames.reshape(b * n, d), asked], dim=1)).view(b, n).softmax(dim=1)
            seen = (weights.unsqueeze(2) * frames).sum(1)
            h, c = self.cell(torch.cat([word, seen], dim=1), (h, c))
            said.append(self.say(h))
        return torch.stack(said, dim=1)


def make_model():
    torch.manual_seed(53)
    return SceneNarrator()


def make_inputs(batch=7, seq=7):
    return torch.randn(batch, seq, 11), torch.randint(0, 17, (batch, 4))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "step"))
