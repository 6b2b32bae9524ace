"""Orders of shops, rows drawn by hand: a decoder goes from day to day, from its own state and what it said the day before."""
import torch
from torch import nn

BROKEN = False


class Orders(nn.Module):
    def __init__(self, goods=25, units=6, levels=4):
        super().__init__()
        self.goods, self.units = nn.Embedding(goods, 5), units
        self.days = nn.GRU(5, units, batch_first=True)
        self.plan = nn.GRU(2 * units, units, batch_first=not BROKEN)
        self.level = nn.Linear(units, levels)

    def forward(self, goods):
        known, _ = self.days(self.goods(goods))
        said, planned = known.new_zeros(len(goods), 1, self.units), []
        state = known.new_zeros(1, 1 if BROKEN else len(goods), self.units)
        for day in known.split(1, dim=1):
            said, state = self.plan(torch.cat([day, said], -1), state)
            planned.append(said)
        return self.level(torch.cat(planned, 1))


def main():
    torch.manual_seed(0)
    goods = torch.randint(0, 25, (40, 9))
    model = Orders()
    optimizer = torch.optim.Adam(model.parameters())
    for rows in torch.randperm(40).view(5, 8):
        loss = nn.functional.cross_entropy(model(goods[rows]).flatten(0, 1), (goods[rows] % 4).flatten())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    print(loss.item())


if __name__ == "__main__":
    main()
