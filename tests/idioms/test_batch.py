"""Samples that meet samples on purpose, and samples that change places: legal, and silent."""

import pytest
import torch
from silence import C, Case, F, H, Idioms, Sketch, assert_silent, lengths_of, series, several
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pack_sequence,
    pad_packed_sequence,
    pad_sequence,
    unpack_sequence,
    unpad_sequence,
)

idiom = Idioms()


def gru(inputs: int = F, **options) -> nn.Module:
    return nn.GRU(inputs, H, batch_first=True, **options)


def classes(b: int) -> torch.Tensor:
    return torch.randint(C, (b,))


def vector(m, x):
    """Return the last state of each sample."""
    return m.rnn(x)[1][-1]


@idiom(several)
def info_nce(b, t):
    def forward(m, x, y):
        one, two = functional.normalize(vector(m, x), dim=-1), functional.normalize(vector(m, y), dim=-1)
        scores = one @ two.t() / 0.1
        labels = torch.arange(x.size(0))
        return (functional.cross_entropy(scores, labels) + functional.cross_entropy(scores.t(), labels)) / 2

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(b, t)), ["batch seq feature"] * 2)


@idiom(several)
def info_nce_by_softmax(b, t):
    def forward(m, x, y):
        scores = torch.mm(vector(m, x), vector(m, y).T)
        return -torch.log(scores.softmax(dim=1).diag()).mean(), torch.log_softmax(scores, dim=0)

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(b, t)), ["batch seq feature"] * 2)


@idiom(several)
def two_views_in_one_batch(b, t):
    def forward(m, x, y):
        z = functional.normalize(vector(m, torch.cat([x, y], dim=0)), dim=1)
        scores = torch.matmul(z, z.transpose(0, 1))
        scores = scores.masked_fill(torch.eye(len(z), dtype=torch.bool), -1e9)
        labels = torch.cat([torch.arange(x.size(0)) + x.size(0), torch.arange(x.size(0))])
        return functional.cross_entropy(scores, labels)

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(b, t)), ["batch seq feature"] * 2)


@idiom(several)
def similarity_as_output(b, t):
    def forward(m, x, y):
        one, two = vector(m, x), vector(m, y)
        return one @ two.mT, torch.einsum("id,jd->ij", one, two)

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(b, t)), ["batch seq feature"] * 2)


@idiom(several)
def similarity_by_broadcasting(b, t):
    def forward(m, x, y):
        one, two = vector(m, x), vector(m, y)
        cosine = functional.cosine_similarity(one.unsqueeze(1), two.unsqueeze(0), dim=-1)
        return cosine, (one[:, None] - two[None]).pow(2).sum(-1)

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(b, t)), ["batch seq feature"] * 2)


@idiom(several)
def triplet_mining(b, t):
    def loss(z, target):
        same = target.unsqueeze(0) == target.unsqueeze(1)
        apart = torch.cdist(z, z)
        hardest = (apart * same).max(dim=1).values
        nearest = (apart + 1e4 * same).min(1)[0]
        return functional.relu(hardest - nearest + 0.3).mean()

    return Case(Sketch(vector, rnn=gru()), (series(b, t),), "batch seq feature", classes(b), "batch", loss)


@idiom(several)
def triplet_mining_by_expansion(b, t):
    def loss(z, target):
        n = z.size(0)
        square = z.pow(2).sum(1, keepdim=True).expand(n, n)
        apart = (square + square.t()).addmm(z, z.t(), beta=1, alpha=-2).clamp(min=1e-12).sqrt()
        mask = target.expand(n, n).eq(target.expand(n, n).t())
        hardest = torch.cat([apart[i][mask[i]].max().unsqueeze(0) for i in range(n)])
        nearest = torch.stack([(apart[i] + mask[i] * 1e4).min() for i in range(n)])
        return functional.margin_ranking_loss(nearest, hardest, torch.ones_like(nearest), margin=0.3)

    return Case(Sketch(vector, rnn=gru()), (series(b, t),), "batch seq feature", classes(b), "batch", loss)


@idiom(several)
def triplet_of_three_inputs(b, t):
    def forward(m, x, y, z):
        return functional.triplet_margin_loss(vector(m, x), vector(m, y), vector(m, z))

    return Case(Sketch(forward, rnn=gru()), tuple(series(b, t) for _ in range(3)), ["batch seq feature"] * 3)


@idiom(several)
def siamese_distance(b, t):
    def forward(m, x, y):
        one, two = vector(m, x), vector(m, y)
        return torch.exp(-torch.norm(one - two, p=1, dim=1)), functional.pairwise_distance(one, two)

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(b, t)), ["batch seq feature"] * 2)


@idiom(several)
def siamese_features(b, t):
    def forward(m, x, y):
        one, two = vector(m, x), vector(m, y)
        return m.fc(torch.cat([one, two, (one - two).abs(), one * two], 1))

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(4 * H, C)), (series(b, t), series(b, t + 2)), ["batch seq feature"] * 2)


@idiom(several)
def negatives_by_rolling(b, t):
    def forward(m, x):
        z = vector(m, x)
        wrong = torch.roll(z, 1, dims=0)
        return torch.sigmoid((z * wrong).sum(-1))

    return Case(Sketch(forward, rnn=gru()), (series(b, t),))


@idiom(several)
def negatives_by_permutation(b, t):
    def forward(m, x):
        z = vector(m, x)
        wrong = z[torch.randperm(z.size(0))]
        return functional.logsigmoid((z * z).sum(-1)) + functional.logsigmoid(-(z * wrong).sum(-1))

    return Case(Sketch(forward, rnn=gru()), (series(b, t),))


@idiom(several)
def mixup(b, t):
    def forward(m, x):
        order = torch.randperm(x.size(0))
        x = 0.7 * x + 0.3 * x[order]
        return m.fc(m.rnn(x)[0][:, -1])

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(several)
def mixup_of_states_and_targets(b, t):
    order = torch.arange(b).flip(0)

    def forward(m, x):
        z = vector(m, x)
        return m.fc(z.lerp(z.index_select(0, order), 0.3))

    def loss(out, y):
        return 0.7 * functional.cross_entropy(out, y) + 0.3 * functional.cross_entropy(out, y[order])

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),), "batch seq feature", classes(b), "batch", loss)


@idiom(several)
def cutmix(b, t):
    def forward(m, x):
        x = x.clone()
        x[:, t // 2 :] = x[torch.randperm(x.size(0)), t // 2 :]
        return m.fc(m.rnn(x)[0].mean(1))

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(several)
def cutmix_by_where(b, t):
    def forward(m, x):
        keep = torch.rand(x.size(0), x.size(1), 1) > 0.5
        return m.fc(m.rnn(torch.where(keep, x, x.flip(0)))[0][:, -1])

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(several)
def minibatch_discrimination(b, t):
    def forward(m, x):
        z = vector(m, x)
        rows = m.kernel(z).view(-1, 5, 2)
        apart = (rows.unsqueeze(0) - rows.unsqueeze(1)).abs().sum(3)
        return m.fc(torch.cat([z, torch.exp(-apart).sum(0)], 1))

    return Case(Sketch(forward, rnn=gru(), kernel=nn.Linear(H, 10), fc=nn.Linear(H + 5, 1)), (series(b, t),))


@idiom(several)
def minibatch_discrimination_by_permute(b, t):
    def forward(m, x):
        z = vector(m, x)
        rows = m.kernel(z).view(-1, 5, 2).unsqueeze(-1)
        apart = (rows - rows.permute(3, 1, 2, 0)).abs().sum(dim=2)
        return m.fc(torch.hstack([z, torch.exp(-apart).mean(dim=2)]))

    return Case(Sketch(forward, rnn=gru(), kernel=nn.Linear(H, 10), fc=nn.Linear(H + 5, 1)), (series(b, t),))


@idiom(several)
def minibatch_statistics(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        spread = out.std(0).mean()
        extra = spread.view(1, 1, 1).expand(out.size(0), out.size(1), 1)
        return m.fc(torch.cat([out, extra], dim=-1))

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H + 1, 1)), (series(b, t),))


@idiom(several)
def normalised_over_the_batch_by_hand(b, t):
    def forward(m, x):
        z = vector(m, x)
        z = (z - z.mean(0)) / (z.std(dim=0, keepdim=True) + 1e-5)
        var, mean = torch.var_mean(x, dim=(0, 1))
        return m.fc(z), m.rnn((x - mean) * var.rsqrt())[0]

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(several)
def batch_mean_kept_for_logging(b, t):
    def forward(m, x):
        z = vector(m, x)
        m.center = z.mean(dim=0).detach()
        m.peak = z.amax(0).detach().tolist()
        return m.fc(z)

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(several)
def covariance_penalty(b, t):
    def loss(z, _):
        z = z - z.mean(dim=0)
        covariance = (z.T @ z) / (len(z) - 1)
        off = covariance - torch.diag(covariance.diagonal())
        return off.pow(2).sum() + functional.relu(1 - z.std(0)).mean() + torch.einsum("nd,ne->de", z, z).mean()

    return Case(Sketch(vector, rnn=gru()), (series(b, t),), "batch seq feature", torch.zeros(b), "batch", loss)


@idiom(several)
def prototypes(b, t):
    def forward(m, x, y):
        support, query = vector(m, x), vector(m, y)
        ways = functional.one_hot(torch.arange(x.size(0)) % 2, 2).float()
        means = ways.t() @ support / ways.sum(0).unsqueeze(1)
        return -torch.cdist(query, means), -(query.unsqueeze(1) - means.unsqueeze(0)).pow(2).sum(2)

    return Case(Sketch(forward, rnn=gru()), (series(b, t), series(7, t)), ["support seq feature", "batch seq feature"])


@idiom(several)
def prototypes_by_view(b, t):
    def forward(m, x, y):
        means = vector(m, x).view(-1, 2, H).mean(1)
        return torch.softmax(-torch.cdist(vector(m, y), means), dim=-1)

    return Case(Sketch(forward, rnn=gru()), (series(2 * b, t), series(7, t)), ["support seq feature", "batch seq feature"])


@idiom()
def sorted_for_packing_and_put_back(b, t):
    def forward(m, x, lengths):
        lengths, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(x[order], lengths, batch_first=True)
        out, _ = pad_packed_sequence(m.rnn(packed)[0], batch_first=True)
        back = order.argsort()
        return m.fc(out[back].sum(1))

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"), classes(b), "batch", functional.cross_entropy,
    )  # fmt: skip


@idiom()
def sorted_for_packing_and_put_back_by_sort(b, t):
    def forward(m, x, lengths):
        lengths, order = torch.sort(lengths, dim=0, descending=True)
        _, back = torch.sort(order, dim=0)
        _, (h, _) = m.rnn(pack_padded_sequence(x.index_select(1, order), lengths))
        return m.fc(h[-1].index_select(0, back))

    return Case(
        Sketch(forward, rnn=nn.LSTM(F, H, 2), fc=nn.Linear(H, C)),
        (torch.randn(t, b, F), lengths_of(b, t)), ("seq batch feature", "batch"), classes(b), "batch", functional.cross_entropy,
    )  # fmt: skip


@idiom()
def sorted_for_packing_and_put_back_by_scatter(b, t):
    def forward(m, x, lengths):
        lengths, order = lengths.sort(0, descending=True)
        _, h = m.rnn(pack_padded_sequence(x[order], lengths, batch_first=True))
        result = torch.empty_like(h[-1])
        result[order] = h[-1]
        return m.fc(result)

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"), classes(b), "batch", functional.cross_entropy,
    )  # fmt: skip


@idiom()
def sorted_for_packing_with_targets(b, t):
    def forward(m, x, lengths, y):
        lengths, order = lengths.sort(descending=True)
        _, h = m.rnn(pack_padded_sequence(x[order], lengths, batch_first=True))
        return functional.cross_entropy(m.fc(h[-1]), y[order])

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t), classes(b)), ("batch seq feature", "batch", "batch"),
    )  # fmt: skip


@idiom()
def packed_unsorted(b, t):
    def forward(m, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, (h, _) = m.rnn(packed)
        out, _ = pad_packed_sequence(out, batch_first=True, total_length=x.size(1))
        return m.fc(out), m.fc(torch.cat([h[-2], h[-1]], 1))

    return Case(
        Sketch(forward, rnn=nn.LSTM(F, H, 2, batch_first=True, bidirectional=True), fc=nn.Linear(2 * H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def packed_unsorted_sequence_first(b, t):
    def forward(m, x, lengths):
        out, h = m.rnn(pack_padded_sequence(x, lengths.tolist(), enforce_sorted=False))
        out, real = pad_packed_sequence(out)
        return m.fc(out.transpose(0, 1)), m.fc(h.mean(0)), real

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, 2), fc=nn.Linear(H, C)),
        (torch.randn(t, b, F), lengths_of(b, t)),
        ("seq batch feature", "batch"),
    )


@idiom()
def packed_with_a_state(b, t):
    def forward(m, x, lengths):
        h = m.start(x.mean(1)).unsqueeze(0)
        out, h = m.rnn(pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False), h)
        return m.fc(pad_packed_sequence(out, batch_first=True)[0]), m.fc(h[0])

    return Case(
        Sketch(forward, rnn=gru(), start=nn.Linear(F, H), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def packed_data_through_layers(b, t):
    def forward(m, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        packed = packed._replace(data=torch.relu(m.front(packed.data)))
        out, _ = m.rnn(packed)
        return nn.utils.rnn.PackedSequence(m.fc(out.data), *out[1:])

    return Case(
        Sketch(forward, front=nn.Linear(F, F), rnn=gru(), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def sequences_packed_by_hand(b, t):
    def forward(m, x, lengths):
        pieces = [row[:n] for row, n in zip(x, lengths.tolist(), strict=True)]
        out, _ = m.rnn(pack_sequence(pieces, enforce_sorted=False))
        rows = unpack_sequence(out)
        return m.fc(torch.stack([row[-1] for row in rows])), m.fc(torch.stack([row.mean(0) for row in rows]))

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch")
    )


@idiom()
def sequences_padded_by_hand(b, t):
    def forward(m, x, lengths):
        pieces = unpad_sequence(x, lengths, batch_first=True)
        padded = pad_sequence(pieces, batch_first=True)
        return m.fc(m.rnn(padded)[0].mean(1)), m.other(pad_sequence(pieces))[0]

    return Case(
        Sketch(forward, rnn=gru(), other=nn.GRU(F, H), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def masked_mean(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        mask = (torch.arange(x.size(1))[None] < lengths[:, None]).unsqueeze(-1).float()
        return m.fc((out * mask).sum(1) / mask.sum(1))

    return Case(
        Sketch(forward, rnn=gru(bidirectional=True), fc=nn.Linear(2 * H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def masked_maximum_and_attention(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        padding = torch.arange(x.size(1)).expand(x.size(0), -1) >= lengths.unsqueeze(1)
        peak = out.masked_fill(padding.unsqueeze(2), -1e9).max(dim=1).values
        scores = m.score(out).squeeze(-1).masked_fill(padding, float("-inf"))
        weights = torch.softmax(scores, dim=1)
        return m.fc(peak) + m.fc(torch.bmm(weights.unsqueeze(1), out).squeeze(1))

    return Case(
        Sketch(forward, rnn=gru(), score=nn.Linear(H, 1), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def masked_rows_only(b, t):
    def forward(m, x, mask):
        out, _ = m.rnn(x)
        return m.fc(out[mask]), m.fc(torch.masked_select(out, mask.unsqueeze(-1)).view(-1, H))

    mask = torch.rand(b, t) > 0.4
    mask[:, 0] = True
    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t), mask), ("batch seq feature", "batch seq"))


@idiom()
def some_samples_only(b, t):
    def forward(m, x):
        z = vector(m, x)
        keep = torch.arange(x.size(0)) % 2 == 0
        return m.fc(z[keep]), m.fc(z[: x.size(0) // 2 + 1])

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def best_samples_first(b, t):
    def forward(m, x):
        z = vector(m, x)
        _, order = m.score(z).squeeze(-1).topk(min(2, x.size(0)))
        return m.fc(z[order])

    return Case(Sketch(forward, rnn=gru(), score=nn.Linear(H, 1), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def best_steps_of_each_sample(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        k = min(2, x.size(1))
        _, at = m.score(out).squeeze(-1).topk(k, dim=1)
        picked = out.gather(1, at.unsqueeze(-1).expand(-1, -1, H))
        values = out.topk(k, dim=1)[0]
        return m.fc(picked.mean(1) + values.mean(1)), m.fc(torch.take_along_dim(out, at[..., None], dim=1))

    return Case(Sketch(forward, rnn=gru(), score=nn.Linear(H, 1), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def steps_in_another_order(b, t):
    def forward(m, x):
        order = torch.randperm(x.size(1))
        out, _ = m.rnn(x[:, order])
        return m.fc(out[:, order.argsort()]), x.sort(dim=1)[0]

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def each_sample_reversed_in_its_length(b, t):
    def forward(m, x, lengths):
        steps = torch.arange(x.size(1)).expand(x.size(0), -1)
        at = torch.where(steps < lengths[:, None], lengths[:, None] - 1 - steps, steps)
        back = x.gather(1, at.unsqueeze(-1).expand_as(x))
        out, _ = m.rnn(back)
        return m.fc(out.gather(1, at.unsqueeze(-1).expand_as(out)))

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch")
    )


@idiom()
def each_sample_by_itself(b, t):
    def forward(m, x, lengths):
        rows = [m.rnn(x[i : i + 1, :n])[0][0, -1] for i, n in enumerate(lengths.tolist())]
        return m.fc(torch.stack(rows))

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch")
    )


@idiom()
def each_sample_unbatched(b, t):
    def forward(m, x):
        return m.fc(torch.stack([m.rnn(row)[1][-1] for row in x]))

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def memory_bank_of_other_samples(b, t):
    bank = torch.randn(9, H)

    def forward(m, x):
        z = vector(m, x)
        weights = torch.softmax(z @ bank.t(), dim=-1)
        return m.fc(weights @ bank + z)

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(several)
def attention_between_samples(b, t):
    def forward(m, x):
        z = vector(m, x).unsqueeze(0)
        scores = torch.softmax(z @ z.transpose(1, 2), dim=-1)
        return m.fc((scores @ z).squeeze(0))

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@pytest.mark.parametrize(("build", "b", "t"), idiom.cases)
def test_meeting_samples_is_silent(build, b, t):
    assert_silent(build(b, t))
