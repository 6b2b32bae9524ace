import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence


class Encoder(nn.Module):
    def __init__(self, vocab, emb, hidden):
        super().__init__()
        self.embed = nn.Embedding(vocab, emb)
        self.gru = nn.GRU(emb, hidden, batch_first=True)

    def forward(self, ids, lengths):
        lengths, order = torch.sort(lengths, descending=True)
        packed = pack_padded_sequence(self.embed(ids.index_select(0, order)), lengths, batch_first=True)
        _, state = self.gru(packed)
        return state


class QuestionGenerator(nn.Module):
    def __init__(self, vocab=55, emb=8, hidden=13):
        super().__init__()
        self.encoder = Encoder(vocab, emb, hidden)
        self.embed = nn.Embedding(vocab, emb)
        self.decoder = nn.GRU(emb, hidden, batch_first=True)
        self.out = nn.Linear(hidden, vocab)

    def forward(self, passage, lengths, question):
        state = self.encoder(passage, lengths)
        y, _ = self.decoder(self.embed(question), state)
        return self.out(y)


def make_model():
    torch.manual_seed(36)
    return QuestionGenerator()


def make_inputs(batch=5, seq=8):
    lengths = torch.tensor([1 + (seq - 1) * (i + 1) // batch for i in range(batch)])
    return torch.randint(0, 55, (batch, seq)), lengths, torch.randint(0, 55, (batch, 6))


INPUT_AXES = (("batch", "seq"), ("batch",), ("batch", "seq"))
