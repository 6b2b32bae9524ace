"""What two articles for beginners say about shapes, held against the calculator and against torch.

The articles are a walk through an RNN that learns a sine wave ("sine") and a step-by-step introduction to windows of a series
("steps"). Every claim is paraphrased, and tried on one or more cases: one expression, which is given the calculator's Layouts
and then torch's tensors. Both must agree in every case. The verdict follows from the cases:

- right: what the article says is so in every case;
- incomplete: it is so in some, and in others an axis, a factor or a condition is missing;
- wrong: it is so in none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader

from rnnshape import Layout, LayoutError, Prediction, WindowsPrediction, predict, predict_windows


@dataclass(frozen=True)
class Layer:
    """An nn.RNN and the batch it is given; by default those of the sine article, with fewer steps."""

    input_size: int = 1
    hidden_size: int = 5
    num_layers: int = 1
    bidirectional: bool = False
    batch_first: bool = True
    batch: int | None = 1
    seq: int = 4

    @property
    def config(self) -> dict[str, Any]:
        names = ("input_size", "hidden_size", "num_layers", "bidirectional", "batch_first")
        return {name: getattr(self, name) for name in names}

    def predicted(self) -> Prediction:
        return predict("RNN", **self.config, batch=self.batch, seq=self.seq)

    def real(self) -> SimpleNamespace:
        torch.manual_seed(0)
        rnn = nn.RNN(**self.config)
        sizes = [self.seq] if self.batch is None else [self.batch, self.seq] if self.batch_first else [self.seq, self.batch]
        x = torch.randn(*sizes, self.input_size)
        batched = x if self.batch is not None else x.unsqueeze(0)
        h_0 = torch.zeros(rnn.get_expected_hidden_size(batched, None))
        output, h_n = rnn(x, h_0 if self.batch is not None else h_0[:, 0])
        return SimpleNamespace(input=x, h_0=h_0, output=output, h_n=h_n, parameters=dict(rnn.named_parameters()))


@dataclass(frozen=True)
class Series:
    """A series cut into windows with the point after each; by default that of the steps article."""

    length: int = 7
    window: int = 3
    batch_size: int = 2
    features: int = 1

    def predicted(self) -> WindowsPrediction:
        return predict_windows(self.length, self.window, self.batch_size, self.features)

    def real(self) -> SimpleNamespace:
        series = torch.arange(1.0, self.length + 1)[:, None] + 10 * torch.arange(self.features)
        starts = range(self.length - self.window)
        pairs = [(series[i : i + self.window], series[i + self.window]) for i in starts]
        loader = DataLoader(pairs, self.batch_size)
        x, y = next(iter(loader))
        return SimpleNamespace(input=x, target=y, windows=len(pairs), batches=len(loader))


@dataclass(frozen=True)
class Case:
    """What a claim comes to in one configuration.

    ``look`` is given the prediction, then the real tensors. Where the two need different words, ``look_real`` is the second.
    ``raises`` is the beginning of torch's message, where torch refuses what a Layout, which has no memory, can do.
    """

    on: Layer | Series
    claimed: object
    look: Callable[[Any], object]
    look_real: Callable[[Any], object] | None = None
    raises: str = ""

    def calculated(self) -> object:
        return plain(self.look(self.on.predicted()))

    def real(self) -> object:
        try:
            return plain((self.look_real or self.look)(self.on.real()))
        except RuntimeError as error:
            return f"RuntimeError: {error}"


@dataclass(frozen=True)
class Claim:
    name: str
    where: str
    says: str
    verdict: str
    cases: tuple[Case, ...]
    instead: str = ""

    def found(self) -> str:
        agreed = [case.real() == case.claimed for case in self.cases]
        return "right" if all(agreed) else "incomplete" if any(agreed) else "wrong"


def plain(answer: object) -> object:
    if isinstance(answer, Layout):
        return answer.sizes
    return tuple(answer.shape) if isinstance(answer, torch.Tensor) else answer


def linear(t: Any, out: int) -> Any:
    """Apply a Linear to a tensor, or say what it makes of a Layout."""
    if isinstance(t, Layout):
        return Layout((*t.dims[:-1], *Layout.of(("feature", out)).dims))
    return nn.Linear(t.shape[-1], out)(t)


def flat(t: Any) -> Any:
    """Flatten the output of a layer of the sine article."""
    return t.output.reshape(-1, 5)


def last_layer(num_layers: int, directions: int) -> Callable[[Any], Any]:
    return lambda t: t.h_n.unflatten(0, (num_layers, directions))[-1].transpose(0, 1).flatten(1)


def rows_in_output(real: SimpleNamespace) -> tuple[int, ...]:
    """Find the rows of a batch-first layer's h_n that stand in its output, at any step and in either half."""
    hidden = real.h_n.shape[-1]
    pieces = [half for step in real.output.unbind(1) for half in step.split(hidden, -1)]
    return tuple(i for i, row in enumerate(real.h_n) if any(torch.equal(row, piece) for piece in pieces))


def rows_of_last_layer(p: Prediction) -> tuple[int, ...]:
    return tuple(i for i, name in enumerate(p.rows) if name.startswith(f"layer {p.spec.num_layers - 1} "))


INPUT, OUTPUT, H_0, H_N, TARGET = map(attrgetter, ("input", "output", "h_0", "h_n", "target"))
# the layer of the steps article's worked example, two layers deep as in its last section
DEEP = Layer(2, 128, num_layers=2, batch=2, seq=3)
DEEP_BOTH = Layer(2, 128, num_layers=2, bidirectional=True, batch=2, seq=3)

SINE = (
    Claim(
        "sine-input-size",
        "docstring of the model, input_size",
        "the full input is time by input_size",
        "incomplete",
        (Case(Layer(batch=None), (4, 1), INPUT), Case(Layer(), (4, 1), INPUT)),
        "so is the curve; forward is given it with the batch in front, (batch, seq, input_size), as its own docstring says",
    ),
    Claim(
        "sine-output-size",
        "docstring of the model, output_size",
        "it is the shape of the target",
        "incomplete",
        (
            Case(Layer(batch=None), (3,), lambda t: linear(t.output[-1], 3)),
            Case(Layer(), (3,), lambda t: linear(flat(t), 3)),
        ),
        "it is the size of the target's last axis; the target of the flattened prediction is (batch*seq, output_size)",
    ),
    Claim(
        "sine-stacked",
        "docstring of the model, n_layers",
        "with more than one layer, the output of each goes into the next",
        "right",
        (
            Case(Layer(3, num_layers=2), (5, 3), lambda t: t.parameters["weight_ih_l0"]),
            Case(Layer(3, num_layers=2), (5, 5), lambda t: t.parameters["weight_ih_l1"]),
        ),
    ),
    Claim(
        "sine-batch-first",
        "comment at batch_first",
        "it makes the batch the first dimension",
        "incomplete",
        (
            Case(Layer(num_layers=2, batch=3), 3, lambda t: plain(t.input)[0]),
            Case(Layer(num_layers=2, batch=3), 3, lambda t: plain(t.output)[0]),
            Case(Layer(num_layers=2, batch=3), 3, lambda t: plain(t.h_n)[0]),
        ),
        "of the input and the output; the hidden state is (layers*directions, batch, hidden) all the same",
    ),
    Claim(
        "sine-linear",
        "comment at the Linear",
        "its input is the RNN's output, hidden_dim wide",
        "right",
        (Case(Layer(), 5, lambda t: plain(t.output)[-1]), Case(Layer(num_layers=2), 5, lambda t: plain(t.output)[-1])),
    ),
    Claim(
        "sine-x",
        "docstring of forward, x",
        "it is (batch, seq, input_size)",
        "right",
        (Case(Layer(2, batch=3), (3, 4, 2), INPUT),),
    ),
    Claim(
        "sine-hidden",
        "docstring of forward, hidden",
        "it is (layers*directions, batch, hidden), in spite of batch_first",
        "right",
        (
            Case(Layer(num_layers=2, batch=3), (2, 3, 5), H_0),
            Case(Layer(num_layers=2, bidirectional=True, batch=3), (4, 3, 5), H_0),
        ),
    ),
    Claim(
        "sine-prediction",
        "docstring of forward, first return value",
        "the last Linear's output is (batch, seq, hidden), and holds the hidden features",
        "wrong",
        (
            Case(Layer(), (1, 4, 5), lambda t: linear(flat(t), 1)),
            Case(Layer(2, batch=3), (3, 4, 5), lambda t: linear(flat(t), 2)),
            Case(Layer(2, batch=3), (3, 4, 5), lambda t: linear(t.output, 2)),
        ),
        "the prediction is (batch*seq, output_size), and would be (batch, seq, output_size) without the flattening; "
        "what the docstring describes is the RNN's output before both",
    ),
    Claim(
        "sine-returned-hidden",
        "docstring of forward, second return value",
        "the state after the last step is (layers, batch, hidden)",
        "incomplete",
        (
            Case(Layer(num_layers=2, batch=3), (2, 3, 5), H_N),
            Case(Layer(num_layers=2, bidirectional=True, batch=3), (2, 3, 5), H_N),
        ),
        "so it is in this class, which has one direction; in general (layers*directions, batch, hidden), as its Args say",
    ),
    Claim(
        "sine-view",
        "comment at the view",
        "it makes the output (batch*seq, hidden)",
        "incomplete",
        (
            Case(Layer(), (4, 5), lambda t: t.output.view(-1, 5)),
            Case(Layer(batch=3), (12, 5), flat),
            Case(Layer(batch=3), (12, 5), lambda t: t.output.view(-1, 5), raises="view size is not compatible"),
        ),
        "for one sample; a batch-first output of several is not contiguous on CPU: view raises, reshape does what is meant",
    ),
    Claim(
        "sine-data-x",
        "docstring of the data function, input",
        "it is (1, seq, 1), the batch being an axis that was added",
        "right",
        (Case(Layer(seq=20), (1, 20, 1), INPUT), Case(Layer(seq=20, batch=None), (1, 20, 1), lambda t: t.input.unsqueeze(0))),
    ),
    Claim(
        "sine-data-y",
        "docstring of the data function, target",
        "it is (seq, 1), and has no batch axis",
        "right",
        (Case(Layer(seq=20), (20, 1), lambda t: linear(flat(t), 1)),),
        "it is compared with the flattened prediction; for several samples it has to be (batch*seq, 1) too, in the same order",
    ),
    Claim(
        "sine-output",
        "closing list, output of the RNN",
        "it is (seq, hidden)",
        "incomplete",
        (
            Case(Layer(batch=None), (4, 5), OUTPUT),
            Case(Layer(), (4, 5), flat),
            Case(Layer(), (4, 5), OUTPUT),
            Case(Layer(batch=3), (4, 5), OUTPUT),
        ),
        "that is one sample, or the flattened output of one; the RNN returns (batch, seq, directions*hidden)",
    ),
    Claim(
        "sine-one-prediction-per-step",
        "closing list, the last Linear",
        "after the flattening there is one prediction for each step",
        "right",
        (
            Case(Layer(), (4, 1), lambda t: linear(flat(t), 1)),
            Case(Layer(batch=3), (3 * 4, 1), lambda t: linear(flat(t), 1)),
        ),
        "the flattening is not what does it: a Linear works on the last axis, (batch, seq, hidden) to (batch, seq, 1)",
    ),
    Claim(
        "sine-final-hidden",
        "closing list, hidden tensor",
        "it is what the last layer has at the last step",
        "incomplete",
        (
            Case(Layer(batch=3), (1, 3, 5), H_N),
            Case(Layer(num_layers=2, batch=3), (1, 3, 5), H_N),
            Case(Layer(bidirectional=True, batch=3), (1, 3, 5), H_N),
        ),
        "with one layer and one direction; else it has a row for every layer and direction, and the last layer's come last",
    ),
    Claim(
        "sine-carried-hidden",
        "closing list, hidden tensor",
        "it goes from one batch into the next",
        "right",
        (Case(Layer(batch=3), (1, 3, 5), H_N), Case(Layer(batch=3), (1, 3, 5), H_0)),
        "as long as the batches have the same size, and sample i of each continues sample i of the one before",
    ),
)

STEPS = (
    Claim(
        "steps-output",
        "terminology, output",
        "it is the last layer's hidden state at every step",
        "right",
        (Case(DEEP, (2, 3, 128), OUTPUT), Case(DEEP_BOTH, (2, 3), rows_of_last_layer, rows_in_output)),
        "of both directions side by side, where there are two",
    ),
    Claim(
        "steps-hidden",
        "terminology, hidden",
        "it is every layer's hidden state at the last step",
        "incomplete",
        (Case(DEEP, (2, 2, 128), H_N), Case(DEEP_BOTH, (2, 2, 128), H_N)),
        "for one direction, as in the figure; a reverse direction has a row of its own in every layer, and ends at step 0",
    ),
    Claim(
        "steps-window-count",
        "figures and Dataset",
        "7 points, windows of 3 with a label each, and batches of 2 give 4 windows in 2 batches",
        "right",
        (Case(Series(), 4, attrgetter("windows")), Case(Series(), 2, attrgetter("batches"))),
        "length - window windows; another number of points leaves a smaller last batch",
    ),
    Claim(
        "steps-three-dimensions",
        "input to the RNN",
        "it has 3 dimensions",
        "incomplete",
        (
            Case(Layer(batch=2), 3, lambda t: len(plain(t.input))),
            Case(Layer(batch=None), 3, lambda t: len(plain(t.input))),
        ),
        "a batch has; later versions of torch read 2 dimensions as one unbatched sample, (seq, feature), and do not complain",
    ),
    Claim(
        "steps-two-layouts",
        "input to the RNN",
        "it is (seq, batch, feature) = (3, 2, 1) or (batch, seq, feature) = (2, 3, 1)",
        "right",
        (
            Case(Layer(batch=2, seq=3, batch_first=False), (3, 2, 1), INPUT),
            Case(Layer(batch=2, seq=3), (2, 3, 1), INPUT),
            Case(Series(), (2, 3, 1), INPUT),
        ),
    ),
    Claim(
        "steps-four-columns",
        "input to the RNN, share prices",
        "30 days of four prices have sequence length 30 and input dimension 4",
        "right",
        (Case(Series(365, 30, 8, 4), (8, 30, 4), INPUT), Case(Layer(4, batch=8, seq=30), (8, 30, 4), INPUT)),
    ),
    Claim(
        "steps-loader",
        "loop over the DataLoader",
        "a batch of windows is (2, 3, 1): batch, sequence, feature",
        "right",
        (Case(Series(), (2, 3, 1), INPUT),),
    ),
    Claim(
        "steps-two-features",
        "second kind of data",
        "with two features only the third dimension changes, to 2",
        "right",
        (Case(Series(features=2), (2, 3, 2), INPUT),),
    ),
    Claim(
        "steps-permute",
        "second kind of data, permute(1, 0, 2)",
        "it swaps batch and sequence, (2, 3, 2) to (3, 2, 2)",
        "right",
        (
            Case(Series(features=2), (3, 2, 2), lambda t: t.input.permute(1, 0, 2)),
            Case(Layer(2, batch=2, seq=3, batch_first=False), (3, 2, 2), INPUT),
        ),
        "a reshape to (3, 2, 2) has these sizes too, and mixes the samples",
    ),
    Claim(
        "steps-linear-on-output",
        "comment in the model, Linear on the output",
        "its input is directions*hidden wide",
        "right",
        (Case(DEEP, 128, lambda t: plain(t.output)[-1]), Case(DEEP_BOTH, 256, lambda t: plain(t.output)[-1])),
    ),
    Claim(
        "steps-linear-on-hidden",
        "comment in the model, Linear on the hidden state",
        "its input is hidden wide",
        "incomplete",
        (
            Case(DEEP, 128, lambda t: plain(t.h_n)[-1]),
            Case(DEEP_BOTH, 128, lambda t: plain(t.h_n)[-1]),
            Case(DEEP, 128, lambda t: plain(last_layer(2, 1)(t))[-1]),
            Case(DEEP_BOTH, 128, lambda t: plain(last_layer(2, 2)(t))[-1]),
        ),
        "for one row; joined directions of the last layer, which the article advises further down, are directions*hidden wide",
    ),
    Claim(
        "steps-output-shape",
        "output shape",
        "it is (batch, seq, directions*hidden) with batch_first, else (seq, batch, directions*hidden)",
        "right",
        (
            Case(Layer(batch=2, seq=3), (2, 3, 5), OUTPUT),
            Case(Layer(batch=2, seq=3, batch_first=False), (3, 2, 5), OUTPUT),
            Case(Layer(batch=2, seq=3, bidirectional=True), (2, 3, 10), OUTPUT),
            Case(Layer(batch=2, seq=3, bidirectional=True, batch_first=False), (3, 2, 10), OUTPUT),
        ),
    ),
    Claim(
        "steps-output-example",
        "output shape, worked example",
        "3 steps, 2 samples and 128 hidden in one direction give (3, 2, 128), or (2, 3, 128) with batch_first",
        "right",
        (
            Case(Layer(2, 128, batch=2, seq=3, batch_first=False), (3, 2, 128), OUTPUT),
            Case(Layer(2, 128, batch=2, seq=3), (2, 3, 128), OUTPUT),
        ),
    ),
    Claim(
        "steps-hidden-shape",
        "hidden shape",
        "it is (directions*layers, batch, hidden), of the final state",
        "right",
        (
            Case(DEEP, (2, 2, 128), H_N),
            Case(DEEP_BOTH, (4, 2, 128), H_N),
            Case(Layer(num_layers=2, bidirectional=True, batch=2, batch_first=False), (4, 2, 5), H_N),
        ),
        "whatever batch_first says, which the article leaves to be noticed",
    ),
    Claim(
        "steps-output-size",
        "size of the last Linear, regression",
        "it is 1",
        "incomplete",
        (Case(Series(), (2, 1), TARGET), Case(Series(features=2), (2, 1), TARGET)),
        "as many as the target has columns: the article's own two-feature windows have labels of two values, and MSELoss would "
        "broadcast one prediction to both, with no more than a warning",
    ),
    Claim(
        "steps-classes",
        "size of the last Linear, several classes",
        "it is the number of classes",
        "right",
        (Case(DEEP, (2, 10), lambda t: linear(t.output[:, -1], 10)),),
    ),
    Claim(
        "steps-forward-output",
        "forward, Linear on the output",
        "it predicts from the step that is wanted, one prediction for each sample",
        "incomplete",
        (
            Case(DEEP, (2, 1), lambda t: linear(t.output[:, -1], 1)),
            Case(DEEP, (2, 1), lambda t: linear(t.output, 1)),
        ),
        "a comment says that a step is to be picked, but the code hands over all: (batch, seq, out). Of two directions "
        "output[:, -1] is not the one to pick, for its reverse half has read a single step",
    ),
    Claim(
        "steps-forward-hidden",
        "forward, Linear on the hidden state",
        "the hidden state can take the output's place as it is, one prediction for each sample",
        "incomplete",
        (
            Case(DEEP, (2, 1), lambda t: linear(last_layer(2, 1)(t), 1)),
            Case(DEEP_BOTH, (2, 1), lambda t: linear(last_layer(2, 2)(t), 1)),
            Case(Layer(batch=2), (2, 1), lambda t: linear(t.h_n, 1)),
            Case(DEEP_BOTH, (2, 1), lambda t: linear(t.h_n, 1)),
        ),
        "as it is, the Linear answers (directions*layers, batch, out); rows have to be picked first, which the article says "
        "afterwards and its code does not do",
    ),
    Claim(
        "steps-four-rows",
        "last section",
        "two layers and two directions make 4 rows, (4, batch, hidden)",
        "right",
        (Case(DEEP_BOTH, (4, 2, 128), H_N),),
    ),
    Claim(
        "steps-both-directions",
        "last section",
        "both directions of the last hidden state can be picked from it",
        "right",
        (
            Case(DEEP_BOTH, (2, 3), rows_of_last_layer, rows_in_output),
            Case(DEEP_BOTH, (2, 256), last_layer(2, 2)),
        ),
        "the last layer's rows are 2 and 3, side by side after a transpose; the Linear is then 2*hidden wide",
    ),
)

CLAIMS = (*SINE, *STEPS)
CASES = [pytest.param(case, id=f"{claim.name}-{i}") for claim in CLAIMS for i, case in enumerate(claim.cases)]


@pytest.mark.parametrize("case", CASES)
def test_the_calculator_agrees_with_torch(case: Case) -> None:
    if case.raises:
        assert str(case.real()).startswith(f"RuntimeError: {case.raises}")
        assert case.calculated() == case.claimed
    else:
        assert case.calculated() == case.real()


@pytest.mark.parametrize("claim", CLAIMS, ids=attrgetter("name"))
def test_the_verdict_is_what_the_cases_say(claim: Claim) -> None:
    assert claim.found() == claim.verdict


@pytest.mark.parametrize("claim", CLAIMS, ids=attrgetter("name"))
def test_what_is_not_right_says_what_is(claim: Claim) -> None:
    assert claim.verdict == "right" or claim.instead


def test_claims_have_names_of_their_own() -> None:
    assert len({claim.name for claim in CLAIMS}) == len(CLAIMS)


def test_verdicts_can_differ() -> None:
    true, false = Case(Layer(), (1, 4, 5), OUTPUT), Case(Layer(), (4, 1, 5), OUTPUT)
    cases = {"right": (true, true), "incomplete": (true, false), "wrong": (false, false)}
    assert {name: Claim("", "", "", name, found).found() for name, found in cases.items()} == {name: name for name in cases}


# Claims about which elements these are, where sizes cannot tell


def test_a_row_of_the_flattened_output_is_a_step() -> None:
    # sine, closing list: the first row is the first data point's, and so on; of several samples, those of sample 0 come first
    real = Layer(batch=3).real()
    rows = flat(real)
    assert all(torch.equal(rows[sample * 4 + step], real.output[sample, step]) for sample in range(3) for step in range(4))
    layout = flat(Layer(batch=3).predicted())
    assert str(layout) == "(batch=3 seq=4) hidden=5"


def test_the_hidden_state_is_the_last_step_of_the_last_layer() -> None:
    # sine, closing list: so it is, in the last row
    real = Layer(num_layers=2, batch=3).real()
    assert torch.equal(real.h_n[-1], real.output[:, -1])
    assert not torch.equal(real.h_n[0], real.output[:, -1])
    assert Layer(num_layers=2, batch=3).predicted().rows[-1] == "layer 1 forward"


def test_the_reverse_direction_ends_at_the_first_step() -> None:
    # steps, terminology: hidden is said to belong to the last step
    real = DEEP_BOTH.real()
    forward, reverse = real.output.split(128, -1)
    assert torch.equal(real.h_n[2], forward[:, -1])
    assert torch.equal(real.h_n[3], reverse[:, 0])
    assert not torch.allclose(real.h_n[3], reverse[:, -1])
    assert DEEP_BOTH.predicted().rows[2:] == ("layer 1 forward", "layer 1 reverse")


def test_the_state_of_a_batch_goes_on_in_the_next() -> None:
    # sine, closing list: two halves with the state handed on are the whole
    torch.manual_seed(0)
    rnn, x = nn.RNN(1, 5, batch_first=True), torch.randn(3, 8, 1)
    whole, last = rnn(x)
    first, state = rnn(x[:, :4])
    second, state = rnn(x[:, 4:], state)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(state, last)
    with pytest.raises(RuntimeError, match=r"Expected hidden size \(1, 2, 5\), got \[1, 3, 5\]"):
        rnn(x[:2], state)


def test_a_linear_needs_no_flattening() -> None:
    # sine, comment at the view
    real, fc = Layer(batch=3).real(), nn.Linear(5, 2)
    torch.testing.assert_close(fc(real.output).reshape(-1, 2), fc(flat(real)))


@pytest.mark.parametrize("batch", [1, 3])
def test_view_depends_on_memory_and_reshape_does_not(batch: int) -> None:
    output = Layer(batch=batch).real().output
    assert output.is_contiguous() == (batch == 1)
    assert plain(output.reshape(-1, 5)) == (batch * 4, 5)
    if batch > 1:
        # what lies in memory is sequence-first
        assert output.transpose(0, 1).is_contiguous()


def test_the_printed_windows() -> None:
    # steps, second kind of data: two batches of two windows; the printed second batch lacks its last row
    series = Series(features=2)
    assert series.real().input.tolist() == [[[1, 11], [2, 12], [3, 13]], [[2, 12], [3, 13], [4, 14]]]
    assert series.real().input.permute(1, 0, 2).tolist() == [[[1, 11], [2, 12]], [[2, 12], [3, 13]], [[3, 13], [4, 14]]]
    assert str(series.predicted().input.permute(1, 0, 2)) == "seq=3 batch=2 feature=2"


def test_a_reshape_is_no_permute() -> None:
    # steps, permute: the sizes would be the same
    series = Series(features=2)
    x = series.real().input
    assert x.reshape(3, 2, 2).shape == x.permute(1, 0, 2).shape
    assert not torch.equal(x.reshape(3, 2, 2), x.permute(1, 0, 2))
    with pytest.raises(LayoutError, match=r"^reshape\(3, 2, 2\) interleaves samples") as raised:
        series.predicted().input.reshape(3, 2, 2)
    assert "instead  transpose(0, 1)" in str(raised.value)


def test_state_rows_are_joined_after_a_transpose() -> None:
    # steps, last section: without the transpose, the first of three samples gets a piece of the second
    layer = Layer(num_layers=2, bidirectional=True, batch=3)
    real, predicted = layer.real(), layer.predicted()
    joined = last_layer(2, 2)(real)
    assert torch.equal(joined[1], torch.cat([real.h_n[2, 1], real.h_n[3, 1]]))
    assert str(last_layer(2, 2)(predicted)) == "batch=3 (directions=2 hidden=5)"
    mixed = real.h_n[-2:].reshape(3, -1)
    assert mixed.shape == joined.shape
    assert torch.equal(mixed[0], torch.cat([real.h_n[2, 0], real.h_n[2, 1]]))
    with pytest.raises(LayoutError, match="interleaves samples"):
        predicted.h_n[-2:].reshape(3, -1)


def test_two_samples_are_mixed_without_an_error_but_not_without_a_sign() -> None:
    # with as many samples as rows, (2, batch, hidden) read as (2, -1) is also an honest flattening; the Layout says which it is
    assert DEEP_BOTH.predicted().h_n[-2:].reshape(2, -1).names[1] == "batch*hidden"


@pytest.mark.parametrize(
    ("prediction", "target"),
    [((4, 2, 1), (2, 1)), ((2, 1), (2, 2))],
    ids=["every row of the hidden state predicts", "one prediction for a label of two values"],
)
def test_a_loss_hides_the_wrong_shape_behind_a_warning(prediction: tuple[int, ...], target: tuple[int, ...]) -> None:
    with pytest.warns(UserWarning, match="target size"):
        nn.functional.mse_loss(torch.zeros(prediction), torch.ones(target))


def test_the_smaller_last_batch() -> None:
    # steps, DataLoader: 7 points happen to leave none
    assert predict_windows(7, 3, 2).last_input is None
    pairs = [torch.zeros(3, 1)] * (8 - 3)
    assert [len(x) for x in DataLoader(pairs, 2)] == [2, 2, 1]
    assert [predict_windows(8, 3, 2).batch(i).sizes[0] for i in range(3)] == [2, 2, 1]
