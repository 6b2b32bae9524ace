"""Replies to questions, said word by word; broken, the decoder is fed whole replies, of which there are as many as words."""

import torch
from torch import nn

BROKEN = False

WORDS = 5


class Replies(nn.Module):
    def __init__(self):
        super().__init__()
        self.look_up = nn.Embedding(30, 8)
        self.listen, self.speak = nn.LSTM(8, 12, batch_first=True), nn.LSTMCell(8, 12)
        self.word = nn.Linear(12, 30)

    def forward(self, question, said):
        _, (h, c) = self.listen(self.look_up(question))
        state, scores = (h[-1], c[-1]), []
        for at in range(WORDS):
            word = said[at] if BROKEN else said.select(1, at)
            state = self.speak(self.look_up(word), state)
            scores.append(self.word(state[0]))
        return torch.stack(scores, 1)


torch.manual_seed(4)
questions, replies = torch.randint(1, 30, (40, 11)), torch.randint(1, 30, (40, WORDS))
before = nn.functional.pad(replies[:, :-1], (1, 0))
model = Replies()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
for start in range(0, 20, WORDS):
    few = slice(start, start + WORDS)
    scores = model(questions[few], before[few])
    loss = nn.functional.cross_entropy(scores.transpose(1, 2), replies[few])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"{loss.item():.4f}")
