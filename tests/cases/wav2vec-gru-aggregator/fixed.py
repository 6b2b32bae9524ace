
import torch
import torch.nn as nn
import torch.nn.functional as F


class TransposeLast(nn.Module):
    def forward(self, x):
        return x.transpose(-2, -1)


class GRUAggregator(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.gru = nn.GRU(dim, dim, num_layers=1, batch_first=True)

    def forward(self, x):
        x, _ = self.gru(x)
        return x


class Wav2VecModel(nn.Module):
    def __init__(self, dim=12):
        super().__init__()
        self.feature_extractor = nn.Sequential(nn.Conv1d(1, dim, 4, stride=2), nn.GroupNorm(1, dim), nn.ReLU(), nn.Conv1d(dim, dim, 3, stride=2), nn.ReLU())
        self.feature_aggregator = nn.Sequential(TransposeLast(), GRUAggregator(dim), TransposeLast())
        self.project = nn.Linear(dim, 5)

    def forward(self, source):
        features = self.feature_extractor(source.unsqueeze(1))
        x = self.feature_aggregator(features)
        x = F.dropout(x, 0.1, self.training)
        return self.project(x.transpose(1, 2))


def make_model():
    torch.manual_seed(0)
    return Wav2VecModel()


def make_inputs():
    return (torch.randn(6, 64),)


INPUT_AXES = (("batch", "seq"),)
