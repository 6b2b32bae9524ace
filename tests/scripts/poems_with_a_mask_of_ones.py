"""Poems written letter by letter, with attention to the letters before behind an LSTM."""
import torch
from torch import nn
from torch.utils.data import DataLoader

BROKEN = False


class Poet(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(20, 12)
        self.lstm = nn.LSTM(12, 12, batch_first=True)
        self.look = nn.MultiheadAttention(12, 2, batch_first=True)
        self.fc = nn.Linear(12, 20)

    def forward(self, x):
        out, _ = self.lstm(self.embed(x))
        later = torch.ones(x.size(1), x.size(1)).triu(1)
        seen, _ = self.look(out, out, out, attn_mask=later if BROKEN else later.bool())
        return self.fc(out + seen)


def main():
    torch.manual_seed(0)
    text = torch.randint(0, 20, (64, 16))
    model = Poet()
    optimizer = torch.optim.Adam(model.parameters())
    for batch in DataLoader(text, 16, shuffle=True):
        scores = model(batch[:, :-1])
        loss = nn.functional.cross_entropy(scores.transpose(1, 2), batch[:, 1:])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
