"""Bones of a body as (samples, coordinates, frames, bones), minibatches cut by hand, all of a frame side by side for a GRU."""
import torch
from torch import nn

BROKEN = False


class Bones(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(3 * 6, 8)
        self.fc = nn.Linear(8, 2)

    def forward(self, x):
        samples, coordinates, frames, bones = x.shape
        x = x if BROKEN else x.permute(0, 2, 1, 3)
        rows = x.contiguous().view(samples, frames, coordinates * bones)
        out, _ = self.gru(rows.transpose(0, 1))
        return self.fc(out[-1])


def main():
    torch.manual_seed(0)
    bodies, moves = torch.randn(48, 3, 12, 6), torch.randint(0, 2, (48,))
    model = Bones()
    optimizer = torch.optim.Adam(model.parameters())
    for start in range(0, 48, 8):
        loss = nn.functional.cross_entropy(model(bodies[start : start + 8]), moves[start : start + 8])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
