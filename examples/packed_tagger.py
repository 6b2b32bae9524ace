"""Tag words of sentences of different lengths: a collate function pads them, packing hides the padding from the LSTM.

The task is made up: a sentence is a row of words with a question mark at one end, and every word's tag says how far from that
mark it stands, and on which side the mark is. Only an LSTM that reads both directions can know it.

What it shows:

- a collate function that pads words and tags, each with its own number, and keeps the lengths;
- ``pack_padded_sequence`` with ``enforce_sorted=False``, and the way back with ``pad_packed_sequence``;
- a loss that leaves the padding out, by ``ignore_index``.

How to run it:

    python examples/packed_tagger.py
    rnnshape run examples/packed_tagger.py
    rnnshape run examples/packed_tagger.py --break
"""

import argparse
from functools import partial

import torch
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.utils.data import DataLoader, Dataset

PADDING, MARK = 0, 1
TAGS = 8
IGNORED = -100


class Sentences(Dataset):
    """Sentences of 3 to ``longest`` words, words and tags (seq,), the mark first or last."""

    def __init__(self, number, longest, words, generator):
        self.pairs = [self.sentence(longest, words, generator) for _ in range(number)]

    @staticmethod
    def sentence(longest, words, generator):
        length = int(torch.randint(3, longest + 1, (), generator=generator))
        text = torch.randint(MARK + 1, words, (length,), generator=generator)
        distance = torch.arange(length).clamp(max=TAGS // 2 - 1)
        if torch.rand((), generator=generator) < 0.5:
            text[0] = MARK
            return text, distance
        text[-1] = MARK
        return text, TAGS // 2 + distance.flip(0)

    def __len__(self):
        return len(self.pairs)

    def __getitem__(self, number):
        return self.pairs[number]


def collate(pairs, broken=False):
    """Pad a list of (words, tags) to words (batch, seq), tags (batch, seq) and lengths (batch,)."""
    words, tags = zip(*pairs, strict=True)
    if broken:
        words = sorted(words, key=len, reverse=True)  # the bug: the tags stay in the order that they had
    lengths = torch.tensor([len(sentence) for sentence in words])
    return (
        pad_sequence(words, batch_first=True, padding_value=PADDING),
        # a tag of its own for the padding: 0 is a tag like any other
        pad_sequence(tags, batch_first=True, padding_value=IGNORED),
        lengths,
    )


class Tagger(nn.Module):
    """An embedding, a bidirectional LSTM on packed sentences, and a Linear for the scores of each word."""

    def __init__(self, words, hidden):
        super().__init__()
        self.embedding = nn.Embedding(words, 16, padding_idx=PADDING)
        self.lstm = nn.LSTM(16, hidden, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(2 * hidden, TAGS)

    def forward(self, words, lengths):
        """Map words (batch, seq) and lengths (batch,) to scores (batch, seq, tags)."""
        embedded = self.embedding(words)
        # packing asks for lengths on the CPU; the order of the samples is its own affair
        packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
        output, _ = pad_packed_sequence(self.lstm(packed)[0], batch_first=True)
        return self.fc(output)


def accuracy(model, loader):
    """Return which part of the words, padding left out, has the right tag."""
    right = total = 0
    with torch.no_grad():
        for words, tags, lengths in loader:
            real = tags != IGNORED
            right += int((model(words, lengths).argmax(2) == tags)[real].sum())
            total += int(real.sum())
    return right / total


def train(model, loader, steps):
    """Train for a number of batches, and return the first loss and the last."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    criterion = nn.CrossEntropyLoss(ignore_index=IGNORED)
    losses = []
    while len(losses) < steps:
        for words, tags, lengths in loader:
            # cross_entropy takes the classes at dim 1
            loss = criterion(model(words, lengths).transpose(1, 2), tags)  # with --break this line is told: here they meet
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            if len(losses) == steps:
                break
    return losses[0], losses[-1]


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train a tagger on packed sentences of different lengths.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=150, help="batches to train on")
    parser.add_argument("--batch", type=int, default=16, help="sentences in a batch")
    parser.add_argument("--longest", type=int, default=12, help="words in the longest sentence; the shortest has 3")
    parser.add_argument("--seed", type=int, default=0, help="of the sentences and the initial weights")
    parser.add_argument("--break", dest="broken", action="store_true", help="sort the sentences by length, and not their tags")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    generator = torch.Generator().manual_seed(options.seed)
    words = 30
    pad = partial(collate, broken=options.broken)
    loader = DataLoader(Sentences(400, options.longest, words, generator), options.batch, shuffle=True, collate_fn=pad)
    unseen = DataLoader(Sentences(100, options.longest, words, generator), 50, collate_fn=collate)
    model = Tagger(words, 32)
    first, last = train(model, loader, options.steps)
    print(f"loss      {first:.3f} -> {last:.3f}")
    print(f"accuracy  {accuracy(model, unseen):.3f} on words of unseen sentences")


if __name__ == "__main__":
    main()
