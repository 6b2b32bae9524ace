"""A tensor that is not of the sizes that are demanded of it, as a `Mistake`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnnshape.report.finding import Comparison
from rnnshape.report.mistake import Mistake

if TYPE_CHECKING:
    from rnnshape.layout.layout import Layout

__all__ = ["mismatch"]


def mismatch(
    code: str,
    subject: str,
    message: str,
    expected: Layout | None = None,
    got: tuple[int, ...] = (),
    wrong: tuple[int, ...] = (),
    reasons: tuple[str, ...] = (),
    remark: str = "",
) -> Mistake:
    """Say how a tensor differs from what is demanded.

    Args:
        code: the rule.
        subject: the argument or result: "input", "h_0", "h_0 and c_0" where both have the same mistake, "hx", "output", ...
        message: what is wrong, to stand behind "<layer>: ".
        expected: the Layout that is demanded; free sizes are symbols named like their axis. None where sizes are not the point.
        got: the real sizes.
        wrong: dims of ``got`` that are wrong.
        reasons: who bound each expected size.
        remark: stands beside the expected sizes.
    """
    if expected is None:
        return Mistake(code, message, subject=subject)
    comparison = Comparison(expected, got, wrong, reasons, remark)
    return Mistake(code, message, layouts=(("expected", expected),), comparison=comparison, subject=subject)
