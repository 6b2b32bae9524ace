"""RNS235: zeros and ones that are added to scores leave nothing out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from silence import Sketch
from torch import Tensor, nn
from torch.nn import functional

import rnnshape as rs

Forward = Callable[[Any, Tensor], Tensor]

SAYS = "{} of {} has zeros and ones as floats, which are added to the scores: no key is left out"

ONES = torch.ones(9, 9)

EACH = ONES.tril().repeat(12, 1, 1)


def diagnosed(forward: Forward, x: Tensor | None = None) -> rs.Report:
    layers: dict[str, nn.Module] = {
        "rnn": nn.GRU(4, 8, batch_first=True), "look": nn.MultiheadAttention(8, 2, batch_first=True), "query": nn.Linear(8, 8),
        "layer": nn.TransformerEncoderLayer(8, 2, 16, batch_first=True), "key": nn.Linear(8, 8),
    }  # fmt: skip
    x = torch.randn(6, 9, 4) if x is None else x
    return rs.diagnose(Sketch(forward, **layers), x, axes="batch seq feature", probe=False)


def found(forward: Forward, x: Tensor | None = None) -> list[tuple[str, str, str | None]]:
    return [(f.code, f.message, f.suggestion) for f in diagnosed(forward, x).findings]


def look(m: Any, x: Tensor, **given: Tensor) -> Tensor:
    out = m.rnn(x)[0]
    return m.look(out, out, out, **given)[0]


def dot(m: Any, x: Tensor, mask: Tensor) -> Tensor:
    out = m.rnn(x)[0].unsqueeze(1)
    return functional.scaled_dot_product_attention(out, out, out, attn_mask=mask)


def scores(m: Any, x: Tensor) -> Tensor:
    out = m.rnn(x)[0]
    return m.query(out) @ m.key(out).transpose(1, 2)


def test_a_mask_of_floats_is_told_at_a_line_where_one_of_bools_was() -> None:
    masks = [ONES.tril() == 1, ONES.tril(), ONES.tril().requires_grad_(), ONES.tril()]
    assert [len(found(lambda m, x, mask=mask: dot(m, x, mask))) for mask in masks] == [0, 1, 0, 1]


@pytest.mark.parametrize(("forward", "role", "name", "fits"), [
    (lambda m, x: look(m, x, attn_mask=ONES.tril()), "attn_mask", "MultiheadAttention", "== 0 of the mask fits"),
    (lambda m, x: look(m, x, attn_mask=ONES.triu(1)), "attn_mask", "MultiheadAttention", ".bool() of the mask fits"),
    (lambda m, x: look(m, x, attn_mask=ONES.triu()), "attn_mask", "MultiheadAttention", None),
    (lambda m, x: look(m, x, attn_mask=EACH), "attn_mask", "MultiheadAttention", "== 0 of the mask fits"),
    (lambda m, x: dot(m, x, ONES.tril()), "attn_mask", "scaled_dot_product_attention", ".bool() of the mask fits"),
    (lambda m, x: dot(m, x, ONES.triu(1)), "attn_mask", "scaled_dot_product_attention", "== 0 of the mask fits"),
    (lambda m, x: look(m, x, key_padding_mask=ONES[:6].tril(4)), "key_padding_mask", "MultiheadAttention", None),
    (lambda m, x: m.layer(m.rnn(x)[0], src_mask=ONES.triu(1)), "attn_mask", "MultiheadAttention", ".bool() of the mask fits"),
])  # fmt: skip
def test_ones_that_are_added(forward: Forward, role: str, name: str, fits: str | None) -> None:
    assert found(forward) == [("RNS235", SAYS.format(role, name), fits)]


@pytest.mark.parametrize("triangle", [ONES.tril(), ONES.triu(1), ONES.tril(-1), ONES.triu().expand(6, 9, 9)])
def test_a_triangle_by_hand(triangle: Tensor) -> None:
    says = "add adds a triangle of zeros and ones to the scores: no key is left out"
    assert found(lambda m, x: (scores(m, x) + triangle).softmax(2) @ m.rnn(x)[0]) == [("RNS235", says, None)]


LOW = torch.zeros(9, 9).masked_fill(ONES.triu(1) == 1, float("-inf"))

WEIGHT = nn.Parameter(ONES.tril())


@pytest.mark.parametrize("forward", [
    pytest.param(lambda m, x: look(m, x, attn_mask=LOW), id="minus infinity"),
    pytest.param(lambda m, x: look(m, x, attn_mask=ONES.triu(1) * -1e9), id="a large number"),
    pytest.param(lambda m, x: look(m, x, attn_mask=ONES.triu(1).bool()), id="bools"),
    pytest.param(lambda m, x: look(m, x, attn_mask=torch.zeros(9, 9)), id="nothing is left out"),
    pytest.param(lambda m, x: look(m, x, attn_mask=ONES), id="as much for all"),
    pytest.param(lambda m, x: look(m, x, attn_mask=WEIGHT), id="it is trained"),
    pytest.param(lambda m, x: look(m, x, attn_mask=-(torch.arange(9.0)[:, None] - torch.arange(9)).abs()), id="distances"),
    pytest.param(lambda m, x: look(m, x, attn_mask=ONES.tril() * 0.5), id="a slope"),
    pytest.param(lambda m, x: dot(m, x, LOW), id="minus infinity of scaled_dot_product_attention"),
    pytest.param(lambda m, x: (scores(m, x) + (1 - ONES.tril()) * -1e9).softmax(2) @ m.rnn(x)[0], id="by hand"),
    pytest.param(lambda m, x: (scores(m, x) * ONES.tril()) @ m.rnn(x)[0], id="a product"),
    pytest.param(lambda m, x: (scores(m, x) + torch.eye(9)).softmax(2) @ m.rnn(x)[0], id="the diagonal weighs more"),
    pytest.param(lambda m, x: m.rnn(x + torch.ones(9, 4).tril())[0], id="no scores"),
])  # fmt: skip
def test_what_leaves_out_or_shifts_on_purpose(forward: Forward) -> None:
    assert "RNS235" not in {code for code, _, _ in found(forward)}


def test_a_single_step_has_no_zeros() -> None:
    assert found(lambda m, x: look(m, x, attn_mask=torch.ones(1, 1).tril()), torch.randn(6, 1, 4)) == []
