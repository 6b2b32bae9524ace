"""RNS209: gates that were cut out along the places, such as the nodes of a graph, and not along their units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import rnnshape as rs

Cell = Callable[[Any, Tensor, Tensor], Tensor]

SIZES = [(4, 5, 8), (6, 6, 6), (7, 3, 7)]
"""Samples, steps, nodes; there are 6 units."""


class Nodes(nn.Module):
    """Reads (batch, seq, node) by a cell whose states are (batch, node, 6)."""

    def __init__(self, cell: Cell) -> None:
        super().__init__()
        self.two, self.four, self.one, self.cell = nn.Linear(7, 12), nn.Linear(7, 24), nn.Linear(7, 6), cell
        self.roads = torch.empty(0)

    def forward(self, x: Tensor) -> Tensor:
        h = x.new_zeros(x.size(0), x.size(2), 6)
        self.roads = self.roads if len(self.roads) else torch.ones(x.size(2), x.size(2)) / x.size(2)
        for at in x.unbind(1):
            h = self.cell(self, at.unsqueeze(2), h)
        return h


def found(cell: Cell, sizes: tuple[int, ...]) -> list[tuple[str, str]]:
    torch.manual_seed(0)
    report = rs.diagnose(Nodes(cell), torch.randn(*sizes), axes="batch seq node", probe=False)
    assert report.exception is None
    return [(f.code, f.message) for f in report.findings]


def joined(x: Tensor, h: Tensor) -> Tensor:
    return torch.cat([x, h], 2)


def viewed(m: Any, x: Tensor, h: Tensor) -> Tensor:
    i, f, o, g = m.four(joined(x, h)).view(len(x), 4, -1, 6).unbind(1)
    return o.sigmoid() * torch.tanh(f.sigmoid() * h + i.sigmoid() * g.tanh())


def picked(m: Any, x: Tensor, h: Tensor) -> Tensor:
    gates = m.two(joined(x, h)).reshape(len(x), 2, x.size(1), 6)
    return torch.sigmoid(gates[:, 0]) * torch.tanh(gates[:, 1]) + h


def chunked(m: Any, x: Tensor, h: Tensor) -> Tensor:
    reset, update = m.two(joined(x, h)).sigmoid().flatten(1).chunk(2, 1)
    new = m.one(joined(x, (reset * h.flatten(1)).view_as(h))).tanh()
    return update.view_as(h) * h + new


def chunked_beside_neighbours(m: Any, x: Tensor, h: Tensor) -> Tensor:
    """The rows of a matrix are nodes, and nothing else is said of them."""
    near = torch.einsum("ij,bjf->bif", m.roads, joined(x, h))
    _, update = m.two(near).sigmoid().flatten(1).chunk(2, 1)
    new = m.one(near).tanh().flatten(1)
    return (update * h.flatten(1) + (1 - update) * new).view_as(h)


def viewed_beside_neighbours(m: Any, x: Tensor, h: Tensor) -> Tensor:
    return gated(m, m.roads @ joined(x, h)) + h


def gated(m: Any, near: Tensor) -> Tensor:
    gates = m.two(near).reshape(len(near), 2, near.size(1), 6)
    return torch.sigmoid(gates[:, 0]) * torch.tanh(gates[:, 1])


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(("cell", "name"), [(viewed, "mul"), (picked, "mul"), (chunked, "cat")])
def test_gates_that_are_cut_along_the_nodes_are_found(cell: Cell, name: str, sizes: tuple[int, ...]) -> None:
    first, *_ = found(cell, sizes)
    assert first[0] == "RNS209"
    lie = "node is scrambled: units of one node lie along dim 1 beside those of others"
    assert first[1].startswith(f"{lie}, and {name} meets node 0 with node ")


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("cell", [chunked_beside_neighbours, viewed_beside_neighbours])
def test_so_are_those_of_nodes_that_a_matrix_has_summed_with_their_neighbours(cell: Cell, sizes: tuple[int, ...]) -> None:
    first, *_ = found(cell, sizes)
    assert first[0] == "RNS209"
    lie = "node is scrambled: units of one node lie along dim 1 beside those of others"
    assert first[1].startswith(f"{lie}, and mul meets node ")


def by_a_kernel(m: Any, x: Tensor, h: Tensor, copy: Any, kernels: tuple[Tensor, Tensor]) -> Tensor:
    """Two graph convolutions, each of which has a matrix of its own, and weights that are no layer's."""
    m.copies = m.copies if hasattr(m, "copies") else [m.roads, copy(m.roads)]
    _, update = (m.copies[0] @ joined(x, h) @ kernels[0]).sigmoid().flatten(1).chunk(2, 1)
    new = (m.copies[1] @ joined(x, h) @ kernels[1]).tanh().flatten(1)
    return (update * h.flatten(1) + (1 - update) * new).view_as(h)


@pytest.mark.parametrize("sizes", SIZES)
def test_so_are_those_that_other_weights_than_a_layers_have_made_beside_a_copy_of_the_matrix(sizes: tuple[int, ...]) -> None:
    kernels = nn.Parameter(torch.randn(7, 12)), nn.Parameter(torch.randn(7, 6))
    first, *_ = found(lambda m, x, h: by_a_kernel(m, x, h, torch.clone, kernels), sizes)
    assert first[0] == "RNS209"
    plain = kernels[0].detach(), kernels[1].detach()
    assert found(lambda m, x, h: by_a_kernel(m, x, h, torch.clone, plain), sizes) == [], "nobody says that these make units"
    again, *_ = found(lambda m, x, h: by_a_kernel(m, x, h, torch.clone, kernels), sizes)
    assert again == first
    assert found(lambda m, x, h: by_a_kernel(m, x, h, torch.tril, kernels), sizes) == [], "another matrix"


def test_of_as_many_units_as_a_gate_has_the_nodes_are_named() -> None:
    lie = "node is scrambled: units of one node lie along dim 1 beside those of others"
    assert found(viewed, (4, 5, 8))[0] == ("RNS209", f"{lie}, and mul meets node 0 with node 6")


def along_the_units(m: Any, x: Tensor, h: Tensor) -> Tensor:
    i, f, o, g = m.four(joined(x, h)).view(len(x), -1, 4, 6).unbind(2)
    return o.sigmoid() * torch.tanh(f.sigmoid() * h + i.sigmoid() * g.tanh())


def flat_after_the_cut(m: Any, x: Tensor, h: Tensor) -> Tensor:
    reset, update = (gate.flatten(1) for gate in m.two(joined(x, h)).sigmoid().chunk(2, 2))
    new = m.one(joined(x, (reset * h.flatten(1)).view_as(h))).tanh().flatten(1)
    return (update * h.flatten(1) + (1 - update) * new).view_as(h)


def near_and_along_the_units(m: Any, x: Tensor, h: Tensor) -> Tensor:
    near = torch.einsum("bjf,ij->bif", joined(x, h), m.roads)
    reset, update = (gate.flatten(1) for gate in m.two(near).sigmoid().chunk(2, 2))
    new = m.one(m.roads @ joined(x, (reset * h.flatten(1)).view_as(h))).tanh().flatten(1)
    return (update * h.flatten(1) + (1 - update) * new).view_as(h)


def near_and_beside(m: Any, x: Tensor, h: Tensor) -> Tensor:
    """Hops of a diffusion lie side by side."""
    hops = [joined(x, h)]
    for _ in range(2):
        hops.append(m.roads @ hops[-1])
    return m.one(torch.stack(hops).mean(0)) * torch.sigmoid(m.one(m.roads.t() @ hops[1]))


def neighbours(m: Any, x: Tensor, h: Tensor) -> Tensor:
    new = m.one(joined(x, h))
    return new * torch.sigmoid(new.roll(1, 1))


def neighbours_flat(m: Any, x: Tensor, h: Tensor) -> Tensor:
    new = m.one(joined(x, h)).flatten(1)
    return torch.cat([new[:, :6], new[:, 6:] * torch.sigmoid(new[:, :-6])], 1).view_as(h)


def halves(m: Any, x: Tensor, h: Tensor) -> Tensor:
    new = m.one(joined(x, h))
    half = new.size(1) // 2
    both = new[:, :half] * torch.sigmoid(new[:, -half:])
    return new + both.mean(1, keepdim=True)


def finer(m: Any, x: Tensor, h: Tensor) -> Tensor:
    """Makes two places of each node, compares neighbours, gates them and puts them beside the node that they come from."""
    fine = m.two(joined(x, h)).view(len(x), -1, 6)
    change = (fine[:, 1:] - fine[:, :-1]) + fine[:, 1:] * torch.sigmoid(fine[:, :-1])
    beside = torch.cat([fine, x.repeat_interleave(2, 1)], 2)
    return m.one(beside)[:, ::2] + change[:, ::2]


def upsampled(m: Any, x: Tensor, h: Tensor) -> Tensor:
    new = m.one(joined(x, h))
    coarse = new[:, ::2].repeat_interleave(2, 1)[:, : new.size(1)]
    return torch.sigmoid(coarse) * new


def by_scores_of_nodes(m: Any, x: Tensor, h: Tensor) -> Tensor:
    """The units of a layer are weights of as many other nodes."""
    new = m.one(joined(x, h))
    weights = torch.sigmoid(new @ new.transpose(1, 2))
    return weights @ new


def both_in_one_product(m: Any, x: Tensor, h: Tensor) -> Tensor:
    return nn.functional.glu(m.two(joined(x, h)), dim=2) + h


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize(
    "cell",
    [
        along_the_units, flat_after_the_cut, near_and_along_the_units, near_and_beside, neighbours, neighbours_flat, halves,
        finer, upsampled, by_scores_of_nodes, both_in_one_product,
    ],
)  # fmt: skip
def test_gates_of_each_node_and_what_is_shifted_or_made_finer_are_not(cell: Cell, sizes: tuple[int, ...]) -> None:
    assert found(cell, sizes) == []
