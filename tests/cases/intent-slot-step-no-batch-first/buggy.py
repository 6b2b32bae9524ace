
import torch
import torch.nn as nn
import torch.nn.functional as F


class SlotDecoder(nn.Module):
    def __init__(self, enc=14, hidden=12, slots=7):
        super().__init__()
        self.lstm = nn.LSTM(enc + hidden, hidden)
        self.fc = nn.Linear(hidden, slots)
        self.hidden = hidden

    def forward(self, x, hi):
        batch = x.size(0)
        length = x.size(1)
        x = F.dropout(torch.cat((x, hi), dim=-1), 0.1, self.training)
        x = x.transpose(1, 0)
        all_out = []
        state = None
        for i in range(length):
            step = x[i].unsqueeze(1)
            out, _ = self.lstm(step)
            all_out.append(out)
        output = torch.cat(all_out, dim=1)
        return self.fc(output)


def make_model():
    torch.manual_seed(0)
    return SlotDecoder()


def make_inputs():
    return torch.randn(5, 9, 14), torch.randn(5, 9, 12)


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "seq", "hidden"))


def make_target():
    return torch.randint(0, 7, (5, 9))


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return F.cross_entropy(output.reshape(-1, 7), target.reshape(-1))
