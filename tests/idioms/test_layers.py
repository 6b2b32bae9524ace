"""Layers around a recurrent one, each in more than one spelling: silent."""

import pytest
import torch
from silence import C, Case, F, H, Idioms, Sketch, assert_silent, lengths_of, series
from torch import nn
from torch.nn import functional
from torch.utils.checkpoint import checkpoint

idiom = Idioms()


def gru(inputs: int = F, **options) -> nn.Module:
    return nn.GRU(inputs, H, batch_first=True, **options)


@idiom()
def convolution_before_and_after(b, t):
    def forward(m, x):
        x = torch.relu(m.front(x.transpose(1, 2))).transpose(1, 2)
        out, _ = m.rnn(x)
        return m.back(out.permute(0, 2, 1)).permute(0, 2, 1)

    return Case(
        Sketch(forward, front=nn.Conv1d(F, H, 3, padding=1), rnn=gru(H), back=nn.Conv1d(H, C, 3, padding="same")),
        (series(b, t),),
    )


@idiom()
def causal_and_dilated_convolutions(b, t):
    def forward(m, x):
        y = functional.pad(x.mT, (2, 0))
        y = m.one(y)
        return m.rnn((m.two(functional.pad(y, (4, 0))) + y).mT)[0]

    return Case(Sketch(forward, one=nn.Conv1d(F, H, 3), two=nn.Conv1d(H, H, 3, dilation=2), rnn=gru(H)), (series(b, t),))


@idiom()
def images_over_time(b, t):
    def forward(m, x):
        batch, steps = x.shape[:2]
        y = m.conv(x.flatten(0, 1)).flatten(1)
        return m.rnn(y.view(batch, steps, -1))[0]

    return Case(
        Sketch(forward, conv=nn.Conv2d(1, 2, 3), rnn=gru(8)), (torch.randn(b, t, 1, 4, 4),), "batch seq channel height width"
    )


@idiom()
def attention_pooling_in_many_spellings(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        scores = m.score(out)
        weights = functional.softmax(scores, dim=1)
        return torch.stack(
            [
                (weights * out).sum(1),
                torch.bmm(weights.transpose(1, 2), out).squeeze(1),
                (weights.mT @ out)[:, 0],
                torch.einsum("bto,bth->bh", weights, out),
                torch.einsum("bt,bth->bh", weights[..., 0], out),
                torch.einsum("...to,...th->...h", weights, out),
                torch.matmul(out.permute(0, 2, 1), weights).squeeze(-1),
            ]
        )

    return Case(Sketch(forward, rnn=gru(), score=nn.Linear(H, 1)), (series(b, t),))


@idiom()
def attention_with_one_query(b, t):
    def forward(m, x):
        out, h = m.rnn(x)
        scores = (out * h[-1].unsqueeze(1)).sum(-1)
        again = torch.bmm(out, h[-1].unsqueeze(2)).squeeze(2)
        weights = functional.softmax(scores + again, -1)
        return weights.unsqueeze(1).bmm(out).squeeze(1)

    return Case(Sketch(forward, rnn=gru()), (series(b, t),))


@idiom()
def multi_head_attention(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        padding = torch.arange(x.size(1))[None] >= lengths[:, None]
        one, weights = m.attention(out, out, out, key_padding_mask=padding)
        two, _ = m.other(out.transpose(0, 1), out.transpose(0, 1), out.transpose(0, 1))
        return one + two.transpose(0, 1), weights

    return Case(
        Sketch(forward, rnn=gru(), attention=nn.MultiheadAttention(H, 2, batch_first=True), other=nn.MultiheadAttention(H, 2)),
        (series(b, t), lengths_of(b, t)),
        ("batch seq feature", "batch"),
    )


@idiom()
def transformer_layers(b, t):
    def forward(m, x):
        x = m.layer(m.up(x))
        return m.rnn(x)[0] + m.cross(x, x)

    layer = nn.TransformerEncoderLayer(H, 2, 8, batch_first=True)
    cross = nn.TransformerDecoderLayer(H, 2, 8, batch_first=True)
    return Case(Sketch(forward, up=nn.Linear(F, H), layer=layer, cross=cross, rnn=gru(H)), (series(b, t),))


@idiom()
def transformer_layers_in_eval(b, t):
    case = transformer_layers(b, t)
    case.model.eval()
    return case


@idiom()
def residuals_norms_and_dropout(b, t):
    def forward(m, x):
        x = m.up(x)
        x = x + m.drop(m.one(m.norm(x))[0])
        y = m.two(x)[0] * 2
        y += 1
        x = x + m.whole(y.transpose(1, 2)).transpose(1, 2)
        locked = x.new_ones(x.size(0), 1, x.size(2)).bernoulli_(0.8) / 0.8
        return functional.layer_norm(x * locked.expand_as(x), (H,))

    return Case(
        Sketch(
            forward,
            up=nn.Linear(F, H),
            norm=nn.LayerNorm(H),
            drop=nn.Dropout(0.3),
            one=gru(H),
            two=gru(H),
            whole=nn.GroupNorm(2, H),
        ),
        (series(b, t),),
    )


@idiom()
def one_state_for_every_step(b, t):
    def forward(m, x):
        out, h = m.rnn(x)
        wide = h[-1].unsqueeze(1).expand_as(out)
        return m.fc(torch.cat([out, wide], 2)) + m.bilinear(out, wide.contiguous())

    return Case(Sketch(forward, rnn=gru(), fc=nn.Linear(2 * H, C), bilinear=nn.Bilinear(H, H, C)), (series(b, t),))


@idiom()
def positions_and_masks(b, t):
    def forward(m, x):
        at = torch.arange(x.size(1), device=x.device)
        x = x + m.position(at) + m.position(at.unsqueeze(0).repeat(x.size(0), 1))
        return m.rnn(x * (torch.rand(x.size(0), x.size(1), 1) > 0.1))[0].cumsum(1) / (at + 1).view(1, -1, 1)

    return Case(Sketch(forward, position=nn.Embedding(9, F), rnn=gru()), (series(b, t),))


@idiom()
def output_buffer_filled_step_by_step(b, t):
    def forward(m, x):
        outs = torch.zeros(x.size(0), x.size(1), C)
        h = torch.zeros(x.size(0), H)
        for i in range(x.size(1)):
            h = m.cell(x[:, i, :], h)
            outs[:, i] = m.fc(h)
        return outs

    return Case(Sketch(forward, cell=nn.GRUCell(F, H), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def checkpointed_and_cast(b, t):
    def forward(m, x):
        y = checkpoint(lambda z: torch.tanh(m.up(z)), x, use_reentrant=False)
        return m.rnn(y.double().float().contiguous())[0].detach().clone().requires_grad_()

    return Case(Sketch(forward, up=nn.Linear(F, H), rnn=gru(H)), (series(b, t),))


@idiom()
def spectrum_of_each_feature(b, t):
    def forward(m, x):
        return m.rnn(torch.fft.rfft(x, dim=-1).abs())[0], torch.fft.rfft(m.rnn(x[..., :3])[0], dim=1).real.mean(1)

    return Case(Sketch(forward, rnn=gru(3)), (series(b, t),))


@idiom()
def neighbouring_steps_side_by_side(b, t):
    def forward(m, x):
        before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], dim=1)
        after = functional.pad(x, (0, 0, 0, 1))[:, 1:]
        around = functional.pad(x, (0, 0, 1, 1)).unfold(1, 3, 1).flatten(2)
        return (
            m.rnn(torch.cat([before, x, after], 2))[0]
            + m.rnn(around)[0]
            + m.rnn(torch.cat([x, x.roll(1, 1), x.flip(1)], -1))[0]
        )

    return Case(Sketch(forward, rnn=gru(3 * F)), (series(b, t),))


@pytest.mark.parametrize(("build", "b", "t"), idiom.cases)
def test_layers_around_are_silent(build, b, t):
    assert_silent(build(b, t))
