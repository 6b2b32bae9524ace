"""What people ask who begin with recurrent layers, each answered in a few sentences, a picture, and a program that runs."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import dedent, wrap
from typing import TYPE_CHECKING, Literal

from rnnshape.calculator.calc import predict
from rnnshape.calculator.windows import predict_windows
from rnnshape.drawing.pictured import Pictured

if TYPE_CHECKING:
    from rnnshape.drawing.picture import Picture

__all__ = ["TOPICS", "Topic", "TopicName"]

TopicName = Literal["batch_first", "h_n", "output", "recurrence", "view", "windows"]
"""What may be asked."""


@dataclass(frozen=True, slots=True, repr=False)
class Topic(Pictured):
    """An answer; its repr is the text of it, and a notebook shows its picture.

    Attributes:
        name: what was asked.
        question: in words.
        answer: likewise.
        program: that shows it, and runs as it stands.
    """

    name: TopicName
    question: str
    answer: str
    program: str

    @property
    def picture(self) -> Picture:
        """What the answer is about, as the calculator draws it."""
        if self.name == "windows":
            return predict_windows(length=7, window=3, batch_size=2).picture
        if self.name == "recurrence":
            return predict("RNN", 1, 5, batch=None, seq=4).picture
        if self.name == "output":
            return predict("GRU", 10, 16, batch_first=True, batch=6, seq=9).picture
        return predict("LSTM", 10, 16, num_layers=2, bidirectional=True, batch_first=True, batch=6, seq=9).picture

    def to_dict(self) -> dict[str, str]:
        """Return JSON-ready data; the picture in letters."""
        return {"name": self.name, "question": self.question, "answer": self.answer, "program": self.program, "text": self.text}

    def __repr__(self) -> str:
        code = [f"    {line}".rstrip() for line in self.program.splitlines()]
        answer = [f"  {line}" for line in wrap(self.answer, 100)]
        return "\n".join([self.question, *answer, "", *code, "", self.text.partition("\n\n")[0]])


def _topic(name: TopicName, question: str, answer: str, program: str) -> Topic:
    return Topic(name, question, " ".join(answer.split()), dedent(program).strip() + "\n")


TOPICS: dict[str, Topic] = {
    topic.name: topic
    for topic in (
        _topic(
            "output",
            "output or h_n: which of them goes into the next layer?",
            """output has the top layer at every step, h_n every layer at its final step. To say something of each
            step, take output. To say one thing of the whole sequence, take the final state: of one direction
            output[:, -1] and h_n[-1] are the same numbers, as long as no sample is padded.""",
            """
            import torch
            rnn = torch.nn.GRU(10, 16, batch_first=True)
            output, h_n = rnn(torch.randn(6, 9, 10))
            assert output.shape == (6, 9, 16)  # batch, seq, hidden
            assert h_n.shape == (1, 6, 16)     # layers, batch, hidden
            assert torch.equal(output[:, -1], h_n[-1])
            """,
        ),
        _topic(
            "h_n",
            "What are the rows of h_n?",
            """One for each layer and direction, whatever
            batch_first says: layer 0 forward, layer 0 reverse, layer 1 forward, and so on. The forward direction
            ends at the last step, the reverse one at the first.""",
            """
            import torch
            rnn = torch.nn.GRU(10, 16, num_layers=2, bidirectional=True, batch_first=True)
            output, h_n = rnn(torch.randn(6, 9, 10))
            assert h_n.shape == (4, 6, 16)                      # rows, batch, hidden
            assert torch.equal(h_n[-2], output[:, -1, :16])     # layer 1 forward, after the last step
            assert torch.equal(h_n[-1], output[:, 0, 16:])      # layer 1 reverse, after the first
            both = h_n[-2:].transpose(0, 1).flatten(1)          # of each sample, side by side
            assert both.shape == (6, 32)
            """,
        ),
        _topic(
            "batch_first",
            "What does batch_first turn?",
            """input and output, and nothing else: they
            are (batch, seq, feature) instead of (seq, batch, feature). h_0, h_n, c_0 and c_n have their rows first
            in any case.""",
            """
            import torch
            x = torch.randn(6, 9, 10)  # batch, seq, feature
            first = torch.nn.LSTM(10, 16, batch_first=True)
            output, (h_n, c_n) = first(x)
            assert output.shape == (6, 9, 16)
            assert h_n.shape == c_n.shape == (1, 6, 16)
            other = torch.nn.LSTM(10, 16)  # the same layer, which reads (seq, batch, feature)
            other.load_state_dict(first.state_dict())
            turned, _ = other(x.transpose(0, 1))
            torch.testing.assert_close(turned.transpose(0, 1), output)
            """,
        ),
        _topic(
            "recurrence",
            "Is it the same RNN at each step?",
            """Yes: one cell with one set of weights,
            which reads its own state and the next element. Drawings unroll it, so that time runs to the right; the
            layer is a loop over the cell.""",
            """
            import torch
            rnn, cell = torch.nn.RNN(1, 5), torch.nn.RNNCell(1, 5)
            cell.load_state_dict({name.removesuffix("_l0"): value for name, value in rnn.state_dict().items()})
            x, h = torch.randn(4, 1), torch.zeros(5)  # four steps of one feature
            output, h_n = rnn(x)
            for step in range(4):
                h = cell(x[step], h)
                torch.testing.assert_close(h, output[step])
            torch.testing.assert_close(h, h_n[0])
            """,
        ),
        _topic(
            "view",
            "Why does view fail, or mix the samples?",
            """view only reads the same memory in
            other rows; it moves nothing. h_n has its rows of states before the batch, so the rows of
            h_n.view(batch, -1) hold several samples. Bring the batch to the front first. Of a tensor that is turned
            and not copied, view raises, and reshape copies.""",
            """
            import torch
            rnn = torch.nn.GRU(10, 16, num_layers=2)
            _, h_n = rnn(torch.randn(9, 6, 10))
            wrong, right = h_n.view(6, -1), h_n.transpose(0, 1).flatten(1)
            assert wrong.shape == right.shape == (6, 32)
            assert torch.equal(wrong[0], torch.cat([h_n[0, 0], h_n[0, 1]]))  # samples 0 and 1 of layer 0
            assert torch.equal(right[0], torch.cat([h_n[0, 0], h_n[1, 0]]))  # both layers of sample 0
            """,
        ),
        _topic(
            "windows",
            "How many windows are there in a series, and how many batches?",
            """(length -
            window - horizon) // stride + 1 windows, as the target lies horizon steps behind a window's last
            element; and as many batches as it takes, of which the last may be smaller. permute(1, 0, 2) makes of
            (batch, seq, feature) what a layer without batch_first reads.""",
            """
            import torch
            series = torch.arange(1.0, 8.0).unsqueeze(-1)  # seven elements of one feature
            windows = [(series[i:i + 3], series[i + 3]) for i in range(7 - 3)]
            assert len(windows) == 4
            batches = list(torch.utils.data.DataLoader(windows, batch_size=2))
            assert len(batches) == 2
            x, y = batches[0]
            assert x.shape == (2, 3, 1) and y.shape == (2, 1)
            assert x.permute(1, 0, 2).shape == (3, 2, 1)
            """,
        ),
    )
}
"""Every answer by its name."""
