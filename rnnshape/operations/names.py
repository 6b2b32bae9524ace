"""The names of operations that rules and experiments ask for: torch's, and those of Python's operators."""

from __future__ import annotations

import torch

__all__ = [
    "ADDS", "CELLS", "COMPARES", "DIVIDES", "IDENTITIES", "MAXIMA", "MULTIPLIES", "SUBTRACTS", "SUBTRACTS_FROM", "WALKS",
    "WHOLE",
]  # fmt: skip

WALKS = frozenset(["lstm", "gru", "rnn_tanh", "rnn_relu"])
"""What goes through the steps of a sequence, and returns what it makes of each before its final states."""

CELLS = frozenset(["lstm_cell", "gru_cell", "rnn_tanh_cell", "rnn_relu_cell"])
"""What takes one step."""

IDENTITIES = frozenset([
    "contiguous", "clone", "detach", "detach_", "to", "type", "type_as", "float", "double", "half", "bfloat16", "long",
    "int", "short", "bool", "cpu", "cuda", "data.get", "requires_grad_", "real.get", "imag.get", "positive", "resolve_conj",
    "resolve_neg", "conj", "alias", "refine_names", "rename", "_to_copy",
])  # fmt: skip
"""What leaves every element as it is."""

COMPARES = frozenset([
    "lt", "le", "gt", "ge", "__lt__", "__le__", "__gt__", "__ge__", "less", "less_equal", "greater", "greater_equal",
])  # fmt: skip
"""What says which of two numbers is the larger."""

ADDS = frozenset(["add", "__add__", "__radd__", "add_", "__iadd__"])

SUBTRACTS = frozenset(["sub", "subtract", "__sub__", "sub_", "__isub__"])
"""What takes its second operand from its first."""

SUBTRACTS_FROM = frozenset(["rsub", "__rsub__"])
"""What takes its first operand from its second."""

MULTIPLIES = frozenset(["mul", "__mul__", "__rmul__", "multiply", "mul_", "__imul__"])

DIVIDES = frozenset(["div", "__truediv__", "div_", "__itruediv__", "true_divide", "divide"])
"""What divides its first operand by its second."""

MAXIMA = frozenset(["max", "amax", "max_pool1d", "adaptive_max_pool1d"])
"""What takes the largest over a dim."""

WHOLE = frozenset([torch.int64, torch.int32, torch.int16])
"""The kinds of numbers that an index may have; what is of one byte is a mask to torch."""
