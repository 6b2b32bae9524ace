"""Sensors: recordings (batch, steps, channels) for an LSTM that wants the steps first, trained in a function with validation."""
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset, random_split

BROKEN = False


class ActivityLSTM(nn.Module):
    def __init__(self, channels, hidden, classes):
        super().__init__()
        self.fc_in = nn.Linear(channels, hidden)
        self.lstm = nn.LSTM(hidden, hidden, 2, dropout=0.2)
        self.fc_out = nn.Linear(hidden, classes)

    def forward(self, x):
        b, t, c = x.size()
        x = torch.relu(self.fc_in(x.reshape(-1, c)))
        if BROKEN:
            x = x.view(t, b, -1)
        else:
            x = x.view(b, t, -1).transpose(0, 1)
        out, _ = self.lstm(x)
        return self.fc_out(out[-1])


def evaluate(model, loader, loss_fn):
    model.eval()
    total = 0.0
    with torch.no_grad():
        for x, y in loader:
            total += loss_fn(model(x), y).item()
    return total / len(loader)


def main():
    torch.manual_seed(0)
    data = TensorDataset(torch.randn(80, 16, 6), torch.randint(0, 3, (80,)))
    train, valid = random_split(data, [64, 16])
    train, valid = DataLoader(train, 16, shuffle=True), DataLoader(valid, 16)
    model, loss_fn = ActivityLSTM(6, 12, 3), nn.CrossEntropyLoss()
    optimizer = torch.optim.Adam(model.parameters())
    print("untrained", evaluate(model, valid, loss_fn))
    for epoch in range(2):
        model.train()
        for x, y in train:
            optimizer.zero_grad()
            loss_fn(model(x), y).backward()
            optimizer.step()
        print(epoch, evaluate(model, valid, loss_fn))


if __name__ == "__main__":
    main()
