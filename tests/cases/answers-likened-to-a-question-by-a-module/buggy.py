import torch
from torch import nn


class Chooser(nn.Module):
    def __init__(self, words=20, hidden=5):
        super().__init__()
        self.embed = nn.Embedding(words, hidden)
        self.read = nn.GRU(hidden, hidden, batch_first=True)
        self.near = nn.CosineSimilarity()

    def forward(self, question, answers):
        q = self.read(self.embed(question))[1]
        a = self.read(self.embed(answers.flatten(0, 1)))[1][0].unflatten(0, answers.shape[:2])
        return self.near(a, q.transpose(0, 1)).log_softmax(-1)


def make_model():
    torch.manual_seed(0)
    return Chooser()


def make_inputs(batch=3, seq=6):
    words = torch.Generator().manual_seed(1)
    return torch.randint(20, (batch, seq), generator=words), torch.randint(20, (batch, 5, 4), generator=words)


INPUT_AXES = (("batch", "seq"), ("batch", "answer", "seq"))
