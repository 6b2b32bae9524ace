import torch
from torch import nn


class Melodies(nn.Module):
    """The best melody for each theme, of four that are kept side by side at every note."""

    def __init__(self, pitches=11, width=9, kept=4):
        super().__init__()
        self.kept, self.pitches = kept, pitches
        self.sound = nn.Embedding(pitches, width)
        self.theme = nn.GRU(width, width, num_layers=4)
        self.player = nn.GRU(width, width, num_layers=4)
        self.next = nn.Linear(width, pitches)

    def play(self, theme, notes=5):
        state = self.theme(self.sound(theme).unsqueeze(1))[1].expand(-1, self.kept, -1).contiguous()
        melodies = theme[-1:].expand(self.kept, 1)
        likely = torch.linspace(0, -3, self.kept)
        for _ in range(notes):
            heard, state = self.player(self.sound(melodies[:, -1]).unsqueeze(0), state)
            every = likely.unsqueeze(1) + self.next(heard[0]).log_softmax(1)
            likely, places = every.view(-1).sort(descending=True)
            likely, places = likely[: self.kept], places[: self.kept]
            before = torch.div(places, self.pitches, rounding_mode="floor")
            state = state.index_select(1, before)
            melodies = torch.cat([melodies[before], (places % self.pitches).unsqueeze(1)], 1)
        return melodies[0]

    def forward(self, themes):
        return torch.stack([self.play(theme) for theme in themes])


def make_model():
    torch.manual_seed(0)
    return Melodies()


def make_inputs(batch=3, seq=7):
    return (torch.randint(0, 11, (batch, seq)),)


INPUT_AXES = (("batch", "seq"),)
