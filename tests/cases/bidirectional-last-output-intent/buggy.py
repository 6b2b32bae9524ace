import torch
import torch.nn as nn


class IntentClassifier(nn.Module):
    def __init__(self, emb=10, hidden=14, intents=6):
        super().__init__()
        self.rnn = nn.LSTM(emb, hidden, num_layers=2, bidirectional=True, batch_first=True)
        self.mlp = nn.Sequential(nn.Linear(2 * hidden, 9), nn.ReLU(), nn.Linear(9, intents))

    def forward(self, vectors):
        out, (h, _) = self.rnn(vectors)
        sentence = out[:, -1]
        return self.mlp(sentence)


def make_model():
    torch.manual_seed(20)
    return IntentClassifier()


def make_inputs(batch=5, seq=8):
    return (torch.randn(batch, seq, 10),)


INPUT_AXES = ("batch seq feature",)
