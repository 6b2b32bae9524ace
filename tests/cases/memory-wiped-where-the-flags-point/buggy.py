import torch
import torch.nn as nn


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn, self.fc = nn.GRU(3, 8, num_layers=2), nn.Linear(8, 2)

    def forward(self, seen, ended):
        state, scores = None, []
        for observation, end in zip(seen, ended):
            output, state = self.rnn(observation[None], state)
            scores.append(self.fc(output))
            state = state.clone()
            state[:, end] = 0
        return torch.cat(scores)


def make_model():
    torch.manual_seed(0)
    return Policy()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(6, 5, 3), (torch.rand(6, 5) < 0.4).long()


INPUT_AXES = (("seq", "batch", "feature"), ("seq", "batch"))
