"""Axes folded together, cut and put back: what is legal stays silent."""

import einops
import pytest
import torch
from silence import C, Case, F, H, Idioms, Sketch, assert_silent, even_steps, series, several
from torch import nn

idiom = Idioms()


def gru(inputs: int = F, **options) -> nn.Module:
    return nn.GRU(inputs, H, batch_first=True, **options)


@idiom(even_steps)
def frames_stacked(b, t):
    def forward(m, x):
        return m.rnn(x.reshape(x.size(0), x.size(1) // 2, 2 * F))[0]

    return Case(Sketch(forward, rnn=gru(2 * F)), (series(b, t),))


@idiom(even_steps)
def frames_stacked_by_slices(b, t):
    def forward(m, x):
        return m.rnn(torch.cat([x[:, 0::2], x[:, 1::2]], dim=-1))[0]

    return Case(Sketch(forward, rnn=gru(2 * F)), (series(b, t),))


@idiom(even_steps)
def frames_stacked_sequence_first(b, t):
    def forward(m, x):
        steps, batch, width = x.shape
        x = x.view(steps // 2, 2, batch, width).transpose(1, 2).reshape(steps // 2, batch, 2 * width)
        return m.rnn(x)[0]

    return Case(Sketch(forward, rnn=nn.GRU(2 * F, H)), (torch.randn(t, b, F),), "seq batch feature")


@idiom(even_steps)
def frames_stacked_by_unfold(b, t):
    def forward(m, x):
        return m.rnn(x.unfold(1, 2, 2).permute(0, 1, 3, 2).flatten(2))[0]

    return Case(Sketch(forward, rnn=gru(2 * F)), (series(b, t),))


@idiom(even_steps)
def pyramid_of_outputs(b, t):
    def forward(m, x):
        out, _ = m.low(x)
        out = out.contiguous().view(out.size(0), out.size(1) // 2, out.size(2) * 2)
        return m.high(out)[0]

    return Case(Sketch(forward, low=gru(bidirectional=True), high=gru(4 * H)), (series(b, t),))


@idiom(even_steps)
def pyramid_by_every_second_step(b, t):
    def forward(m, x):
        return m.high(m.low(x)[0][:, ::2])[0]

    return Case(Sketch(forward, low=gru(bidirectional=True), high=gru(2 * H)), (series(b, t),))


@idiom()
def time_distributed_linear(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(out.reshape(-1, H)).view(x.size(0), x.size(1), C)

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def time_distributed_linear_sequence_first(b, t):
    def forward(m, x):
        steps, batch, _ = x.shape
        out, _ = m.rnn(m.fc(x.view(steps * batch, F)).view(steps, batch, -1))
        return out.flatten(0, 1)

    return Case(Sketch(forward, rnn=nn.GRU(C, H), fc=nn.Linear(F, C)), (torch.randn(t, b, F),), "seq batch feature")


@idiom()
def time_distributed_linear_by_einops(b, t):
    def forward(m, x):
        out, _ = m.rnn(einops.rearrange(x, "b t f -> t b f"))
        rows = einops.rearrange(out, "t b h -> (b t) h")
        return einops.rearrange(m.fc(rows), "(b t) c -> b t c", t=x.size(1))

    return Case(Sketch(forward, rnn=nn.GRU(F, H), fc=nn.Linear(H, C)), (series(b, t),))


class TimeDistributed(nn.Module):
    """The widely copied wrapper."""

    def __init__(self, module, batch_first):
        super().__init__()
        self.module, self.batch_first = module, batch_first

    def forward(self, x):
        if len(x.size()) <= 2:
            return self.module(x)
        y = self.module(x.contiguous().view(-1, x.size(-1)))
        if self.batch_first:
            return y.contiguous().view(x.size(0), -1, y.size(-1))
        return y.view(-1, x.size(1), y.size(-1))


@idiom()
def time_distributed_wrapper(b, t):
    return Case(nn.Sequential(TimeDistributed(nn.Linear(F, H), True), TimeDistributed(nn.Linear(H, C), True)), (series(b, t),))


@idiom()
def time_distributed_wrapper_sequence_first(b, t):
    return Case(TimeDistributed(nn.Linear(F, H), False), (torch.randn(t, b, F),), "seq batch feature")


@idiom(several)
def batch_norm_of_every_step(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.norm(out.reshape(-1, H)).view_as(out), m.norm(out.transpose(1, 2)).transpose(1, 2)

    return Case(Sketch(forward, rnn=gru(), norm=nn.BatchNorm1d(H)), (series(b, t),))


@idiom(several)
def batch_norm_of_features(b, t):
    def forward(m, x):
        x = m.norm(x.permute(0, 2, 1)).permute(0, 2, 1)
        return m.fc(m.top(m.rnn(x)[0][:, -1]))

    return Case(Sketch(forward, norm=nn.BatchNorm1d(F), rnn=gru(), top=nn.BatchNorm1d(H), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def heads_by_view(b, t):
    def forward(m, x):
        def heads(y):
            return y.view(x.size(0), -1, 2, H // 2).transpose(1, 2)

        x = m.rnn(x)[0]
        q, k, v = heads(m.q(x)), heads(m.k(x)), heads(m.v(x))
        weights = torch.softmax(q @ k.transpose(-2, -1) / 3, dim=-1)
        return (weights @ v).transpose(1, 2).contiguous().view(x.size(0), -1, H)

    return Case(Sketch(forward, rnn=gru(), q=nn.Linear(H, H), k=nn.Linear(H, H), v=nn.Linear(H, H)), (series(b, t),))


@idiom()
def heads_by_einops(b, t):
    def forward(m, x):
        q, k, v = einops.rearrange(m.qkv(m.rnn(x)[0]), "b t (three h d) -> three b h t d", three=3, h=2)
        weights = torch.einsum("bhid,bhjd->bhij", q, k).softmax(-1)
        return einops.rearrange(torch.einsum("bhij,bhjd->bhid", weights, v), "b h t d -> b t (h d)")

    return Case(Sketch(forward, rnn=gru(), qkv=nn.Linear(H, 3 * H)), (series(b, t),))


@idiom()
def heads_by_chunk_and_permute(b, t):
    def forward(m, x):
        batch, steps, _ = x.shape
        q, k, v = m.qkv(x).reshape(batch, steps, 3, 2, H // 2).permute(2, 0, 3, 1, 4)
        out = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        return m.out(out.transpose(1, 2).reshape(batch, steps, H))

    return Case(Sketch(forward, qkv=nn.Linear(F, 3 * H), out=nn.Linear(H, H)), (series(b, t),))


@idiom()
def heads_folded_into_the_batch(b, t):
    def forward(m, x):
        batch, steps, _ = x.shape

        def fold(y):
            return y.view(steps, batch * 2, H // 2).transpose(0, 1)

        x = x.transpose(0, 1)
        q, k, v = fold(m.q(x)), fold(m.k(x)), fold(m.v(x))
        weights = nn.functional.softmax(torch.bmm(q, k.transpose(1, 2)), dim=-1)
        out = torch.bmm(weights, v).transpose(0, 1).contiguous().view(steps, batch, H)
        return out, weights.view(batch, 2, steps, steps).mean(1)

    return Case(Sketch(forward, q=nn.Linear(F, H), k=nn.Linear(F, H), v=nn.Linear(F, H)), (series(b, t),))


@idiom()
def beams_folded_into_the_batch(b, t):
    def forward(m, x):
        beam = 3
        _, h = m.encoder(x)
        batch = x.size(0)
        h = h.unsqueeze(2).expand(-1, -1, beam, -1).reshape(1, batch * beam, H)
        out, h = m.decoder(torch.zeros(batch * beam, 1, F), h)
        scores = m.fc(out[:, 0]).log_softmax(-1).view(batch, beam * C)
        best, at = scores.topk(beam, dim=-1)
        rows = (at // C + torch.arange(batch).unsqueeze(1) * beam).view(-1)
        h = h.index_select(1, rows)
        out, _ = m.decoder(torch.zeros(batch * beam, 1, F), h)
        return m.fc(out.squeeze(1)).view(batch, beam, C), best

    return Case(Sketch(forward, encoder=gru(), decoder=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def beams_by_repeat_interleave(b, t):
    def forward(m, x):
        beam = 2
        out, h = m.encoder(x)
        h = h.repeat_interleave(beam, dim=1)
        memory = out.repeat_interleave(beam, 0)
        context = torch.softmax((memory @ h[-1].unsqueeze(-1)).squeeze(-1), 1)
        merged = torch.einsum("nt,nth->nh", context, memory)
        return m.fc(merged).view(x.size(0), beam, C).max(1)[0]

    return Case(Sketch(forward, encoder=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def beams_tiled_in_front(b, t):
    def forward(m, x):
        beam = 2
        _, h = m.encoder(x)
        h = h.repeat(1, beam, 1)
        out, _ = m.decoder(x.repeat(beam, 1, 1), h)
        return m.fc(out).view(beam, x.size(0), -1, C).mean(0)

    return Case(Sketch(forward, encoder=gru(), decoder=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def rollout_flattened(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        flat = out.flatten(0, 1)
        return m.policy(flat), m.value(flat).squeeze(-1)

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H), policy=nn.Linear(H, C), value=nn.Linear(H, 1)),
        (torch.randn(t, b, F),),
        "seq batch feature",
    )


@idiom()
def rollout_swapped_and_flattened(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        flat = out.transpose(0, 1).reshape(-1, H)
        return m.policy(flat)

    return Case(Sketch(forward, rnn=nn.GRU(F, H), policy=nn.Linear(H, C)), (torch.randn(t, b, F),), "seq batch feature")


@idiom()
def rollout_unflattened_for_the_layer(b, t):
    def forward(m, x):
        rows = m.encoder(x)
        steps = rows.view(t, b, H)
        out, _ = m.rnn(steps)
        return m.policy(out.reshape(t * b, H))

    return Case(
        Sketch(forward, encoder=nn.Linear(F, H), rnn=nn.GRU(H, H), policy=nn.Linear(H, C)),
        (torch.randn(t * b, F),),
        "seq*batch feature",
    )


@idiom(even_steps)
def dilated_layer(b, t):
    def forward(m, x):
        rate = 2
        folded = torch.cat([x[j::rate] for j in range(rate)], dim=1)
        out, _ = m.rnn(folded)
        batch = x.size(1)
        parts = [out[:, i * batch : (i + 1) * batch] for i in range(rate)]
        mixed = torch.stack(parts).transpose(1, 0).contiguous()
        return mixed.view(out.size(0) * rate, batch, H)

    return Case(Sketch(forward, rnn=nn.GRU(F, H)), (torch.randn(t, b, F),), "seq batch feature")


@idiom(even_steps)
def dilated_layer_by_view(b, t):
    def forward(m, x):
        batch, steps, width = x.shape
        folded = x.view(batch, steps // 2, 2, width).transpose(1, 2).reshape(batch * 2, steps // 2, width)
        out, _ = m.rnn(folded)
        return m.fc(out.reshape(batch, 2, steps // 2, H).transpose(1, 2).reshape(batch, steps, H))

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom(even_steps)
def dual_path(b, t):
    def forward(m, x):
        batch, steps, width = x.shape
        chunks = x.view(batch, steps // 2, 2, width)
        inner, _ = m.inner(chunks.reshape(-1, 2, width))
        inner = m.one(inner).view(batch, steps // 2, 2, width) + chunks
        across = inner.permute(0, 2, 1, 3).reshape(batch * 2, steps // 2, width)
        across, _ = m.across(across)
        across = m.two(across).view(batch, 2, steps // 2, width).permute(0, 2, 1, 3) + inner
        return across.reshape(batch, steps, width)

    return Case(Sketch(forward, inner=gru(), across=gru(), one=nn.Linear(H, F), two=nn.Linear(H, F)), (series(b, t),))


@idiom(even_steps)
def dual_path_channels_first(b, t):
    def forward(m, x):
        y = m.front(x.transpose(1, 2))
        batch, width, steps = y.shape
        chunks = y.view(batch, width, -1, 2).transpose(2, 3)
        rows = chunks.permute(0, 3, 2, 1).contiguous().view(batch * (steps // 2), 2, width)
        out = m.one(m.inner(rows)[0].reshape(-1, 2 * H)).view(batch * (steps // 2), 2, width)
        out = out.view(batch, steps // 2, 2, width).permute(0, 3, 2, 1)
        y = m.norm(out) + chunks
        return y.transpose(2, 3).reshape(batch, width, steps)

    return Case(
        Sketch(forward, front=nn.Conv1d(F, H, 1), inner=nn.LSTM(H, H, batch_first=True, bidirectional=True),
               one=nn.Linear(2 * H, H), norm=nn.GroupNorm(1, H)),
        (series(b, t),),
    )  # fmt: skip


@idiom(even_steps)
def overlapping_chunks_and_overlap_add(b, t):
    def forward(m, x):
        x = nn.functional.pad(x, (0, 0, 1, 1))
        windows = x.unfold(1, 2, 1).transpose(2, 3)
        batch, chunks, inside, width = windows.shape
        out, _ = m.rnn(windows.reshape(batch * chunks, inside, width))
        out = m.fc(out).view(batch, chunks, inside * width).transpose(1, 2)
        return nn.functional.fold(
            out.reshape(batch, inside, width, chunks).transpose(1, 2).reshape(batch, width * inside, chunks),
            output_size=(1, chunks + 1), kernel_size=(1, 2),
        )  # fmt: skip

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, F)), (series(b, t),))


@idiom(even_steps)
def chunks_in_the_batch(b, t):
    def forward(m, x):
        chunks = torch.cat(x.chunk(2, dim=1), dim=0)
        out, _ = m.rnn(chunks)
        return torch.cat(out.split(x.size(0)), dim=1)

    return Case(Sketch(forward, rnn=gru()), (series(b, t),))


@idiom()
def words_in_sentences(b, t):
    def forward(m, x):
        batch, sentences, words, width = x.shape
        _, h = m.words(x.view(batch * sentences, words, width))
        out, _ = m.sentences(h[-1].view(batch, sentences, H))
        return m.fc(out[:, -1])

    return Case(
        Sketch(forward, words=gru(), sentences=gru(H), fc=nn.Linear(H, C)),
        (torch.randn(b, 3, t, F),),
        "batch sentence word feature",
    )


@idiom()
def words_in_sentences_by_flatten(b, t):
    def forward(m, ids):
        x = m.embed(ids.flatten(0, 1))
        out, _ = m.words(x)
        vectors = out.max(dim=1).values.unflatten(0, ids.shape[:2])
        return m.fc(m.sentences(vectors)[1].squeeze(0))

    return Case(
        Sketch(forward, embed=nn.Embedding(9, F), words=gru(), sentences=gru(H), fc=nn.Linear(H, C)),
        (torch.randint(9, (b, 3, t)),), "batch sentence seq",
    )  # fmt: skip


@idiom()
def characters_of_words(b, t):
    def forward(m, ids):
        batch, words, chars = ids.shape
        x = m.embed(ids).view(batch * words, chars, -1).transpose(1, 2)
        x = torch.relu(m.conv(x)).max(dim=2)[0].view(batch, words, -1)
        return m.fc(m.rnn(x)[0])

    return Case(
        Sketch(forward, embed=nn.Embedding(9, F), conv=nn.Conv1d(F, H, 3, padding=1), rnn=gru(H), fc=nn.Linear(H, C)),
        (torch.randint(9, (b, t, 7)),), "batch seq char",
    )  # fmt: skip


@idiom()
def variables_handed_over_as_samples(b, t):
    def forward(m, x):
        batch, steps, variables = x.shape
        rows = x.permute(0, 2, 1).reshape(batch * variables, steps, 1)
        _, h = m.rnn(rows)
        return m.fc(h[-1]).view(batch, variables)

    return Case(Sketch(forward, rnn=gru(1), fc=nn.Linear(H, 1)), (series(b, t),))


@idiom()
def variables_handed_over_as_steps(b, t):
    def forward(m, x):
        return m.fc(m.rnn(x.transpose(1, 2))[0][:, -1])

    return Case(Sketch(forward, rnn=gru(t), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def nodes_folded_into_the_batch(b, t):
    def forward(m, x):
        batch, steps, nodes, width = x.shape
        rows = x.transpose(1, 2).reshape(batch * nodes, steps, width)
        out = m.rnn(rows)[0].view(batch, nodes, steps, H).transpose(1, 2)
        mixed = torch.einsum("nm,btmh->btnh", m.graph.weight, out)
        return m.fc(mixed)

    return Case(
        Sketch(forward, rnn=gru(), graph=nn.Linear(3, 3, bias=False), fc=nn.Linear(H, C)),
        (torch.randn(b, t, 3, F),), "batch seq node feature",
    )  # fmt: skip


@idiom()
def scattered_over_nodes(b, t):
    def forward(m, x, edges):
        source, sink = edges
        h, _ = m.rnn(x)
        h = h[:, -1]
        gathered = torch.zeros_like(h).index_add(0, sink, m.message(h[source]))
        return m.fc(m.cell(gathered, h))

    return Case(
        Sketch(forward, rnn=gru(), message=nn.Linear(H, H), cell=nn.GRUCell(H, H), fc=nn.Linear(H, C)),
        (series(b, t), torch.randint(b, (2, 9))), ("node seq feature", None),
    )  # fmt: skip


@idiom()
def scattered_over_nodes_by_scatter_add(b, t):
    def forward(m, x, edges):
        h = m.rnn(x)[1][-1]
        messages = h[edges[0]]
        into = edges[1].unsqueeze(1).expand_as(messages)
        return m.fc(torch.zeros_like(h).scatter_add_(0, into, messages) + h)

    return Case(
        Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t), torch.randint(b, (2, 9))), ("node seq feature", None)
    )


@idiom()
def flattened_whole_sample(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(out.flatten(1)), m.fc(out.reshape(x.size(0), -1))

    return Case(Sketch(forward, rnn=gru(bidirectional=True), fc=nn.Linear(2 * H * t, C)), (series(b, t),))


@idiom()
def sequence_first_and_back(b, t):
    def forward(m, x):
        out, _ = m.rnn(x.permute(1, 0, 2))
        return m.fc(out.permute(1, 0, 2)), m.fc(out.swapaxes(0, 1)).mT

    return Case(Sketch(forward, rnn=nn.GRU(F, H), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def feature_vector_repeated_for_every_step(b, t):
    def forward(m, x):
        _, h = m.encoder(x)
        z = m.code(h[-1])
        once = z.unsqueeze(1).repeat(1, x.size(1), 1)
        again = z[:, None].expand(-1, x.size(1), -1)
        return m.decoder(once)[0] + m.decoder(torch.cat([again[..., :2], once[..., 2:]], 2))[0]

    return Case(Sketch(forward, encoder=gru(), code=nn.Linear(H, C), decoder=gru(C)), (series(b, t),))


@idiom()
def flat_vector_as_steps(b, t):
    def forward(m, x):
        return m.rnn(m.start(x).view(x.size(0), 5, 3))[0]

    return Case(Sketch(forward, start=nn.Linear(F, 15), rnn=gru(3)), (torch.randn(b, F),), "batch feature")


@idiom()
def image_rows_as_steps(b, t):
    def forward(m, x):
        return m.fc(m.rnn(x.squeeze(1))[0][:, -1])

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (torch.randn(b, 1, t, F),), "batch channel height width")


@idiom(lambda b, t: b > 2 and b % 2 == 0)
def groups_of_samples(b, t):
    def forward(m, x):
        h = m.rnn(x)[1][-1]
        pairs = h.view(x.size(0) // 2, 2, H)
        return m.fc(pairs.mean(1)), m.fc(pairs[:, 0] - pairs[:, 1])

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def several_crops_of_each_sample(b, t):
    def forward(m, x):
        batch, crops, steps, width = x.size()
        h = m.rnn(x.view(-1, steps, width))[1].squeeze(0)
        return m.fc(h).view(batch, crops, -1).mean(1)

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(H, C)), (torch.randn(b, 3, t, F),), "batch crop seq feature")


@idiom()
def several_draws_of_each_sample(b, t):
    def forward(m, x):
        _, h = m.encoder(x)
        z = m.code(h[-1]).unsqueeze(0) + torch.randn(4, x.size(0), H)
        out = m.decoder(z.reshape(-1, 1, H).expand(-1, x.size(1), -1))[0]
        return out.view(4, x.size(0), x.size(1), H).mean(0)

    return Case(Sketch(forward, encoder=gru(), code=nn.Linear(H, H), decoder=gru(H)), (series(b, t),))


@pytest.mark.parametrize(("build", "b", "t"), idiom.cases)
def test_folding_axes_is_silent(build, b, t):
    assert_silent(build(b, t))
