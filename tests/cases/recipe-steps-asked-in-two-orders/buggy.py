import torch
import torch.nn as nn


class RecipeAnswers(nn.Module):
    def __init__(self, words=30, width=7, units=6, dishes=4):
        super().__init__()
        self.words = nn.Embedding(words, width)
        self.asked = nn.Embedding(words, 2 * units)
        self.down = nn.LSTM(width, units)
        self.up = nn.LSTM(width, units)
        self.dish = nn.Linear(2 * units, dishes)

    def forward(self, recipe, ingredient):
        steps = self.words(recipe)
        down = self.down(steps)[0]
        up = self.up(torch.flip(steps, [0]))[0]
        memory = torch.cat((down, up), dim=2).transpose(0, 1)
        weights = torch.bmm(memory, self.asked(ingredient).unsqueeze(2)).softmax(1)
        return self.dish(torch.bmm(weights.transpose(1, 2), memory).squeeze(1))


def make_model():
    torch.manual_seed(0)
    return RecipeAnswers()


def make_inputs(batch=5, seq=11):
    g = torch.Generator().manual_seed(1)
    return torch.randint(0, 30, (seq, batch), generator=g), torch.randint(0, 30, (batch,), generator=g)


INPUT_AXES = (("seq", "batch"), ("batch",))
