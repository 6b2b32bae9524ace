"""What is written instead of a reshape that scrambles has its sizes, and leaves samples and steps along dims of their own."""

from __future__ import annotations

import pytest
import torch

from rnnshape.layout.notation import parse
from rnnshape.layout.rearranging import rearranged


@pytest.mark.parametrize(
    ("before", "sizes", "code"),
    [
        ("batch=6 seq=9 hidden=8", (6, 8, 9), "transpose(1, 2)"),
        ("(seq=9 batch=6) hidden=8", (6, 9, 8), "unflatten(0, (9, -1)).transpose(0, 1)"),
        ("(batch=6 seq=9) hidden=8", (9, 6, 8), "unflatten(0, (-1, 9)).transpose(0, 1)"),
        ("batch=6 seq=9 hidden=8", (6, 4, 9, 2), "unflatten(-1, (4, 2)).transpose(1, 2)"),
        ("batch=6 head=4 seq=9 hidden=2", (6, 9, 8), "transpose(1, 2).flatten(2)"),
        ("batch=6 channel=4 height=5 seq=9", (6, 9, 20), "permute(0, 3, 1, 2).flatten(2)"),
        ("batch=6 seq=6 hidden=6", (6, 6, 6), None),
        ("batch=6 seq=9 hidden=8", (6, 12, 6), None),
        ("batch=6 seq=9 hidden=9", (9, 6, 9), "transpose(0, 1)"),
    ],
)
def test_the_one_order_that_has_the_sizes(before: str, sizes: tuple[int, ...], code: str | None) -> None:
    dims = parse(before)
    assert rearranged(dims, sizes) == code
    if code is not None:
        shape = [int(torch.Size([f.size for f in d]).numel()) for d in dims]
        assert tuple(eval(f"torch.zeros({shape}).{code}").shape) == sizes
