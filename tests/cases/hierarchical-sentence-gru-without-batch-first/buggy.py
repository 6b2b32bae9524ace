import torch
import torch.nn as nn


class HierarchicalReader(nn.Module):
    def __init__(self, vocab=66, emb=7, hidden=8, classes=4):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.words = nn.GRU(emb, hidden, batch_first=True)
        self.sentences = nn.GRU(hidden, hidden)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, documents):
        d, s, w = documents.shape
        y, _ = self.words(self.embed(documents.view(d * s, w)))
        vectors = y.mean(1).view(d, s, -1)
        z, _ = self.sentences(vectors)
        return self.fc(z.mean(1))


def make_model():
    torch.manual_seed(59)
    return HierarchicalReader()


def make_inputs(batch=4, seq=5):
    return (torch.randint(0, 66, (batch, seq, 7)),)


INPUT_AXES = (("batch", "sentence", "word"),)
