import torch
from torch import Tensor, nn


class Captioner(nn.Module):
    """A video is read both ways; the first context of the words is its first frame, later ones are attended."""

    def __init__(self):
        super().__init__()
        self.frames = nn.GRU(6, 5, bidirectional=True)
        self.words = nn.Embedding(11, 4)
        self.decoder = nn.GRUCell(14, 10)
        self.score = nn.Linear(20, 1)
        self.vocabulary = nn.Linear(20, 11)

    def attended(self, state: Tensor, memory: Tensor) -> Tensor:
        beside = torch.cat((memory, state.expand_as(memory)), -1)
        return (self.score(beside).softmax(0) * memory).sum(0)

    def forward(self, video, caption):
        memory, ends = self.frames(video)
        state = torch.cat(tuple(ends), -1)
        context, said = memory[0], []
        for word in self.words(caption):
            state = self.decoder(torch.cat((word, context), -1), state)
            context = self.attended(state, memory)
            said.append(self.vocabulary(torch.cat((state, context), -1)))
        return torch.stack(said)


def make_model():
    torch.manual_seed(0)
    return Captioner()


def make_inputs():
    torch.manual_seed(1)
    return torch.randn(13, 7, 6), torch.randint(11, (8, 7))


INPUT_AXES = (("seq", "batch", "feature"), ("step", "batch"))
