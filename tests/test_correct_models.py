"""Correct models in many styles: nothing is found in forward, loss and backward, whatever the sizes are."""

from dataclasses import dataclass
from typing import NamedTuple

import pytest
import torch
from silence import C, Case, F, H, Idioms, assert_silent, even_steps, lengths_of, series, several
from torch import nn
from torch.nn import functional
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

torch.set_num_threads(1)
model = Idioms()
V = 11
"""Words of a vocabulary."""


def words(b: int, t: int) -> torch.Tensor:
    return torch.randint(1, V, (b, t))


def padded(b: int, t: int) -> torch.Tensor:
    return words(b, t).masked_fill(torch.arange(t)[None] >= lengths_of(b, t)[:, None], 0)


class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, F, padding_idx=0)
        self.drop = nn.Dropout(0.2)
        self.rnn = nn.LSTM(F, H, num_layers=2, bidirectional=True, batch_first=True)
        self.tag = nn.Linear(2 * H, C)

    def forward(self, ids):
        out, _ = self.rnn(self.drop(self.embed(ids)))
        return self.tag(self.drop(out))


@model()
def tagger(b, t):
    def loss(scores, tags):
        return functional.cross_entropy(scores.view(-1, C), tags.view(-1), ignore_index=0)

    return Case(Tagger(), (padded(b, t),), "batch seq", torch.randint(C, (b, t)), "batch seq", loss)


@model()
def tagger_with_classes_in_front(b, t):
    def loss(scores, tags):
        return functional.cross_entropy(scores.permute(0, 2, 1), tags, label_smoothing=0.1)

    return Case(Tagger(), (words(b, t),), "batch seq", torch.randint(C, (b, t)), "batch seq", loss)


class LanguageModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, H)
        self.rnn = nn.LSTM(H, H, num_layers=2, dropout=0.1)
        self.out = nn.Linear(H, V)
        self.out.weight = self.embed.weight

    def start(self, batch):
        weight = next(self.parameters())
        return weight.new_zeros(2, batch, H), weight.new_zeros(2, batch, H)

    def forward(self, ids, state):
        out, state = self.rnn(self.embed(ids), tuple(s.detach() for s in state))
        return self.out(out.view(ids.size(0) * ids.size(1), -1)), state


@model()
def language_model_with_carried_state(b, t):
    lm = LanguageModel()
    return Case(
        lm,
        (words(t, b), lm.start(b)),
        ("seq batch", ("layers batch hidden", "layers batch hidden")),
        words(t, b),
        "seq batch",
        lambda out, y: functional.nll_loss(out[0].log_softmax(-1), y.reshape(-1)),
    )


class Training(nn.Module):
    """Truncated backpropagation: the loop over chunks is inside, state goes on without its graph."""

    def __init__(self):
        super().__init__()
        self.lm = LanguageModel()

    def forward(self, ids):
        state, total = self.lm.start(ids.size(1)), 0.0
        for at in range(0, ids.size(0) - 1, 3):
            size = min(3, ids.size(0) - 1 - at)
            scores, state = self.lm(ids[at : at + size], state)
            total = total + functional.cross_entropy(scores, ids[at + 1 : at + 1 + size].reshape(-1))
        return total


@model(lambda b, t: t > 1)
def language_model_trained_by_chunks(b, t):
    return Case(Training(), (words(t, b),), "seq batch")


class CRNN(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Sequential(
            nn.Conv2d(1, F, 3, padding=1),
            nn.BatchNorm2d(F),
            nn.ReLU(),
            nn.MaxPool2d((2, 1)),
            nn.Conv2d(F, H, (4, 1)),
            nn.ReLU(),
        )
        self.rnn = nn.LSTM(H, H, bidirectional=True)
        self.out = nn.Linear(2 * H, C)

    def forward(self, images):
        x = self.conv(images)
        x = x.squeeze(2).permute(2, 0, 1)
        return self.out(self.rnn(x)[0]).log_softmax(2)


@model(several)
def crnn_with_ctc(b, t):
    def loss(scores, targets):
        sizes = torch.full((b,), t), torch.ones(b, dtype=torch.long)
        return functional.ctc_loss(scores, targets, *sizes, zero_infinity=True)

    return Case(
        CRNN(), (torch.randn(b, 1, 8, t),), "batch channel height width", torch.randint(1, C, (b, 1)), "batch label", loss
    )


class Luong(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, F)
        self.encoder = nn.GRU(F, H, bidirectional=True, batch_first=True)
        self.bridge = nn.Linear(2 * H, H)
        self.decoder = nn.GRU(F, H, batch_first=True)
        self.key = nn.Linear(2 * H, H)
        self.merge = nn.Linear(3 * H, H)
        self.out = nn.Linear(H, V)

    def forward(self, source, lengths, target):
        packed = pack_padded_sequence(self.embed(source), lengths, batch_first=True, enforce_sorted=False)
        memory, h = self.encoder(packed)
        memory, _ = pad_packed_sequence(memory, batch_first=True)
        h = torch.tanh(self.bridge(torch.cat([h[0], h[1]], dim=1))).unsqueeze(0)
        out, _ = self.decoder(self.embed(target), h)
        scores = torch.bmm(out, self.key(memory).transpose(1, 2))
        hidden = torch.arange(memory.size(1))[None, :] >= lengths[:, None]
        weights = scores.masked_fill(hidden.unsqueeze(1), float("-inf")).softmax(dim=-1)
        context = weights @ memory
        return self.out(torch.tanh(self.merge(torch.cat([context, out], 2))))


@model()
def seq2seq_with_luong_attention(b, t):
    def loss(scores, y):
        return functional.cross_entropy(scores.reshape(-1, V), y.reshape(-1))

    return Case(
        Luong(),
        (padded(b, t), lengths_of(b, t), words(b, 7)),
        ("batch seq", "batch", "batch target"),
        words(b, 7),
        "batch target",
        loss,
    )


class Bahdanau(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, F)
        self.encoder = nn.LSTM(F, H, num_layers=2, bidirectional=True)
        self.h, self.c = nn.Linear(2 * H, H), nn.Linear(2 * H, H)
        self.cell = nn.LSTMCell(F + 2 * H, H)
        self.key, self.query, self.score = nn.Linear(2 * H, 5), nn.Linear(H, 5, bias=False), nn.Linear(5, 1)
        self.out = nn.Linear(H, V)

    def forward(self, source, target, forcing=0.5):
        memory, (h, c) = self.encoder(self.embed(source))
        h, c = torch.tanh(self.h(torch.cat([h[-2], h[-1]], 1))), self.c(torch.cat((c[-2], c[-1]), 1))
        keys = self.key(memory)
        token, outs = target[0], []
        for i in range(target.size(0)):
            energy = self.score(torch.tanh(keys + self.query(h).unsqueeze(0))).squeeze(2)
            weights = torch.softmax(energy, dim=0)
            context = (weights.unsqueeze(2) * memory).sum(dim=0)
            h, c = self.cell(torch.cat([self.embed(token), context], dim=1), (h, c))
            outs.append(self.out(h))
            token = target[i] if torch.rand(1).item() < forcing else outs[-1].argmax(1)
        return torch.stack(outs)


@model()
def seq2seq_with_bahdanau_attention(b, t):
    def loss(scores, y):
        return functional.cross_entropy(scores[1:].view(-1, V), y[1:].view(-1))

    return Case(Bahdanau(), (words(t, b), words(5, b)), ("seq batch", "target batch"), words(5, b), "target batch", loss)


class BeamSearch(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(F, H, batch_first=True)
        self.embed = nn.Embedding(V, F)
        self.decoder = nn.LSTM(F, H, batch_first=True)
        self.out = nn.Linear(H, V)

    def forward(self, x, beam=3, steps=4):
        batch = x.size(0)
        memory, state = self.encoder(x)
        state = tuple(s.repeat_interleave(beam, dim=1) for s in state)
        memory = memory.unsqueeze(1).expand(-1, beam, -1, -1).reshape(batch * beam, -1, H)
        tokens = torch.ones(batch * beam, 1, dtype=torch.long)
        totals = torch.zeros(batch, beam)
        totals[:, 1:] = float("-inf")
        totals = totals.view(-1)
        first = (torch.arange(batch) * beam).unsqueeze(1)
        for _ in range(steps):
            out, state = self.decoder(self.embed(tokens[:, -1:]), state)
            weights = torch.softmax(out @ memory.transpose(1, 2), -1)
            scores = self.out(out + weights @ memory).squeeze(1).log_softmax(-1) + totals.unsqueeze(1)
            best, at = scores.view(batch, -1).topk(beam, dim=1)
            rows = (first + torch.div(at, V, rounding_mode="floor")).view(-1)
            tokens = torch.cat([tokens[rows], (at % V).view(-1, 1)], dim=1)
            state = tuple(s[:, rows] for s in state)
            totals = best.view(-1)
        return tokens.view(batch, beam, -1)[:, 0], totals.view(batch, beam)


@model()
def beam_search(b, t):
    return Case(BeamSearch(), (series(b, t),))


class Pyramid(nn.Module):
    def __init__(self):
        super().__init__()
        self.low = nn.LSTM(F, H, bidirectional=True, batch_first=True)
        self.high = nn.LSTM(4 * H, H, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * H, C)

    def forward(self, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = pad_packed_sequence(self.low(packed)[0], batch_first=True, total_length=x.size(1))
        out = out.contiguous().view(out.size(0), out.size(1) // 2, out.size(2) * 2)
        lengths = torch.clamp(lengths // 2, min=1)
        packed = pack_padded_sequence(out, lengths, batch_first=True, enforce_sorted=False)
        out, lengths = pad_packed_sequence(self.high(packed)[0], batch_first=True)
        mask = torch.arange(out.size(1)) < lengths.unsqueeze(1)
        return self.out((out * mask.unsqueeze(-1)).sum(1) / lengths.unsqueeze(1))


@model(even_steps)
def pyramidal_encoder(b, t):
    return Case(
        Pyramid(),
        (series(b, t), lengths_of(b, t)),
        ("batch seq feature", "batch"),
        torch.randint(C, (b,)),
        "batch",
        nn.CrossEntropyLoss(),
    )


class Scores(NamedTuple):
    scores: torch.Tensor
    states: torch.Tensor


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, F, padding_idx=0)
        self.rnn = nn.GRU(F, H, 2, bidirectional=True, batch_first=True, dropout=0.1)
        self.norm = nn.LayerNorm(2 * H)
        self.out = nn.Linear(2 * H, 1)

    def forward(self, ids, lengths):
        packed = pack_padded_sequence(self.embed(ids), lengths.cpu(), batch_first=True, enforce_sorted=False)
        _, h = self.rnn(packed)
        h = h.view(2, 2, ids.size(0), H)[-1].transpose(0, 1).reshape(ids.size(0), -1)
        return Scores(self.out(self.norm(h)).squeeze(1), h)


@model()
def bidirectional_classifier_with_packing(b, t):
    return Case(
        Classifier(),
        (padded(b, t), lengths_of(b, t)),
        ("batch seq", "batch"),
        torch.rand(b).round(),
        "batch",
        lambda out, y: functional.binary_cross_entropy_with_logits(out.scores, y),
    )


class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(F, H), nn.Tanh())
        self.rnn = nn.GRU(H, H)
        self.actor, self.critic = nn.Linear(H, C), nn.Linear(H, 1)

    def forward(self, observations, done, actions, before, advantages, returns):
        steps, envs = observations.shape[:2]
        x = self.encoder(observations.flatten(0, 1)).view(steps, envs, H)
        h, outs = torch.zeros(1, envs, H), []
        for i in range(steps):
            out, h = self.rnn(x[i].unsqueeze(0), (1.0 - done[i]).view(1, -1, 1) * h)
            outs.append(out)
        out = torch.cat(outs).reshape(steps * envs, H)
        policy = torch.distributions.Categorical(logits=self.actor(out))
        ratio = (policy.log_prob(actions.reshape(-1)) - before.reshape(-1)).exp()
        gain = advantages.flatten()
        gain = (gain - gain.mean()) / (gain.std() + 1e-8)
        surrogate = torch.min(ratio * gain, ratio.clamp(0.8, 1.2) * gain).mean()
        value = functional.mse_loss(self.critic(out).view(-1), returns.reshape(-1))
        return value - surrogate - 0.01 * policy.entropy().mean()


@model(lambda b, t: b * t > 1)
def ppo_with_recurrent_policy(b, t):
    args = (torch.randn(t, b, F), torch.zeros(t, b), torch.randint(C, (t, b)), *(torch.randn(t, b) for _ in range(3)))
    return Case(Policy(), args, ("seq batch feature", *["seq batch"] * 5))


@dataclass
class Reconstruction:
    scores: torch.Tensor
    mean: torch.Tensor
    spread: torch.Tensor


class Variational(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, F)
        self.encoder = nn.GRU(F, H, 2, bidirectional=True, batch_first=True)
        self.mean, self.spread = nn.Linear(4 * H, 5), nn.Linear(4 * H, 5)
        self.start = nn.Linear(5, 2 * H)
        self.decoder = nn.GRU(F + 5, H, 2, batch_first=True)
        self.out = nn.Linear(H, V)

    def forward(self, ids):
        _, h = self.encoder(self.embed(ids))
        flat = h.permute(1, 0, 2).reshape(ids.size(0), -1)
        mean, spread = self.mean(flat), self.spread(flat)
        z = mean + torch.randn_like(mean) * (0.5 * spread).exp()
        h = self.start(z).view(-1, 2, H).transpose(0, 1).contiguous()
        before = functional.pad(ids[:, :-1], (1, 0))  # what it says at a step is not among what it has read by then
        x = torch.cat([self.embed(before), z.unsqueeze(1).expand(-1, ids.size(1), -1)], dim=-1)
        return Reconstruction(self.out(self.decoder(x, h)[0]), mean, spread)


@model()
def variational_autoencoder(b, t):
    def loss(out, y):
        divergence = -0.5 * (1 + out.spread - out.mean.pow(2) - out.spread.exp()).sum(1).mean()
        return functional.cross_entropy(out.scores.flatten(0, 1), y.flatten(), reduction="sum") / y.size(0) + divergence

    ids = words(b, t)
    return Case(Variational(), (ids,), "batch seq", ids.clone(), "batch seq", loss)


class Gate(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.fc, self.norm = nn.Linear(size, 2 * size), nn.LayerNorm(size)

    def forward(self, x, skip):
        return self.norm(functional.glu(self.fc(x), dim=-1) + skip)


class Fusion(nn.Module):
    """As in temporal fusion transformers: each variable by itself, weighed, gated, then attention."""

    def __init__(self):
        super().__init__()
        self.each = nn.ModuleList(nn.Linear(1, H) for _ in range(F))
        self.weigh = nn.Linear(F * H + H, F)
        self.static = nn.Linear(2, H)
        self.past, self.future = nn.LSTM(H, H, batch_first=True), nn.LSTM(H, H, batch_first=True)
        self.gate, self.last = Gate(H), Gate(H)
        self.attention = nn.MultiheadAttention(H, 2, batch_first=True)
        self.out = nn.Linear(H, 3)

    def select(self, x, context):
        each = torch.stack([layer(x[..., i : i + 1]) for i, layer in enumerate(self.each)], dim=-1)
        context = context.unsqueeze(1).expand(-1, x.size(1), -1)
        weights = torch.softmax(self.weigh(torch.cat([each.flatten(-2), context], dim=-1)), dim=-1)
        return (each * weights.unsqueeze(-2)).sum(-1)

    def forward(self, past, future, static):
        context = self.static(static)
        past, future = self.select(past, context), self.select(future, context)
        h = context.unsqueeze(0)
        before, state = self.past(past, (h, h))
        after, _ = self.future(future, state)
        out = self.gate(torch.cat([before, after], dim=1), torch.cat([past, future], dim=1))
        mask = torch.ones(out.size(1), out.size(1), dtype=torch.bool).triu(1)
        mixed, _ = self.attention(out, out, out, attn_mask=mask)
        return self.out(self.last(mixed, out)[:, past.size(1) :])


@model()
def temporal_fusion(b, t):
    def loss(out, y):
        error = y.unsqueeze(-1) - out
        levels = torch.tensor([0.1, 0.5, 0.9])
        return torch.max(levels * error, (levels - 1) * error).sum(-1).mean()

    return Case(
        Fusion(),
        (series(b, t), series(b, 3), torch.randn(b, 2)),
        ("batch seq feature", "batch future feature", "batch static"),
        torch.randn(b, 3),
        "batch future",
        loss,
    )


class Document(nn.Module):
    def __init__(self):
        super().__init__()
        self.embed = nn.Embedding(V, F)
        self.word, self.sentence = (nn.GRU(n, H, bidirectional=True, batch_first=True) for n in (F, 2 * H))
        self.word_score, self.sentence_score = nn.Linear(2 * H, 1), nn.Linear(2 * H, 1)
        self.out = nn.Linear(2 * H, C)

    def forward(self, ids):
        batch, sentences, length = ids.shape
        out, _ = self.word(self.embed(ids.view(batch * sentences, length)))
        weights = torch.softmax(self.word_score(torch.tanh(out)), dim=1)
        vectors = (weights * out).sum(dim=1).view(batch, sentences, -1)
        out, _ = self.sentence(vectors)
        weights = torch.softmax(self.sentence_score(torch.tanh(out)).squeeze(-1), dim=1)
        return self.out(torch.einsum("bs,bsh->bh", weights, out))


@model()
def words_in_sentences_in_documents(b, t):
    return Case(
        Document(),
        (torch.randint(V, (b, 3, t)),),
        "batch sentence word",
        torch.randint(C, (b,)),
        "batch",
        nn.CrossEntropyLoss(),
    )


class Siamese(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(F, H, batch_first=True)
        self.project = nn.Sequential(nn.Linear(H, H), nn.ReLU(), nn.Linear(H, 5))

    def encode(self, x):
        return functional.normalize(self.project(self.rnn(x)[1][0].squeeze(0)), dim=-1)

    def forward(self, x, y):
        return self.encode(x), self.encode(y)


@model(several)
def siamese_with_contrastive_loss(b, t):
    def loss(pair, target):
        scores = pair[0] @ pair[1].t() / 0.07
        positive = functional.cosine_embedding_loss(*pair, torch.ones(b))
        return functional.cross_entropy(scores, target) + functional.cross_entropy(scores.t(), target) + positive

    return Case(Siamese(), (series(b, t), series(b, t)), ["batch seq feature"] * 2, torch.arange(b), "batch", loss)


class DualPath(nn.Module):
    def __init__(self):
        super().__init__()
        self.front = nn.Conv1d(1, F, 2)
        self.inner, self.across = (nn.LSTM(F, H, batch_first=True, bidirectional=True) for _ in range(2))
        self.one, self.two = nn.Linear(2 * H, F), nn.Linear(2 * H, F)
        self.back = nn.ConvTranspose1d(F, 1, 2)

    def forward(self, x):
        y = self.front(x.unsqueeze(1))
        batch, width, steps = y.shape
        chunks = functional.pad(y, (0, -steps % 3)).view(batch, width, -1, 3).permute(0, 2, 3, 1)
        count = chunks.size(1)
        inner = self.one(self.inner(chunks.reshape(batch * count, 3, width))[0]).view(batch, count, 3, width) + chunks
        turned = inner.transpose(1, 2).reshape(batch * 3, count, width)
        across = self.two(self.across(turned)[0]).view(batch, 3, count, width).transpose(1, 2) + inner
        mask = torch.sigmoid(across.reshape(batch, count * 3, width)[:, :steps].transpose(1, 2))
        return self.back(mask * y).squeeze(1)


@model()
def dual_path_separation(b, t):
    def loss(out, y):
        scale = (out * y).sum(-1, keepdim=True) / (y * y).sum(-1, keepdim=True)
        return -torch.log10(((scale * y) ** 2).sum(-1) / ((scale * y - out) ** 2).sum(-1)).mean()

    return Case(DualPath(), (torch.randn(b, t + 8),), "batch seq", torch.randn(b, t + 8), "batch seq", loss)


class Characters(nn.Module):
    def __init__(self):
        super().__init__()
        self.word, self.char = nn.Embedding(V, F), nn.Embedding(V, 3)
        self.conv = nn.Conv1d(3, 5, 3, padding=1)
        self.rnn = nn.LSTM(F + 5, H, bidirectional=True, batch_first=True)
        self.out = nn.Linear(2 * H, C)

    def forward(self, ids, chars):
        x = self.char(chars)
        x = x.view(-1, x.size(2), x.size(3)).transpose(1, 2)
        x = functional.max_pool1d(torch.relu(self.conv(x)), x.size(-1)).view(*ids.shape, -1)
        out, _ = self.rnn(torch.cat([self.word(ids), x], dim=-1))
        return {"tags": self.out(out), "last": out[:, -1]}


@model()
def character_cnn_and_word_lstm(b, t):
    return Case(
        Characters(),
        (words(b, t), torch.randint(V, (b, t, 7))),
        ("batch seq", "batch seq char"),
        torch.randint(C, (b, t)),
        "batch seq",
        lambda out, y: functional.cross_entropy(out["tags"].transpose(1, 2), y),
    )


class Pointer(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.cell = nn.LSTM(F, H, batch_first=True), nn.LSTMCell(F, H)
        self.start = nn.Parameter(torch.zeros(F))
        self.key, self.query, self.score = nn.Linear(H, H, bias=False), nn.Linear(H, H), nn.Parameter(torch.randn(H))

    def forward(self, x):
        batch, steps, _ = x.shape
        memory, (h, c) = self.encoder(x)
        h, c = h.squeeze(0), c.squeeze(0)
        token, taken, outs = self.start.expand(batch, -1), torch.zeros(batch, steps, dtype=torch.bool), []
        keys = self.key(memory)
        for _ in range(steps):
            h, c = self.cell(token, (h, c))
            scores = torch.tanh(keys + self.query(h)[:, None]) @ self.score
            scores = scores.masked_fill(taken, -1e9)
            outs.append(scores.log_softmax(dim=1))
            at = outs[-1].argmax(dim=1)
            taken = taken | functional.one_hot(at, steps).bool()
            token = x[torch.arange(batch), at]
        return torch.stack(outs, dim=1)


@model()
def pointer_network(b, t):
    order = torch.stack([torch.randperm(t) for _ in range(b)])
    return Case(
        Pointer(),
        (series(b, t),),
        "batch seq feature",
        order,
        "batch target",
        lambda out, y: functional.nll_loss(out.flatten(0, 1), y.flatten()),
    )


class PairsOfSteps(nn.Module):
    """Relations between any two words: every pair of states side by side."""

    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(F, H, bidirectional=True, batch_first=True)
        self.out = nn.Sequential(nn.Linear(4 * H, H), nn.ReLU(), nn.Linear(H, C))
        self.biaffine = nn.Parameter(torch.randn(2 * H, C, 2 * H))

    def forward(self, x):
        out, _ = self.rnn(x)
        steps = out.size(1)
        left = out.unsqueeze(2).expand(-1, -1, steps, -1)
        right = out.unsqueeze(1).expand(-1, steps, -1, -1)
        biaffine = torch.einsum("bih,hcg,bjg->bijc", out, self.biaffine, out)
        raw = torch.cat([x.unsqueeze(2).repeat(1, 1, steps, 1), x.unsqueeze(1).repeat(1, steps, 1, 1)], dim=-1)
        return self.out(torch.cat([left, right], dim=-1)) + biaffine + raw.flatten(1).sum(1).view(-1, 1, 1, 1)


@model()
def relations_between_steps(b, t):
    def loss(out, y):
        return functional.cross_entropy(out.permute(0, 3, 1, 2), y)

    return Case(PairsOfSteps(), (series(b, t),), "batch seq feature", torch.randint(C, (b, t, t)), "batch seq other", loss)


class TwoEncoders(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = nn.LSTM(F, H, batch_first=True), nn.GRU(F, H, 2, batch_first=True)
        self.out = nn.Linear(2 * H, 1)

    def forward(self, x, y):
        one, _ = self.one(x)
        two, _ = self.two(y)
        return self.out(torch.cat([one[:, -1], two[:, -1]], dim=1))


@model()
def regression_from_two_encoders(b, t):
    return Case(
        TwoEncoders(),
        (series(b, t), series(b, t + 1)),
        ["batch seq feature"] * 2,
        torch.randn(b, 1),
        "batch value",
        nn.HuberLoss(),
    )


@pytest.mark.parametrize(("build", "b", "t"), model.cases)
def test_a_correct_model_is_silent(build, b, t):
    assert_silent(build(b, t))
