import torch
import torch.nn as nn


class Reply(nn.Module):
    def __init__(self, vocab=25, e=6, h=9):
        super().__init__()
        self.embed = nn.Embedding(vocab, e)
        self.encoder = nn.GRU(e, h, batch_first=True)
        self.decoder = nn.GRU(e, h, batch_first=True)
        self.project = nn.Linear(h, vocab)

    def forward(self, question, answer):
        _, thought = self.encoder(self.embed(question))
        said, _ = self.decoder(self.embed(answer), thought)
        return self.project(said).permute(0, 2, 1)


def answers(batch, seq):
    return torch.randint(2, 25, (batch, seq), generator=torch.Generator().manual_seed(2))


def make_model():
    torch.manual_seed(0)
    return Reply()


def make_inputs(batch=4, seq=7):
    g = torch.Generator().manual_seed(1)
    begin = torch.ones(batch, 1, dtype=torch.long)
    return torch.randint(2, 25, (batch, 6), generator=g), torch.cat([begin, answers(batch, seq)[:, :-1]], 1)


INPUT_AXES = (("batch", "seq"), ("batch", "seq"))


def make_target(batch=4, seq=7):
    return answers(batch, seq)


TARGET_AXES = ("batch", "seq")


def loss_fn(output, target):
    return nn.functional.cross_entropy(output, target)
