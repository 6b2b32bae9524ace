
import torch
import torch.nn as nn


def last_relevant(output, length):
    batch_size, max_length, out_size = length.shape[0], output.shape[0], output.shape[-1]
    index = torch.arange(0, batch_size) * max_length + (length - 1)
    flat = output.transpose(0, 1).reshape(-1, out_size)
    return flat.index_select(0, index)


class Seq(nn.Module):
    def __init__(self):
        super().__init__()
        self.gru = nn.GRU(5, 13)
        self.fc = nn.Linear(13, 3)

    def forward(self, x, length):
        out, _ = self.gru(x)
        return self.fc(last_relevant(out, length))


def make_model():
    torch.manual_seed(0)
    return Seq()


def make_inputs():
    return torch.randn(9, 6, 5), torch.tensor([9, 8, 6, 5, 3, 2])


INPUT_AXES = (("seq", "batch", "feature"), ("batch",))
