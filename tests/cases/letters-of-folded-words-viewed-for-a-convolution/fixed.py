import torch
import torch.nn as nn
import torch.nn.functional as F


class Spelling(nn.Module):
    def __init__(self):
        super().__init__()
        self.letter = nn.Embedding(20, 7)
        self.shapes = nn.Conv1d(7, 12, 3, padding=1)
        self.words = nn.LSTM(12, 8, batch_first=True)
        self.tag = nn.Linear(8, 4)

    def forward(self, letters):
        b, w, n = letters.size()
        folded = self.letter(letters.reshape(b * w, n))
        maps = F.relu(self.shapes(folded.mT))
        return self.tag(self.words(maps.amax(-1).unflatten(0, (b, w)))[0])


def make_model():
    torch.manual_seed(0)
    return Spelling()


def make_inputs(batch=5, seq=9):
    return (torch.randint(1, 20, (batch, seq, 6), generator=torch.Generator().manual_seed(5)),)


INPUT_AXES = (("batch", "seq", "letter"),)
