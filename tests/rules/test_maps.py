"""A map that a convolution has made, cut for the steps of a recurrent layer."""

import pytest

torch = pytest.importorskip("torch")

from torch import nn  # noqa: E402

import rnnshape as rs  # noqa: E402


class Reader(nn.Module):
    """Reads what is made of a map of 3 lines of 10 places, with 4 channels each, twice."""

    def __init__(self, cut, width, by_linear):
        super().__init__()
        self.see = nn.Conv2d(1, 4, 3, stride=2, padding=1)
        self.narrow = nn.Linear(width, 6) if by_linear else nn.Identity()
        self.read = nn.GRU(6 if by_linear else width, 5, batch_first=True)
        self.cut = cut

    def forward(self, x):
        for _ in range(2):
            seen = self.see(x).permute(0, 2, 3, 1)
            y, _ = self.read(self.narrow(self.cut(seen)))
        return y


def told(cut, width, by_linear, axes):
    model = Reader(cut, width, by_linear)
    return [(f.code, f.suggestion) for f in rs.diagnose(model, torch.rand(4, 1, 6, 20), axes=axes).findings]


NAMES = [None, "batch channel height width"]


@pytest.mark.parametrize("by_linear", [False, True])
@pytest.mark.parametrize("axes", NAMES)
def test_pieces_across_the_lines(by_linear, axes):
    """Also where a layer has read the pieces before, and in a second call."""
    [(code, suggestion)] = told(lambda m: m.reshape(4, 10, 12), 12, by_linear, axes)
    assert code == "RNS209"
    assert suggestion is not None
    assert "permute(0, 2, 1, 3).flatten(2)" in suggestion


@pytest.mark.parametrize("by_linear", [False, True])
@pytest.mark.parametrize("axes", NAMES)
@pytest.mark.parametrize(
    ("cut", "width"),
    [
        pytest.param(lambda m: m.permute(0, 2, 1, 3).flatten(2), 12, id="columns"),
        pytest.param(lambda m: m.reshape(4, 3, 40), 40, id="lines"),
        pytest.param(lambda m: m.flatten(1, 2), 4, id="places"),
        pytest.param(lambda m: m.reshape(4, 6, 20), 20, id="halves of lines"),
        pytest.param(lambda m: m[:, :, :9].reshape(4, 9, 12), 12, id="thirds of lines, as many as columns"),
        pytest.param(lambda m: m.reshape(4, 1, 120), 120, id="the whole"),
        pytest.param(lambda m: m.reshape(4, 5, 24), 24, id="pieces, not as many as lines"),
        pytest.param(lambda m: m.amax(1), 4, id="without height"),
    ],
)
def test_what_is_read_in_order(cut, width, by_linear, axes):
    """Columns, lines, places and patches are no pieces across lines, nor is it told of others that they were meant for them."""
    assert told(cut, width, by_linear, axes) == []
