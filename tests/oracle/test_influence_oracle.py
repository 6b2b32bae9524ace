"""The matrix of influence against the Jacobian: random programs, of which it is known exactly what depends on what."""

from __future__ import annotations

import random

import pytest
import torch
from torch import Tensor, nn
from torch.func import jacrev

from rnnshape.experiments.leaves import matrix_of
from rnnshape.experiments.places import Given, Place
from rnnshape.experiments.samples import measure_samples
from rnnshape.experiments.subject import Subject
from rnnshape.experiments.trial import Trial

B, T, F = 5, 4, 3
PROGRAMS = 500
TOGETHER = 50


def operations(draw: random.Random) -> list[tuple[str, int]]:
    names = ["feature", "batch", "view", "transposed", "roll", "cumsum", "softmax", "pick", "tanh", "mean", "mask"]
    return [(draw.choice(names), draw.randrange(3)) for _ in range(draw.randint(1, 4))]


class Program(nn.Module):
    def __init__(self, number: int) -> None:
        super().__init__()
        draw = random.Random(number)
        numbers = torch.Generator().manual_seed(number)
        self.operations = operations(draw)
        self.weight = torch.randn(F, F, generator=numbers, dtype=torch.float64)
        self.between = torch.randn(B, B, generator=numbers, dtype=torch.float64)
        self.between *= torch.rand(B, B, generator=numbers) < 0.5
        self.mask = (torch.rand(B, T, F, generator=numbers) < 0.7).double()

    def forward(self, x: Tensor) -> Tensor:
        for name, dim in self.operations:
            x = self.step(name, dim, x)
        return x

    def step(self, name: str, dim: int, x: Tensor) -> Tensor:
        match name:
            case "feature":
                return x @ self.weight
            case "batch":
                return torch.einsum("ij,jtf->itf", self.between, x)
            case "view":
                return x.permute(*[(1, 0, 2), (2, 0, 1), (0, 2, 1)][dim]).reshape(B, T, F)
            case "transposed":
                return x.reshape(B, F, T).transpose(1, 2)
            case "roll":
                return x.roll(1, dim)
            case "cumsum":
                return x.cumsum(dim)
            case "softmax":
                return x.sin().softmax(dim)
            case "pick":
                return x.index_select(dim, torch.zeros(x.size(dim), dtype=torch.long))
            case "tanh":
                return x.tanh()
            case "mean":
                return x - x.mean(dim, keepdim=True)
            case _:
                return x * self.mask


def exact(program: Program, x: Tensor) -> list[list[float]]:
    depends = (jacrev(program)(x).abs() > 1e-10).any(-1).any(-1)  # (batch, seq, feature, batch)
    return [[float(depends[i, :, :, j].double().mean()) for j in range(B)] for i in range(B)]


def measured(program: Program, x: Tensor) -> list[list[float]]:
    samples = torch.arange(B).view(B, 1, 1).expand(B, T, F)
    trial = Trial(Subject(program), Given((x,), {}), [Place("x", x, samples, 1, None)])
    found = measure_samples(trial)
    matrix = matrix_of(found.leaves[0], found.changes[0], B)
    assert matrix is not None
    return [list(row) for row in matrix.values]


@pytest.mark.parametrize("first", range(0, PROGRAMS, TOGETHER))
def test_the_matrix_is_that_of_the_jacobian(first: int) -> None:
    for number in range(first, first + TOGETHER):
        program = Program(number)
        x = torch.randn(B, T, F, generator=torch.Generator().manual_seed(number), dtype=torch.float64)
        assert measured(program, x) == exact(program, x), program.operations


def test_a_wrong_matrix_would_be_noticed() -> None:
    matrices = {str(exact(Program(n), torch.randn(B, T, F, dtype=torch.float64))) for n in range(20)}
    assert len(matrices) > 5
