"""Which state is picked: every legal way of it."""

import pytest
import torch
from silence import C, Case, F, H, Idioms, Sketch, assert_silent, lengths_of, series, some_steps
from torch import nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

idiom = Idioms()


def both(layers: int = 1, kind: type = nn.LSTM, **options) -> nn.Module:
    return kind(F, H, layers, bidirectional=True, batch_first=True, **options)


@idiom()
def halves_at_their_ends(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(torch.cat([out[:, -1, :H], out[:, 0, H:]], dim=-1))

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def halves_at_their_ends_by_chunk(b, t):
    def forward(m, x):
        ahead, back = m.rnn(x)[0].chunk(2, dim=2)
        return m.fc(torch.hstack((ahead.select(1, -1), back.select(1, 0))))

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def halves_at_their_ends_by_view(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        split = out.reshape(x.size(0), x.size(1), 2, H)
        return m.fc(torch.cat((split[:, -1, 0], split[:, 0, 1]), 1))

    return Case(Sketch(forward, rnn=both(2, nn.GRU), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def last_two_rows(b, t):
    def forward(m, x):
        _, (h, _) = m.rnn(x)
        return m.fc(torch.cat([h[-2], h[-1]], dim=1))

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def last_two_rows_by_slices(b, t):
    def forward(m, x):
        _, h = m.rnn(x)
        return m.fc(torch.cat((h[-2, :, :], h[-1, :, :]), dim=-1))

    return Case(Sketch(forward, rnn=both(3, nn.GRU), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def last_two_rows_transposed(b, t):
    def forward(m, x):
        _, h = m.rnn(x)
        return m.fc(h[-2:].transpose(0, 1).reshape(x.size(0), -1))

    return Case(Sketch(forward, rnn=both(2, nn.GRU), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def last_two_rows_permuted(b, t):
    def forward(m, x):
        _, h = m.rnn(x)
        return m.fc(h[-2:].permute(1, 0, 2).flatten(1))

    return Case(Sketch(forward, rnn=both(2, nn.GRU), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def rows_as_layers_and_directions(b, t):
    def forward(m, x):
        _, (h, _) = m.rnn(x)
        top = h.view(2, 2, x.size(0), H)[-1]
        return m.fc(torch.cat([top[0], top[1]], dim=1))

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def rows_unflattened_and_summed(b, t):
    def forward(m, x):
        _, (h, _) = m.rnn(x)
        return m.fc(h.unflatten(0, (2, 2))[-1].sum(0))

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def every_row(b, t):
    def forward(m, x):
        _, (h, _) = m.rnn(x)
        return m.fc(h.transpose(0, 1).contiguous().view(x.size(0), -1))

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(4 * H, C)), (series(b, t),))


@idiom()
def every_row_unbound(b, t):
    def forward(m, x):
        _, (h, _) = m.rnn(x)
        return m.fc(torch.cat([*h], dim=-1))

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(4 * H, C)), (series(b, t),))


@idiom()
def directions_added(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(out[:, :, :H] + out[:, :, H:])

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def directions_summed_by_view(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(out.view(*out.shape[:2], 2, -1).sum(2))

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, bidirectional=True), fc=nn.Linear(H, C)),
        (torch.randn(t, b, F),),
        "seq batch feature",
    )


@idiom()
def directions_averaged(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(torch.stack(out.split(H, dim=-1)).mean(0)).mean(1)

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def last_step_of_one_direction(b, t):
    def forward(m, x):
        return m.fc(m.rnn(x)[0][:, -1])

    return Case(Sketch(forward, rnn=nn.LSTM(F, H, 2, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def last_step_sequence_first(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(out[-1])

    return Case(Sketch(forward, rnn=nn.RNN(F, H), fc=nn.Linear(H, C)), (torch.randn(t, b, F),), "seq batch feature")


@idiom()
def last_row(b, t):
    def forward(m, x):
        _, h = m.rnn(x)
        return m.fc(h[-1])

    return Case(Sketch(forward, rnn=nn.GRU(F, H, 3, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def only_row_squeezed(b, t):
    def forward(m, x):
        _, (h, _) = m.rnn(x)
        return m.fc(h.squeeze(0))

    return Case(Sketch(forward, rnn=nn.LSTM(F, H, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def cell_state_and_output_kept(b, t):
    def forward(m, x):
        out, (h, c) = m.rnn(x)
        return {"out": m.fc(out), "state": (h, c)}

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def own_last_step_by_gather(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        at = (lengths - 1).view(-1, 1, 1).expand(-1, 1, out.size(2))
        return m.fc(out.gather(1, at).squeeze(1))

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, batch_first=True), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def own_last_step_by_index(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        return m.fc(out[torch.arange(x.size(0)), lengths - 1])

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, batch_first=True), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def own_last_step_by_loop(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        return m.fc(torch.stack([out[i, n - 1] for i, n in enumerate(lengths.tolist())]))

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, batch_first=True), fc=nn.Linear(H, C)),
        (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch"),
    )  # fmt: skip


@idiom()
def own_last_step_sequence_first(b, t):
    def forward(m, x, lengths):
        out, _ = m.rnn(x)
        return m.fc(out[lengths - 1, range(x.size(1))])

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H), fc=nn.Linear(H, C)),
        (torch.randn(t, b, F), lengths_of(b, t)),
        ("seq batch feature", "batch"),
    )


@idiom()
def own_last_step_of_both_directions(b, t):
    def forward(m, x, lengths):
        packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        out, _ = pad_packed_sequence(m.rnn(packed)[0], batch_first=True)
        ahead = out[torch.arange(x.size(0)), lengths - 1, :H]
        return m.fc(torch.cat([ahead, out[:, 0, H:]], 1))

    return Case(
        Sketch(forward, rnn=both(), fc=nn.Linear(2 * H, C)), (series(b, t), lengths_of(b, t)), ("batch seq feature", "batch")
    )


@idiom()
def last_step_of_one_long_sample_kept_with_state(b, t):
    def forward(m, x):
        out, h = m.rnn(x)
        return m.fc(out[:, -1] + h[-1])

    return Case(Sketch(forward, rnn=nn.GRU(F, H, 2, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def pooled_steps(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(torch.cat([out.mean(1), out.max(1).values, out[:, -1]], 1))

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(6 * H, C)), (series(b, t),))


@idiom()
def pooled_by_pooling_layers(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        steps_last = out.permute(0, 2, 1)
        a = nn.functional.adaptive_avg_pool1d(steps_last, 1).squeeze(-1)
        b = nn.functional.max_pool1d(steps_last, steps_last.size(-1)).squeeze(2)
        return m.fc(torch.cat([a, b], 1))

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(4 * H, C)), (series(b, t),))


@idiom()
def bridge_of_both_directions(b, t):
    def forward(m, x):
        _, (h, c) = m.encoder(x)

        def join(s):
            return torch.cat([s[0::2], s[1::2]], dim=2)

        out, _ = m.decoder(x, (join(h), join(c)))
        return m.fc(out)

    return Case(
        Sketch(forward, encoder=both(2), decoder=nn.LSTM(F, 2 * H, 2, batch_first=True), fc=nn.Linear(2 * H, C)),
        (series(b, t),),
    )


@idiom()
def bridge_of_both_directions_by_view(b, t):
    def forward(m, x):
        _, h = m.encoder(x)
        h = h.view(2, 2, -1, H).permute(0, 2, 1, 3).reshape(2, -1, 2 * H)
        return m.fc(m.decoder(x, h)[0])

    return Case(
        Sketch(forward, encoder=both(2, nn.GRU), decoder=nn.GRU(F, 2 * H, 2, batch_first=True), fc=nn.Linear(2 * H, C)),
        (series(b, t),),
    )


@idiom()
def bridge_of_directions_summed(b, t):
    def forward(m, x):
        _, h = m.encoder(x)
        h = h.view(2, 2, x.size(0), H).sum(1)
        return m.fc(m.decoder(x, h)[0])

    return Case(
        Sketch(forward, encoder=both(2, nn.GRU), decoder=nn.GRU(F, H, 2, batch_first=True), fc=nn.Linear(H, C)),
        (series(b, t),),
    )


@idiom()
def top_state_starts_every_layer(b, t):
    def forward(m, x):
        _, h = m.encoder(x)
        h = h[-1:].repeat(2, 1, 1)
        return m.fc(m.decoder(x, h)[0])

    return Case(
        Sketch(
            forward, encoder=nn.GRU(F, H, 2, batch_first=True), decoder=nn.GRU(F, H, 2, batch_first=True), fc=nn.Linear(H, C)
        ),
        (series(b, t),),
    )  # fmt: skip


@idiom()
def state_through_a_linear(b, t):
    def forward(m, x):
        _, (h, _) = m.encoder(x)
        flat = h.transpose(0, 1).flatten(1)
        start = torch.tanh(m.bridge(flat)).view(-1, 2, H).transpose(0, 1).contiguous()
        return m.fc(m.decoder(x, (start, torch.zeros_like(start)))[0])

    return Case(
        Sketch(
            forward, encoder=both(2), bridge=nn.Linear(4 * H, 2 * H), decoder=nn.LSTM(F, H, 2, batch_first=True),
            fc=nn.Linear(H, C),
        ),
        (series(b, t),),
    )  # fmt: skip


@idiom()
def state_made_for_the_batch(b, t):
    def forward(m, x):
        h = torch.zeros(4, x.size(0), H)
        c = x.new_zeros(4, x.shape[0], H)
        out, _ = m.rnn(x, (h, c))
        return m.fc(out)

    return Case(Sketch(forward, rnn=both(2), fc=nn.Linear(2 * H, C)), (series(b, t),))


def learned(forward):
    model = Sketch(forward, rnn=both(2, nn.GRU))
    model.start = nn.Parameter(torch.zeros(4, 1, H))
    return model


@idiom()
def learned_start(b, t):
    def forward(m, x):
        return m.rnn(x, m.start.expand(-1, x.size(0), -1).contiguous())[0]

    return Case(learned(forward), (series(b, t),))


@idiom()
def learned_start_repeated(b, t):
    def forward(m, x):
        return m.rnn(x, m.start.repeat(1, len(x), 1))[0]

    return Case(learned(forward), (series(b, t),))


@idiom()
def state_carried_and_detached(b, t):
    def forward(m, x):
        state, outs = None, []
        for part in x.split(3, dim=1):
            out, state = m.rnn(part, state)
            state = tuple(s.detach() for s in state)
            outs.append(out)
        return m.fc(torch.cat(outs, 1))

    return Case(Sketch(forward, rnn=nn.LSTM(F, H, 2, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def state_given_and_returned(b, t):
    def forward(m, x, h):
        out, h = m.rnn(x, h)
        return m.fc(out[:, -1]), h.detach()

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, 2, batch_first=True), fc=nn.Linear(H, C)),
        (series(b, t), torch.zeros(2, b, H)), ("batch seq feature", "layers batch hidden"),
    )  # fmt: skip


@idiom()
def stepping_a_layer(b, t):
    def forward(m, x):
        h, outs = None, []
        for i in range(x.size(1)):
            out, h = m.rnn(x[:, i : i + 1], h)
            outs.append(m.fc(out.squeeze(1)))
        return torch.stack(outs, 1)

    return Case(Sketch(forward, rnn=nn.GRU(F, H, 2, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def stepping_a_cell(b, t):
    def forward(m, x):
        h = c = x.new_zeros(x.size(0), H)
        outs = []
        for step in x.unbind(1):
            h, c = m.cell(step, (h, c))
            outs.append(h)
        return m.fc(torch.stack(outs, dim=1))

    return Case(Sketch(forward, cell=nn.LSTMCell(F, H), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def stepping_two_cells(b, t):
    def forward(m, x):
        h = [x.new_zeros(x.size(1), H) for _ in range(2)]
        for step in x:
            h[0] = m.low(step, h[0])
            h[1] = m.high(h[0], h[1])
        return m.fc(h[-1])

    return Case(
        Sketch(forward, low=nn.GRUCell(F, H), high=nn.RNNCell(H, H), fc=nn.Linear(H, C)),
        (torch.randn(t, b, F),),
        "seq batch feature",
    )


@idiom()
def looping_over_output(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return torch.stack([m.fc(out[i]) for i in range(out.size(0))])

    return Case(Sketch(forward, rnn=nn.LSTM(F, H), fc=nn.Linear(H, C)), (torch.randn(t, b, F),), "seq batch feature")


@idiom()
def looping_over_output_by_iteration(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return sum(m.fc(step) for step in out)

    return Case(Sketch(forward, rnn=nn.LSTM(F, H), fc=nn.Linear(H, C)), (torch.randn(t, b, F),), "seq batch feature")


@idiom()
def one_sample_logged(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        m.log = out[0].detach().norm(dim=-1).tolist()
        return m.fc(out[:, -1])

    return Case(Sketch(forward, rnn=nn.LSTM(F, H, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def one_sample_printed(b, t):
    def forward(m, x):
        m.log = f"{x[0]} {x[0].mean():.3f} {x[0, 0, 0].item()} {x.shape}"
        return m.fc(m.rnn(x)[1][-1])

    return Case(Sketch(forward, rnn=nn.GRU(F, H, batch_first=True), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def unbatched(b, t):
    def forward(m, x):
        out, h = m.rnn(x)
        return m.fc(out[-1]), m.fc(h[-1])

    return Case(Sketch(forward, rnn=nn.GRU(F, H, 2), fc=nn.Linear(H, C)), (torch.randn(t, F),), "seq feature")


@idiom()
def unbatched_both_directions(b, t):
    def forward(m, x):
        out, (h, _) = m.rnn(x)
        return m.fc(torch.cat([out[-1, :H], out[0, H:]])), m.fc(h[-2:].flatten())

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(2 * H, C)), (torch.randn(t, F),), "seq feature")


@idiom()
def two_reversed_layers_by_hand(b, t):
    def forward(m, x):
        ahead, _ = m.ahead(x)
        back, _ = m.back(x.flip(1))
        return m.fc(torch.cat([ahead[:, -1], back[:, -1]], 1)), torch.cat([ahead, back.flip([1])], 2)

    return Case(
        Sketch(forward, ahead=nn.GRU(F, H, batch_first=True), back=nn.GRU(F, H, batch_first=True), fc=nn.Linear(2 * H, C)),
        (series(b, t),),
    )  # fmt: skip


@idiom()
def projected_states(b, t):
    def forward(m, x):
        out, (h, _) = m.rnn(x)
        return m.fc(torch.cat([h[-2], h[-1]], -1)) + m.fc(out).mean(1)

    return Case(Sketch(forward, rnn=both(2, proj_size=2), fc=nn.Linear(4, C)), (series(b, t),))


@idiom(some_steps)
def middle_steps(b, t):
    def forward(m, x):
        out, _ = m.rnn(x)
        return m.fc(out[:, t // 2]), m.fc(out[:, 1:]), m.fc(out[:, :-1])

    return Case(Sketch(forward, rnn=both(), fc=nn.Linear(2 * H, C)), (series(b, t),))


@idiom()
def ensemble_of_layers(b, t):
    def forward(m, x):
        weights = torch.softmax(m.mix.weight[0], 0)
        _, h = m.rnn(x)
        return m.fc(torch.einsum("l,lbh->bh", weights, h)), m.fc((weights.view(-1, 1, 1) * h).sum(0))

    return Case(
        Sketch(forward, rnn=nn.GRU(F, H, 3, batch_first=True), mix=nn.Linear(3, 1), fc=nn.Linear(H, C)), (series(b, t),)
    )


# Both states of an LSTM, beside each other and taken apart again


@idiom()
def pointer_generator_that_reads_h_and_c(b, t):
    def forward(m, x):
        _, state = m.encoder(x)
        word, out = x[:, :1], []
        for _ in range(3):
            y, state = m.decoder(word, state)
            both_states = torch.cat([state[0][-1], state[1][-1]], 1)
            word = m.word(both_states).unsqueeze(1)
            out.append(m.fc(y))
        return torch.cat(out, 1)

    lstm = {"encoder": nn.LSTM(F, H, batch_first=True), "decoder": nn.LSTM(F, H, batch_first=True)}
    return Case(Sketch(forward, **lstm, word=nn.Linear(2 * H, F), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def attention_whose_query_is_h_and_c(b, t):
    def forward(m, x):
        memory, state = m.encoder(x)
        out = []
        for _ in range(3):
            query = m.query(torch.cat((state[0], state[1]), -1)).transpose(0, 1)
            weights = torch.bmm(query, memory.transpose(1, 2)).softmax(-1)
            y, state = m.decoder(torch.bmm(weights, memory), state)
            out.append(m.fc(y))
        return torch.cat(out, 1)

    lstm = {"encoder": nn.LSTM(F, H, batch_first=True), "decoder": nn.LSTM(H, H, batch_first=True)}
    return Case(Sketch(forward, **lstm, query=nn.Linear(2 * H, H), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def gates_that_look_at_the_cell(b, t):
    def forward(m, x):
        y, (h, c) = m.rnn(x[:, :1])
        for step in x.unbind(1)[1:]:
            gate = torch.sigmoid(m.gate(c[-1]) + m.keep(h[-1]))
            y, (h, c) = m.rnn((m.turn(step) * gate).unsqueeze(1), (h, c))
        return m.fc(y[:, 0])

    layers = {"gate": nn.Linear(H, F), "keep": nn.Linear(H, F), "turn": nn.Linear(F, F)}
    return Case(Sketch(forward, rnn=nn.LSTM(F, H, batch_first=True), fc=nn.Linear(H, C), **layers), (series(b, t),))


@idiom()
def states_of_all_layers_in_one_tensor(b, t):
    def forward(m, x):
        _, (h, c) = m.encoder(x)
        kept, out = torch.cat([h, c]), []
        for step in x.unbind(1)[:3]:
            h, c = kept.chunk(2)
            y, (h, c) = m.decoder(step.unsqueeze(1), (h.contiguous(), c.contiguous()))
            kept = torch.cat([h, c])
            out.append(m.fc(y))
        return torch.cat(out, 1)

    lstm = {"encoder": nn.LSTM(F, H, 2, batch_first=True), "decoder": nn.LSTM(F, H, 2, batch_first=True)}
    return Case(Sketch(forward, **lstm, fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def states_stacked_and_indexed(b, t):
    def forward(m, x):
        _, state = m.encoder(x)
        kept = torch.stack(state)
        y, state = m.decoder(x[:, -1:], (kept[0], kept[1]))
        kept = torch.stack(state)
        y, _ = m.decoder(m.back(y), (kept[0], kept[1]))
        return m.fc(y[:, 0])

    lstm = {"encoder": nn.LSTM(F, H, batch_first=True), "decoder": nn.LSTM(F, H, batch_first=True)}
    return Case(Sketch(forward, **lstm, back=nn.Linear(H, F), fc=nn.Linear(H, C)), (series(b, t),))


@idiom()
def states_of_each_layer_side_by_side(b, t):
    def forward(m, x):
        y, kept = x[:, :1], []
        for layer in (m.one, m.two):
            y, (h, c) = layer(y)
            kept.append(torch.cat([h, c], -1))
        y = m.back(y)
        for layer, state in zip((m.one, m.two), kept, strict=True):
            h, c = state.split(H, -1)
            y, _ = layer(y, (h.contiguous(), c.contiguous()))
        return m.fc(y[:, 0])

    lstm = {"one": nn.LSTM(F, H, batch_first=True), "two": nn.LSTM(H, H, batch_first=True)}
    return Case(Sketch(forward, **lstm, back=nn.Linear(H, F), fc=nn.Linear(H, C)), (series(b, t),))


@pytest.mark.filterwarnings("ignore:LSTM with projections")
@pytest.mark.parametrize(("build", "b", "t"), idiom.cases)
def test_picking_a_state_is_silent(build, b, t):
    assert_silent(build(b, t))
