import torch
import torch.nn as nn


class RecurrentActor(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm_actor = nn.LSTM(8, 10, num_layers=2)
        self.action_net = nn.Linear(10, 4)

    def forward(self, obs, hidden_states, cell_states):
        n_seq, n_layers, _ = hidden_states.shape
        h = hidden_states.reshape(n_layers, n_seq, -1)
        c = cell_states.reshape(n_layers, n_seq, -1)
        latent, _ = self.lstm_actor(obs.swapaxes(0, 1), (h, c))
        return self.action_net(latent.swapaxes(0, 1))


G = torch.Generator()


def rn(*size):
    return torch.randn(*size, generator=G)


def make_model():
    torch.manual_seed(0)
    return RecurrentActor()


def make_inputs():
    G.manual_seed(1)
    return (rn(6, 9, 8), rn(6, 2, 10), rn(6, 2, 10))


INPUT_AXES = (("batch", "seq", "feature"), ("batch", "layers", "hidden"), ("batch", "layers", "hidden"))
