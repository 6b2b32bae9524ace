"""Letters of words are sorted by length inside of the model, which returns with its scores the order, and the sorted targets."""

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


class Letters(nn.Module):
    def __init__(self, letters=15, width=8, tags=4):
        super().__init__()
        self.letters = nn.Embedding(letters, 5)
        self.lstm = nn.LSTM(5, width, batch_first=True)
        self.tags = nn.Linear(width, tags)

    def forward(self, words, lengths, tags):
        lengths, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(self.letters(words[order]), lengths, batch_first=True)
        read, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True, total_length=words.size(1))
        return self.tags(read), tags[order], lengths, order


def make_model():
    torch.manual_seed(0)
    return Letters()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    words, tags = torch.randint(1, 15, (5, 7), generator=g), torch.randint(0, 4, (5, 7), generator=g)
    return words, torch.tensor([3, 7, 2, 5, 4]), tags


INPUT_AXES = (("batch", "seq"), ("batch",), ("batch", "seq"))
