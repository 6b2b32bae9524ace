
import torch
import torch.nn as nn


class BertLSTM(nn.Module):
    def __init__(self, hidden=15, rnn_hidden=10, labels=3):
        super().__init__()
        self.embed = nn.Embedding(50, hidden)
        self.rnn = nn.LSTM(hidden, rnn_hidden, 2, bidirectional=True, batch_first=True, dropout=0.2)
        self.dropout = nn.Dropout(0.1)
        self.classifier = nn.Linear(rnn_hidden * 2, labels)

    def forward(self, input_ids):
        encoded = self.embed(input_ids)
        _, (hidden, cell) = self.rnn(encoded)
        hidden = self.dropout(torch.cat((hidden[-2, :, :], hidden[-1, :, :]), dim=1))
        return self.classifier(hidden)


def make_model():
    torch.manual_seed(0)
    return BertLSTM()


def make_inputs():
    return (torch.randint(0, 50, (6, 9)),)


INPUT_AXES = (("batch", "seq"),)
