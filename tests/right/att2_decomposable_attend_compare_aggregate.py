import torch
import torch.nn as nn


class Model(nn.Module):
    def __init__(self, vocab=20, d=8):
        super().__init__()
        self.embed = nn.Embedding(vocab, d, padding_idx=0)
        self.attend, self.compare = nn.Linear(d, d), nn.Linear(2 * d, d)
        self.aggregate = nn.Linear(2 * d, 3)

    def forward(self, a_ids, b_ids):
        a, b = self.embed(a_ids), self.embed(b_ids)
        am, bm = (a_ids != 0), (b_ids != 0)
        e = self.attend(a).relu() @ self.attend(b).relu().mT
        beta = e.masked_fill(~bm[:, None], -1e9).softmax(2) @ b
        alpha = e.masked_fill(~am[:, :, None], -1e9).softmax(1).mT @ a
        v1 = (self.compare(torch.cat([a, beta], 2)).relu() * am[..., None]).sum(1)
        v2 = (self.compare(torch.cat([b, alpha], 2)).relu() * bm[..., None]).sum(1)
        return self.aggregate(torch.cat([v1, v2], 1))


def make_model():
    torch.manual_seed(0)
    return Model()


def make_inputs():
    g = torch.Generator().manual_seed(1)
    a, b = torch.randint(1, 20, (4, 7), generator=g), torch.randint(1, 20, (4, 5), generator=g)
    return a * (torch.arange(7) < torch.tensor([[7], [3], [5], [2]])), b * (torch.arange(5) < torch.tensor([[2], [5], [3], [4]]))


INPUT_AXES = (("batch", "seq"), ("batch", "words"))
