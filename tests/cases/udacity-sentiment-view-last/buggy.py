
import torch
import torch.nn as nn


class SentimentRNN(nn.Module):
    def __init__(self, vocab_size=60, output_size=1, embedding_dim=10, hidden_dim=14, n_layers=2):
        super(SentimentRNN, self).__init__()
        self.output_size = output_size
        self.n_layers = n_layers
        self.hidden_dim = hidden_dim
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.lstm = nn.LSTM(embedding_dim, hidden_dim, n_layers, dropout=0.5)
        self.dropout = nn.Dropout(0.3)
        self.fc = nn.Linear(hidden_dim, output_size)
        self.sig = nn.Sigmoid()

    def init_hidden(self, batch_size):
        weight = next(self.parameters()).data
        return (weight.new(self.n_layers, batch_size, self.hidden_dim).zero_(),
                weight.new(self.n_layers, batch_size, self.hidden_dim).zero_())

    def forward(self, x):
        batch_size = x.size(0)
        hidden = self.init_hidden(batch_size)
        embeds = self.embedding(x.long()).transpose(0, 1)
        lstm_out, hidden = self.lstm(embeds, hidden)
        lstm_out = lstm_out.contiguous().view(-1, self.hidden_dim)
        out = self.dropout(lstm_out)
        out = self.fc(out)
        sig_out = self.sig(out)
        sig_out = sig_out.view(batch_size, -1)
        sig_out = sig_out[:, -1]
        return sig_out


def make_model():
    torch.manual_seed(0)
    return SentimentRNN()


def make_inputs():
    return (torch.randint(0, 60, (6, 11)),)


INPUT_AXES = (("batch", "seq"),)


def make_target():
    return torch.randint(0, 2, (6,)).float()


TARGET_AXES = ("batch",)


def loss_fn(output, target):
    return nn.BCELoss()(output.squeeze(), target)
