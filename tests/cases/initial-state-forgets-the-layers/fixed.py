import torch
import torch.nn as nn


class MusicModel(nn.Module):
    def __init__(self, notes=24, emb=9, hidden=11):
        super().__init__()
        self.embed = nn.Embedding(notes, emb)
        self.gru = nn.GRU(emb, hidden, num_layers=2, batch_first=True)
        self.notes = nn.Linear(hidden, notes)

    def forward(self, notes):
        start = torch.zeros(2, notes.size(0), self.gru.hidden_size)
        y, _ = self.gru(self.embed(notes), start)
        return self.notes(y)


def make_model():
    torch.manual_seed(74)
    return MusicModel()


def make_inputs(batch=4, seq=9):
    return (torch.randint(0, 24, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)
