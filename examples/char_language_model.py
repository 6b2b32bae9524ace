"""Learn a text letter by letter, with a state that is carried from chunk to chunk: truncated backpropagation through time.

The text is cut into as many strips as the batch has samples, and each strip is read in chunks: row i of a chunk goes on where
row i of the chunk before ended. Only therefore may the LSTM start from the state in which it left off.

What it shows:

- a Dataset whose batches continue one another, which a DataLoader must therefore not shuffle;
- the pair of states of an LSTM, carried through the whole text and detached between two chunks;
- a loss in bits, beside what letters that know nothing of each other would cost.

How to run it:

    python examples/char_language_model.py
    rnnshape run examples/char_language_model.py
    rnnshape run examples/char_language_model.py --break
"""

import argparse
import math

import torch
from torch import nn
from torch.utils.data import DataLoader, Dataset

NAMES = ("anna", "bert", "carla", "doro", "emil")
VERBS = ("sees", "hears", "likes", "draws")
THINGS = ("the sea", "a bird", "the old house", "rain", "two boats")


def make_text(sentences, generator):
    """Write sentences such as "anna sees the sea." at random."""

    def pick(words):
        return words[int(torch.randint(len(words), (), generator=generator))]

    return " ".join(f"{pick(NAMES)} {pick(VERBS)} {pick(THINGS)}." for _ in range(sentences))


class LanguageModel(nn.Module):
    """An LSTM that guesses the next letter after every letter."""

    def __init__(self, letters, hidden):
        super().__init__()
        self.embedding = nn.Embedding(letters, 24)
        self.lstm = nn.LSTM(24, hidden, batch_first=True)
        self.fc = nn.Linear(hidden, letters)

    def forward(self, chunk, state=None):
        """Map a chunk (batch, seq) and the pair of states to scores (batch, seq, letters) and the next pair."""
        output, state = self.lstm(self.embedding(chunk), state)  # with --break this line is told: here the states are wrong
        return self.fc(output), state


class Chunks(Dataset):
    """Chunks of a text of which every ``batch`` in a row are one batch, and continue the ``batch`` before them."""

    def __init__(self, numbers, batch, seq):
        # strip i is the i-th part of the text; sample i of every batch comes from it
        length = (len(numbers) - 1) // batch
        self.strips = numbers[: length * batch].reshape(batch, length)
        self.seq = seq

    def __len__(self):
        return len(self.strips) * ((self.strips.size(1) - 1) // self.seq)

    def __getitem__(self, number):
        """Return x (seq,), and y (seq,), which is one letter later."""
        chunk, strip = divmod(number, len(self.strips))
        start, stop = chunk * self.seq, (chunk + 1) * self.seq
        return self.strips[strip, start:stop], self.strips[strip, start + 1 : stop + 1]


def train(model, chunks, options):
    """Train for some batches, and return the losses in bits for each letter."""
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    if options.broken:
        loader = DataLoader(chunks, options.batch, shuffle=True)  # the bug: no chunk continues the one before
    else:
        loader = DataLoader(chunks, options.batch)
    bits = []
    while len(bits) < options.steps:
        # the text begins anew, and nothing comes before it
        state = None
        for x, y in loader:
            scores, state = model(x, state)
            # the next chunk starts from this state, but its gradients stop here
            state = tuple(part.detach() for part in state)
            # cross_entropy takes the classes at dim 1
            loss = nn.functional.cross_entropy(scores.transpose(1, 2), y)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            bits.append(loss.item() / math.log(2))
            if len(bits) == options.steps:
                break
    return bits


@torch.no_grad()
def write(model, letters, length):
    """Let the model go on from a space, always with the likeliest letter."""
    number, state, text = torch.tensor([[letters.index(" ")]]), None, ""
    for _ in range(length):
        scores, state = model(number, state)
        number = scores[:, -1:].argmax(2)
        text += letters[number.item()]
    return text


def entropy(numbers):
    """Return the bits for each letter of a model that knows only how often each letter comes."""
    shares = torch.bincount(numbers) / len(numbers)
    return -(shares * shares.log2()).nansum().item()


def parse(arguments=None):
    parser = argparse.ArgumentParser(
        description="Train an LSTM to guess the next letter of a text, with its state carried from chunk to chunk.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    parser.add_argument("--steps", type=int, default=150, help="chunks to train on")
    parser.add_argument("--batch", type=int, default=16, help="strips that the text is cut into")
    parser.add_argument("--seq", type=int, default=25, help="letters in a chunk")
    parser.add_argument("--seed", type=int, default=0, help="of the text and the initial weights")
    parser.add_argument("--break", dest="broken", action="store_true", help="shuffle the chunks")
    return parser.parse_args(arguments)


def main(arguments=None):
    options = parse(arguments)
    torch.manual_seed(options.seed)
    text = make_text(1000, torch.Generator().manual_seed(options.seed))
    letters = sorted(set(text))
    numbers = torch.tensor([letters.index(letter) for letter in text])
    model = LanguageModel(len(letters), 64)
    bits = train(model, Chunks(numbers, options.batch, options.seq), options)
    print(f"bits for each letter  {bits[0]:.3f} -> {bits[-1]:.3f}; by how often letters come {entropy(numbers):.3f}")
    print(f"it writes: {write(model, letters, 60)}")


if __name__ == "__main__":
    main()
