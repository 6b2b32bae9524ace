"""`Reporter`: it records what was found, and then raises, warns or logs; and it runs our own work without harm to a model."""

from __future__ import annotations

import contextlib
import logging
import threading
import warnings
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Literal, ParamSpec, TypeVar

from rnnshape.errors import ContractError, RNNShapeWarning
from rnnshape.harmless import log_mistake
from rnnshape.report.finding import Finding
from rnnshape.report.location import Location
from rnnshape.report.report import Report
from rnnshape.report.settings import is_silenced
from rnnshape.report.words import message_of
from rnnshape.text import shown

__all__ = ["NOTE", "Action", "Reporter"]

Action = Literal["raise", "warn", "log", "record"]
"""What is done about a finding besides recording it; with "record" neither the log nor torch's own exception gets anything."""

NOTE = "rnnshape: "
"""How a note that we add to an exception begins."""

logger = logging.getLogger("rnnshape")

_LEVELS = {"error": logging.ERROR, "warning": logging.WARNING, "info": logging.INFO}

P = ParamSpec("P")
T = TypeVar("T")


class Reporter:
    """What one watch does about what it finds.

    Several watches may see one call. Then what one of them raises is recorded by the others as well (`adopt`), and what one has
    warned of or logged is not said again by another that does the same.

    Args:
        report: where findings are recorded.
        on: what to do about an error besides.
        ignore: codes that are not reported.
        unseen: gives the context in which our own work is done; in it, modes of torch's must not see us.
        others: returns the reporters of every watch that is on at present.

    Attributes:
        stepped_aside: whether a mistake of ours has ended this watch.
    """

    def __init__(
        self,
        report: Report,
        on: Action,
        ignore: Iterable[str] = (),
        *,
        unseen: Callable[[], AbstractContextManager[object]] = contextlib.nullcontext,
        others: Callable[[], Iterable[Reporter]] = tuple,
    ) -> None:
        self.report = report
        self.on: Action = on
        self.ignore = frozenset(code.upper() for code in ignore)
        self.stepped_aside = False
        self._unseen = unseen
        self._others = others
        self._told: set[tuple[object, ...]] = set()

    def guarded(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Run our own work, and return what it returns; a mistake of ours is logged once, and this watch steps aside."""
        if self.stepped_aside:
            return None
        try:
            with self._unseen():
                return work(*args, **kwargs)
        except Exception as error:
            self.stepped_aside = True  # whatever becomes of the rest
            log_mistake(error)
            self.step_aside()
            return None

    def step_aside(self) -> None:
        """End this watch, after a mistake of ours: the model runs on unwatched, and the report says so."""
        self.stepped_aside = True
        self.report.could_not_follow("every call after a mistake of rnnshape's own, which is in the log")

    def tell(self, findings: Iterable[Finding], about: object = None) -> None:
        """Record findings, and raise, warn or log. One that was told before is only counted, unless it is to be raised.

        Args:
            findings: what was found.
            about: the module that is called; without it, they are about the operation that runs in this thread.

        Raises:
            ContractError: for errors, where they are to be raised.
        """
        key = _key(about)
        serious: list[Finding] = []
        for finding in findings:
            new = self.guarded(self.report.add, finding)
            if self.on == "raise" and finding.severity == "error":
                serious.append(finding)
            elif not new or self.on == "record" or self._is_told((key, finding.code, finding.subject, finding.location)):
                continue
            elif self.on == "log" or finding.severity == "info":
                logger.log(_LEVELS[finding.severity], "%s", finding, extra={"rnnshape": finding})
            else:
                where = finding.location or Location("<unknown>", 0)
                warnings.warn_explicit(RNNShapeWarning(message_of([finding])), None, shown(where.file), where.line)
        if serious:
            for finding in serious:
                self.guarded(self.report.raised, finding)
            raise _raised(serious, {key, id(self.report)})

    def keeps(self, finding: Finding) -> bool:
        """Tell whether a finding is to be told of: neither its code, nor the user's line, nor its file silences it."""
        return finding.code not in self.ignore and not is_silenced(finding.code, finding.location)

    def adopt(self, error: ContractError, path: str, about: object = None) -> bool:
        """Record what another watch raised about a call that this one sees as well; tell whether there was anything.

        Args:
            error: as it passes.
            path: of the module, as this watch names it.
            about: the module that is called, as in `tell`.
        """
        heard: set[int] = error.__dict__.get("_heard", set())
        if _key(about) not in heard or id(self.report) in heard:
            return False
        heard.add(id(self.report))
        for finding in error.findings:
            if finding.code not in self.ignore:
                named = replace(finding, module=path)
                self.guarded(self.report.add, named)
                self.guarded(self.report.raised, named)
        return True

    def _is_told(self, key: tuple[object, ...]) -> bool:
        """Tell whether a watch that is on has warned of or logged the same; if not, this one does."""
        if any(other.on == self.on and key in other._told for other in (self, *self._others())):
            return True
        self._told.add(key)
        return False


def _key(about: object) -> int:
    return id(about) if about is not None else threading.get_ident()


def _raised(findings: list[Finding], heard: set[int]) -> ContractError:
    """Return the error for findings, which knows what it is about and who has recorded it."""
    error = ContractError(message_of(findings), tuple(findings))
    error.__dict__["_heard"] = heard
    return error
