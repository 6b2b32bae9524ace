"""`StepCount`: which calls of models belong to the first training steps, and which come before them.

A training step ends with its backward, however many calls led up to it: a policy is called for every step of a game before
there is a loss, a decoder for every word, and of a GAN one model judges what another has made. Calls that train nothing, as in
a sanity check before the first epoch, use up no training step. Behind the training steps the first evaluation has calls of
its own: what is done there, such as decoding, is done nowhere else.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import nn

from rnnshape import _torch

__all__ = ["MOST_CALLS", "MOST_PARTS", "MOST_WAITED", "StepCount", "Verdict", "has_parameters", "trains"]

MOST_CALLS = 512
"""Calls after which a step has ended that nobody has called backward in; where nobody ever has, it was the last one."""

MOST_WAITED = 2000
"""Calls that train nothing for which the first one that does is waited for: a process that only predicts is left alone then."""

MOST_PARTS = 64
"""Calls of parts of models that are followed of an evaluation: a search of the model's own calls them one by one."""

Verdict = Literal["follow", "wait", "stop"]
"""What becomes of a call: it is followed; it is not, and a training step may come; or nothing is followed any more."""


def has_parameters(module: nn.Module) -> bool:
    """Tell whether a module is a model, or part of one: a loss is none, nor is a softmax."""
    return next(nn.Module.named_parameters(module), None) is not None


def trains(module: nn.Module) -> bool:
    """Tell whether a call of a module, now, may be part of a training step."""
    if not (torch.is_grad_enabled() and module.training):
        return False
    with _torch.unseen():
        return any(p.requires_grad for _, p in nn.Module.named_parameters(module))


class StepCount:
    """Counts the calls of models, and the steps that they make.

    Args:
        limit: how many training steps are followed, and how many calls before the first of them; None for all.

    Attributes:
        waited: calls that came before the first training step, and were not followed.
        evaluates: whether the evaluation behind the training steps has begun.

    >>> count = StepCount(1)
    >>> count.call(trains=False, backwards=0), count.call(trains=False, backwards=0)
    ('follow', 'wait')
    >>> count.call(trains=True, backwards=0), count.call(trains=True, backwards=0)
    ('follow', 'follow')
    >>> count.call(trains=True, backwards=1)
    'stop'
    """

    def __init__(self, limit: int | None) -> None:
        self._limit = limit
        self._before = 0
        self._steps = 0
        self._calls = 0
        self._backwards = self._parts = 0
        self.evaluates = False
        self.waited = 0

    def call(self, *, trains: bool, backwards: int, of_part: bool = False) -> Verdict:
        """Say what becomes of the call that now begins.

        Args:
            trains: whether it may be part of a training step.
            backwards: how often backward was called up to now.
            of_part: whether it is of a module that was called in no training step but within another one.
        """
        if self._limit is None:
            return "follow"
        if self.evaluates:
            self._calls += not of_part
            self._parts += of_part
            return "stop" if trains or self._calls > self._limit or self._parts > MOST_PARTS else "follow"
        if not trains and not self._calls:
            return self._one_before()
        if backwards > self._backwards or self._calls == MOST_CALLS:
            predicts = not backwards
            self._backwards = backwards
            self._steps = self._limit if predicts else self._steps + (self._calls > 0)
            self._calls = 0
        if self._steps >= self._limit:
            return "stop"
        self._calls += 1
        return "follow"

    @property
    def has_trained(self) -> bool:
        """Whether all training steps that are followed are over, and no evaluation behind them has begun."""
        return self._limit is not None and 0 < self._limit <= self._steps and not self.evaluates

    def evaluate(self) -> None:
        """Hear that an evaluation begins, behind the training steps: as many calls of it are followed, until one trains."""
        self.evaluates, self._calls, self._parts = True, 0, 0

    def _one_before(self) -> Verdict:
        assert self._limit is not None
        self._before += 1
        if self._before <= self._limit:
            return "follow"
        self.waited += 1
        return "wait" if self.waited <= MOST_WAITED else "stop"
