import torch
import torch.nn as nn


class TopicClassifier(nn.Module):
    def __init__(self, vocab=70, emb=9, hidden=10, layers=2, topics=6):
        super().__init__()
        self.embedding = nn.EmbeddingBag(vocab, emb) if layers == 0 else nn.Embedding(vocab, emb)
        self.lstm = nn.LSTM(emb, hidden, layers)
        self.classify = nn.Linear(layers * hidden, topics)

    def forward(self, text):
        length, batch = text.size()
        _, (hidden, _) = self.lstm(self.embedding(text))
        flat = hidden.transpose(0, 1).reshape(batch, -1)
        return self.classify(flat)


def make_model():
    torch.manual_seed(8)
    return TopicClassifier()


def make_inputs(batch=6, seq=9):
    return (torch.randint(0, 70, (seq, batch)),)


INPUT_AXES = (("seq", "batch"),)


def make_target(batch=6, seq=9):
    return torch.randint(0, 6, (batch,))


TARGET_AXES = ("batch",)
loss_fn = nn.CrossEntropyLoss()
