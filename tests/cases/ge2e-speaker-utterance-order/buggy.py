
import torch
import torch.nn as nn


class SpeechEmbedder(nn.Module):
    def __init__(self):
        super().__init__()
        self.LSTM_stack = nn.LSTM(6, 14, num_layers=3, batch_first=True)
        self.projection = nn.Linear(14, 10)

    def forward(self, mel_db_batch):
        N, M, T, n_mels = mel_db_batch.shape
        x = torch.reshape(mel_db_batch, (N * M, T, n_mels))
        x, _ = self.LSTM_stack(x.float())
        x = x[:, x.size(1) - 1]
        x = self.projection(x)
        x = x / torch.norm(x, dim=1).unsqueeze(1)
        embeddings = torch.reshape(x, (M, N, -1)).transpose(0, 1)
        centroids = embeddings.mean(dim=1)
        return embeddings, centroids


def make_model():
    torch.manual_seed(0)
    return SpeechEmbedder()


def make_inputs():
    return (torch.randn(4, 5, 9, 6),)


INPUT_AXES = (("batch", "utterance", "seq", "feature"),)
