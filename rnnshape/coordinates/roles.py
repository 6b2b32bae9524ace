"""The parts of an LSTM's cell that somebody writes by hand: gates, the memory that they keep, and the answer that they let out.

Nothing calls such a cell by its name, so what each tensor is to it follows from what was done: ``sigmoid`` makes a *gate*; the
sum of what gates let through is a *memory*, as in ``c = f * c + i * g``; a gate on its ``tanh`` lets the *answer* out, as in
``h = o * torch.tanh(c)``. The layer that makes the gates of the next step reads the answer, and the gates keep the memory.
"""

from __future__ import annotations

from collections.abc import Sequence

__all__ = [
    "ANSWER", "EXCHANGED", "GATE", "KEPT", "MEMORY", "NOTHING", "PRODUCTS", "READS_ANSWER", "READS_KEPT", "Roles", "met",
    "read",
]  # fmt: skip

Roles = frozenset[str]

ANSWER, MEMORY = "answer", "memory"

KEPT = "kept memory"
"""A memory of which gates that read the answer have kept the one before."""

EXCHANGED = "exchanged"
"""A memory that goes on from an answer, kept by gates that read the memory before; and what was made of it."""

READS_ANSWER, READS_MEMORY, READS_KEPT = "reads an answer", "reads a memory", "reads a kept memory"
"""Of what a layer makes: what it has read."""

GATE = "gate"
"""What a sigmoid makes."""

_GATED, _SQUASHED = "gated", "squashed memory"
_OF_MEMORY, _OF_ANSWER = "gated memory", "gated answer"

NOTHING: Roles = frozenset()

_READS = frozenset([READS_ANSWER, READS_MEMORY, READS_KEPT])
_STATES = frozenset([ANSWER, MEMORY, KEPT, EXCHANGED])

_SIGMOIDS = frozenset(["sigmoid", "hardsigmoid", "expit", "special_expit"])
PRODUCTS = frozenset(["mul", "multiply", "rmul", "imul"])
_SUMS = frozenset(["add", "radd", "iadd"])


def read(roles: Roles) -> Roles:
    """Return what there is to say of the result of a layer that reads a tensor of these roles."""
    found = roles & _READS
    if ANSWER in roles:
        found |= {READS_ANSWER}
    if MEMORY in roles:
        found |= {READS_MEMORY}
    return found | {READS_KEPT} if KEPT in roles else found


def met(name: str, operands: Sequence[Roles]) -> Roles:
    """Return the roles of what an elementwise operation makes.

    Args:
        name: of the operation.
        operands: the roles of each; none of one of which nothing is known.
    """
    name = name.strip("_")
    if not any(operands) and name not in _SIGMOIDS:
        return NOTHING
    if name not in PRODUCTS and (held := [roles for roles in operands if roles]):
        operands = held if len(held) == 1 else operands
    if len(operands) == 1:
        return _of_one(name, operands[0])
    if len(operands) == 3 and name == "addcmul":
        return _summed([operands[0], _gated(operands[1:])])
    if name in PRODUCTS and len(operands) == 2:
        return _gated(operands)
    return _summed(operands) if name in _SUMS else _either(operands)


def _of_one(name: str, roles: Roles) -> Roles:
    if name in _SIGMOIDS:
        return (roles & _READS) | {GATE}
    if name == "tanh" and MEMORY in roles:
        return (roles & {EXCHANGED}) | {_SQUASHED}
    return roles


def _gated(operands: Sequence[Roles]) -> Roles:
    """Return what a gate lets through, or what is left where one operand is a mask."""
    gate = next((one for one in (0, 1) if GATE in operands[one]), None)
    if gate is None:
        held = [roles for roles in operands if roles]
        return held[0] if len(held) == 1 else _either(operands)
    reads, other = operands[gate], operands[1 - gate]
    if _SQUASHED in other:
        return (other & {EXCHANGED}) | {ANSWER}
    of = NOTHING
    if {READS_ANSWER, READS_MEMORY} & reads == {READS_ANSWER} and {ANSWER, MEMORY} & other == {MEMORY}:
        of = frozenset([_OF_MEMORY])
    elif {READS_ANSWER, READS_MEMORY} & reads == {READS_MEMORY} and {ANSWER, MEMORY} & other == {ANSWER}:
        of = frozenset([_OF_ANSWER])
    return of | {_GATED}


def _summed(operands: Sequence[Roles]) -> Roles:
    if not all({_GATED, MEMORY} & roles for roles in operands) or not any(_GATED in roles for roles in operands):
        return _either(operands)
    found = {MEMORY}
    for roles in operands:
        found |= roles & {KEPT, EXCHANGED}
        found |= {KEPT} if _OF_MEMORY in roles else set()
        found |= {EXCHANGED} if _OF_ANSWER in roles else set()
    return frozenset(found)


def _either(operands: Sequence[Roles]) -> Roles:
    """Return what has been read by any, and what all are that are anything."""
    found = NOTHING.union(*operands)
    states = [roles for roles in operands if roles & _STATES]
    return (found & _READS) | {role for role in found & _STATES if all(role in roles for roles in states)}
