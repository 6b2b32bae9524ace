import torch
import torch.nn as nn


class SlotDec(nn.Module):
    def __init__(self, hidden=8, labels=5):
        super().__init__()
        self.lstm = nn.LSTM(input_size=hidden * 2, hidden_size=hidden, num_layers=1)
        self.fc = nn.Linear(hidden, labels)

    def forward(self, x, hi):
        batch = x.size(0)
        x = torch.cat((x, hi), dim=-1)
        x = x.transpose(1, 0)
        dec = None
        all_out = []
        for step in x:
            out, dec = self.lstm(step.unsqueeze(1), dec)
            all_out.append(out)
        output = torch.cat(all_out, dim=1)
        return self.fc(output)


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return SlotDec()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 8), rn(6, 9, 8))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "feature"))
