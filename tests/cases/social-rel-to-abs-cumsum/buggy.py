
import torch
import torch.nn as nn


def relative_to_abs(rel_traj, start_pos):
    displacement = torch.cumsum(rel_traj, dim=1)
    abs_traj = displacement + start_pos
    return abs_traj


class TrajectoryGenerator(nn.Module):
    def __init__(self, emb=8, h=12, pred_len=6):
        super().__init__()
        self.pred_len = pred_len
        self.spatial_embedding = nn.Linear(2, emb)
        self.encoder = nn.LSTM(emb, h, 1)
        self.decoder = nn.LSTM(emb, h, 1)
        self.hidden2pos = nn.Linear(h, 2)

    def forward(self, obs_traj, obs_rel):
        batch = obs_rel.size(1)
        e = self.spatial_embedding(obs_rel.contiguous().view(-1, 2)).view(-1, batch, 8)
        _, state = self.encoder(e)
        last = obs_rel[-1]
        preds = []
        for _ in range(self.pred_len):
            inp = self.spatial_embedding(last).view(1, batch, 8)
            out, state = self.decoder(inp, state)
            last = self.hidden2pos(out.view(-1, 12))
            preds.append(last.view(batch, -1))
        rel = torch.stack(preds, dim=0)
        return relative_to_abs(rel, obs_traj[-1])


def make_model():
    torch.manual_seed(0)
    return TrajectoryGenerator()


def make_inputs():
    return torch.randn(8, 5, 2), torch.randn(8, 5, 2)


INPUT_AXES = (("seq", "batch", "xy"), ("seq", "batch", "xy"))
