import torch
import torch.nn as nn
import torch.nn.functional as F


class Novel(nn.Module):
    def __init__(self, letters=27, hidden=10, line=6, rows=6):
        super().__init__()
        self.line, self.rows = line, rows
        self.letter = nn.Embedding(letters, 5)
        self.lstm = nn.LSTM(5, hidden, batch_first=True)
        self.next = nn.Linear(hidden, letters)

    def forward(self, text):
        pages = text.view(self.rows, -1, self.line).transpose(0, 1)
        state, scores = None, []
        for page in pages:
            read, state = self.lstm(self.letter(page), state)
            state = tuple(s.detach() for s in state)
            scores.append(self.next(read))
        return torch.stack(scores, 1).flatten(0, 2)


def make_model():
    torch.manual_seed(0)
    return Novel()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    return (torch.randint(0, 27, (108,), generator=g),)


INPUT_AXES = (("seq",),)


def make_target():
    g = torch.Generator().manual_seed(2)
    return torch.randint(0, 27, (108,), generator=g)


TARGET_AXES = ("seq",)
loss_fn = F.cross_entropy
