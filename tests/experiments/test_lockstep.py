"""At which line a finding of an experiment is: what has brought it about, where it showed, and where the layer was made."""

from __future__ import annotations

import inspect
from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs
from rnnshape.report.location import Location

X = torch.randn(4, 7, 4, generator=torch.Generator().manual_seed(1))
LENGTHS = torch.tensor([7, 4, 5, 2])
WORDS = torch.randint(1, 20, (4, 7), generator=torch.Generator().manual_seed(2)) * (torch.arange(7) < LENGTHS[:, None])


def code(location: Location | None) -> str:
    return "" if location is None else location.code.partition("  # ")[0]


def only(influence: rs.Influence) -> rs.Finding:
    [finding] = [found for found in influence.findings if found.severity != "info"]
    return finding


class Encoder(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)
        self.cell = nn.GRUCell(4, 8)


class Beams(Encoder):
    def forward(self, x: Tensor) -> Tensor:
        keys, state = self.rnn(x)
        state = state[-1].repeat(3, 1)
        keys = keys.repeat_interleave(3, dim=0)
        return (keys @ state[:, :, None]).view(4, -1)


def test_samples_in_another_order_are_told_where_they_were_put_into_it() -> None:
    finding = only(rs.probe(Beams(), X, axes="batch seq feature"))
    assert finding.code == "RNS601"
    assert finding.message.endswith("they meet in matmul; repeat has put the samples into another order")
    assert code(finding.location) == "state = state[-1].repeat(3, 1)"
    assert code(finding.used_at) == "return (keys @ state[:, :, None]).view(4, -1)"
    assert finding.made_at is None


class OneForAll(Encoder):
    def forward(self, x: Tensor) -> Tensor:
        state = self.rnn(x)[1]
        first = state[:, :1].expand(-1, 4, -1).contiguous()
        return self.fc(self.rnn(x, first)[0])


def test_one_sample_for_all_is_told_where_it_is_picked() -> None:
    finding = only(rs.probe(OneForAll(), X, axes="batch seq feature"))
    assert finding.message.endswith("they meet in gru; index took one sample out of all")
    assert code(finding.location) == "first = state[:, :1].expand(-1, 4, -1).contiguous()"


class Over(Encoder):
    def forward(self, x: Tensor) -> Tensor:
        state = x.new_zeros(7, 8)
        states: list[Tensor] = []
        for sample in x:
            state = self.cell(sample, state)
            states.append(self.fc(state))
        return torch.stack(states)


def test_a_loop_over_samples_is_told_at_the_loop() -> None:
    finding = only(rs.probe(Over(), X, axes="batch seq feature"))
    assert finding.message.endswith("took one sample out of all")
    assert code(finding.location) == "for sample in x:"
    assert code(finding.used_at) == "state = self.cell(sample, state)"


class SeqFirst(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.head = nn.Sequential(
            nn.Linear(4, 4),
            nn.Softmax(dim=0),
        )
        self.rnn = nn.GRU(4, 8)

    def forward(self, x: Tensor) -> Tensor:
        return self.rnn(x)[0]


class Weighted(SeqFirst):
    def forward(self, x: Tensor) -> Tensor:
        return self.head(x)


@pytest.mark.parametrize(
    ("model", "made"), [(SeqFirst, "self.rnn = nn.GRU(4, 8)"), (Weighted, "nn.Softmax(dim=0),")], ids=["layer", "item"]
)
def test_a_layer_is_told_with_the_line_that_makes_it(model: Callable[[], nn.Module], made: str) -> None:
    finding = only(rs.probe(model(), X, axes="batch seq feature"))
    assert code(finding.made_at) == made
    assert f"made at   {finding.made_at}:  {made}" in str(finding)
    assert finding.made_at is not None
    assert inspect.getsource(SeqFirst).splitlines()[finding.made_at.line - _first(SeqFirst)].strip() == made


def _first(kind: type) -> int:
    return inspect.getsourcelines(kind)[1]


class Turned(SeqFirst):
    def forward(self, x: Tensor) -> Tensor:
        steps = x.transpose(0, 1)
        steps = steps * 2
        return self.rnn(steps.transpose(0, 1))[0]


def test_a_layer_is_told_with_what_put_samples_along_its_dim() -> None:
    finding = only(rs.probe(Turned(), X, axes="batch seq feature"))
    assert finding.message.endswith("transpose has put them along that dim")
    assert code(finding.location) == "return self.rnn(steps.transpose(0, 1))[0]"
    assert code(finding.made_at) == "self.rnn = nn.GRU(4, 8)"


class Negatives(Encoder):
    def forward(self, x: Tensor) -> Tensor:
        mine = self.fc(self.rnn(x)[0][:, -1])
        other = torch.arange(len(x)).roll(1)
        return (mine * mine[other]).sum(1)


class Unsorted(Encoder):
    def forward(self, x: Tensor) -> Tensor:
        mine = self.fc(self.rnn(x)[0][:, -1])
        order = x[:, 0, 0].argsort()
        return (mine * mine[order]).sum(1)


def test_samples_that_the_model_pairs_itself_are_a_note() -> None:
    influence = rs.probe(Negatives(), X, axes="batch seq feature")
    assert influence.samples is not None
    assert influence.samples.verdict == "together"
    assert [(found.code, found.severity) for found in influence.findings] == [("RNS601", "info")]
    assert only(rs.probe(Unsorted(), X, axes="batch seq feature")).code == "RNS601"


# The place in the batch


class Placed(Encoder):
    def __init__(self, dim: int) -> None:
        super().__init__()
        self.table, self.dim = nn.Embedding(9, 4), dim

    def forward(self, x: Tensor) -> Tensor:
        places = self.table(torch.arange(x.size(self.dim)))
        x = x + (places[:, None] if self.dim == 0 else places)
        return self.fc(self.rnn(x)[0])


def test_places_that_go_along_the_batch() -> None:
    finding = only(rs.probe(Placed(0), X, axes="batch seq feature"))
    assert finding.code == "RNS602"
    assert finding.message.endswith("; the first whose result is not in that order is add")
    assert code(finding.location) == "x = x + (places[:, None] if self.dim == 0 else places)"
    assert rs.probe(Placed(1), X, axes="batch seq feature").ok


class Carried(Encoder):
    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("state", torch.randn(1, 4, 8))
        self.state: Tensor

    def forward(self, x: Tensor) -> Tensor:
        return self.fc(self.rnn(x, self.state)[0])


def test_a_state_that_is_kept_for_each_place_is_a_note() -> None:
    influence = rs.probe(Carried(), X, axes="batch seq feature")
    assert influence.order is not None
    assert influence.order.verdict == "together"
    assert influence.ok


# Padding


class Tokens(nn.Module):
    def __init__(self, pool: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.embed, self.rnn, self.fc = nn.Embedding(20, 8), nn.GRU(8, 8, batch_first=True), nn.Linear(8, 3)
        self.pool = pool

    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(self.embed(words), lengths, batch_first=True, enforce_sorted=False)
        output = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)[0]
        return self.fc(self.pool(output, lengths))


def mean(output: Tensor, lengths: Tensor) -> Tensor:
    return output.mean(1)


def own_mean(output: Tensor, lengths: Tensor) -> Tensor:
    return output.sum(1) / lengths[:, None]


def test_a_mean_over_the_steps_of_the_longest_sample() -> None:
    influence = rs.probe(Tokens(mean), WORDS, LENGTHS, axes=("batch seq", "batch"))
    assert influence.padding is not None
    assert influence.padding.evidence == ("where the longest samples are shorter, the output of sample 1 changes",)
    finding = only(influence)
    assert (finding.code, code(finding.location)) == ("RNS603", "return output.mean(1)")
    apart = rs.probe(Tokens(own_mean), WORDS, LENGTHS, axes=("batch seq", "batch"))
    assert apart.padding is not None
    assert apart.padding.verdict == "apart"


def test_numbers_that_are_no_lengths_tell_nobody_of_padding() -> None:
    class First(Tokens):
        def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
            return self.fc(self.rnn(self.embed(words))[0].mean(1)) + lengths[:, None]

    assert rs.probe(First(mean), WORDS, torch.tensor([3, 1, 2, 2]), axes=("batch seq", "batch")).ok
    assert only(rs.probe(First(mean), WORDS, LENGTHS, axes=("batch seq", "batch"))).code == "RNS603"


def test_padding_in_front_and_spare_columns() -> None:
    wide = functional.pad(WORDS, (0, 2))  # nobody is as long as the tensor
    assert rs.probe(Tokens(own_mean), wide, LENGTHS, axes=("batch seq", "batch")).ok
    left = torch.stack([row.roll(7 - int(n)) for row, n in zip(WORDS, LENGTHS, strict=True)])

    class Last(Tokens):
        def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
            return self.fc(self.rnn(self.embed(words))[0][:, -1])

    influence = rs.probe(Last(mean), left, LENGTHS, axes=("batch seq", "batch"))
    assert influence.padding is not None
    assert influence.padding.verdict == "fact", "a recurrent layer reads what is in front, whatever it is given"


class Masked(nn.Module):
    def __init__(self, hides: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.embed, self.rnn, self.score = nn.Embedding(20, 8), nn.GRU(8, 8, batch_first=True), nn.Linear(8, 1)
        self.hides = hides

    def forward(self, words: Tensor) -> Tensor:
        output = self.rnn(self.embed(words))[0]
        scores = self.score(output).squeeze(2).masked_fill(self.hides(words), -1e9)
        return (scores.softmax(1)[:, :, None] * output).sum(1)


def test_a_mask_of_what_is_real() -> None:
    finding = only(rs.probe(Masked(lambda words: words != 0), WORDS, axes="batch seq"))
    assert finding.code == "RNS603"
    assert code(finding.location) == "scores = self.score(output).squeeze(2).masked_fill(self.hides(words), -1e9)"
    assert code(finding.used_at) == "return (scores.softmax(1)[:, :, None] * output).sum(1)"
    assert rs.probe(Masked(lambda words: words == 0), WORDS, axes="batch seq").ok


class Tagger(Tokens):
    def forward(self, words: Tensor, lengths: Tensor) -> Tensor:
        return self.fc(self.rnn(self.embed(words))[0])


@pytest.mark.parametrize("ignored", [-100, 0])
def test_a_loss_over_padding(ignored: int) -> None:
    def loss(output: Tensor, target: Tensor) -> Tensor:
        return functional.cross_entropy(output.transpose(1, 2), target, ignore_index=ignored)

    target = (WORDS % 2 + 1) * (WORDS != 0)
    influence = rs.probe(
        Tagger(mean), WORDS, LENGTHS, axes=("batch seq", "batch"), target=target, target_axes="batch seq", loss=loss
    )
    if ignored == 0:
        assert influence.ok
        return
    finding = only(influence)
    assert finding.message == "the loss depends on 100% of output beyond the end of the samples"
    assert code(finding.location) == "return functional.cross_entropy(output.transpose(1, 2), target, ignore_index=ignored)"


# Use


class Picks(nn.Module):
    def __init__(self, pick: Callable[[Tensor, Tensor], Tensor], layers: int = 1, both: bool = False) -> None:
        super().__init__()
        self.rnn = nn.GRU(4, 8, layers, batch_first=True, bidirectional=both)
        self.pick = pick

    def forward(self, x: Tensor) -> Tensor:
        output, state = self.rnn(x)
        return self.pick(output, state)


def first_step(output: Tensor, state: Tensor) -> Tensor:
    return output[:, 0]


def first_layer(output: Tensor, state: Tensor) -> Tensor:
    return state[0]


def last_step(output: Tensor, state: Tensor) -> Tensor:
    return output[:, -1]


def without_gradient(output: Tensor, state: Tensor) -> Tensor:
    return torch.cat([state[0], state[1].detach()], 1)


@pytest.mark.parametrize(
    ("model", "said", "line"),
    [
        (Picks(first_step), "rnn (GRU), layer 0, has read one step", "return output[:, 0]"),
        (Picks(first_layer, 2), "layer 1 of rnn (GRU) never matters", "return state[0]"),
        (Picks(last_step, both=True), "the reverse direction of rnn (GRU), layer 0, has read one step", "return output[:, -1]"),
        (Picks(first_step, both=True), "the forward direction of rnn (GRU), layer 0, has read one step", "return output[:, 0]"),
    ],
    ids=["first step", "first layer", "last step of both", "first step of both"],
)
def test_what_never_matters_is_told_where_it_is_lost(model: nn.Module, said: str, line: str) -> None:
    finding = only(rs.probe(model, X, axes="batch seq feature"))
    assert (finding.code, finding.message, finding.module) == ("RNS607", said, "rnn")
    assert code(finding.location) == line


@pytest.mark.parametrize("model", [Picks(last_step), Picks(without_gradient, 2)], ids=["last step", "no gradient"])
def test_what_matters(model: nn.Module) -> None:
    influence = rs.probe(model, X, axes="batch seq feature")
    assert influence.use is not None
    assert influence.use.verdict == "apart"
    assert influence.ok


class Leaves(Encoder):
    def forward(self, x: Tensor) -> Tensor:
        return torch.stack([self.cell(step) for step in x.unbind(1)]).sum(0)


def test_a_cell_that_is_never_given_a_state_reads_every_step() -> None:
    influence = rs.probe(Leaves(), X, axes="batch seq feature")
    assert influence.use is not None
    assert influence.use.verdict == "apart"
    assert influence.ok


class Chosen(Picks):
    def forward(self, x: Tensor, at: Tensor) -> Tensor:
        return self.rnn(x)[0][torch.arange(len(x)), at]


def test_a_step_that_the_model_is_told_is_no_mistake() -> None:
    assert rs.probe(Chosen(first_step), X, torch.zeros(4, dtype=torch.long), axes=("batch seq feature", "batch")).ok
