import torch
import torch.nn as nn


def look(state, memory):
    weights = torch.softmax(torch.bmm(memory, state.unsqueeze(2)).squeeze(2), dim=1)
    return torch.bmm(weights.unsqueeze(1), memory).squeeze(1)


class Cook(nn.Module):
    def __init__(self, vocab=26, e=5, h=6):
        super().__init__()
        self.embed = nn.Embedding(vocab, e)
        self.title, self.ingredients = nn.GRU(e, h, batch_first=True), nn.GRU(e, h, batch_first=True)
        self.cell, self.say = nn.LSTMCell(e + 2 * h, h), nn.Linear(h, vocab)

    def forward(self, title, ingredients, recipe):
        named, _ = self.title(self.embed(title))
        listed, _ = self.ingredients(self.embed(ingredients))
        h = c = named.new_zeros(len(title), 6)
        words = []
        for word in self.embed(recipe).unbind(1):
            of_title, of_list = look(h, named), look(h, listed)
            h, c = self.cell(torch.cat([word, of_title, of_title], 1), (h, c))
            words.append(self.say(h))
        return torch.stack(words, 1)


def make_model():
    torch.manual_seed(0)
    return Cook()


def make_inputs(batch=4, seq=6):
    g = torch.Generator().manual_seed(1)
    return tuple(torch.randint(0, 26, (batch, n), generator=g) for n in (5, 7, seq))


INPUT_AXES = (("batch", "seq"), ("batch", "seq"), ("batch", "seq"))
