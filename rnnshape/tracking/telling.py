"""`Telling`: asks the rules about what operations do, and tells what they find."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from rnnshape import _torch
from rnnshape.coordinates.mark import ROWS, Mark
from rnnshape.errors import ContractError
from rnnshape.layout.axes import Axis
from rnnshape.operations.registry import Operation, other_kind_among
from rnnshape.operations.uses import Ending, LoopEnding, Output, Returned, Use, marks_of
from rnnshape.report.finding import Finding
from rnnshape.report.mistake import Mistake, finding_of
from rnnshape.report.reporter import NOTE, Reporter
from rnnshape.report.words import message_of
from rnnshape.rules.exceptions import Shown, explain, explained_call, took_part
from rnnshape.rules.families import Listener, ask, notice, rules
from rnnshape.rules.step import Step
from rnnshape.tracking.naming import Naming
from rnnshape.tracking.place import Place
from rnnshape.tracking.renaming import under_other_names

__all__ = ["Telling"]


class Telling:
    """What is found in a step, from the record of a use to what the reporter hears.

    What is found while our own work is unseen waits until that is over: a reporter may raise, log and call what is the user's.

    Args:
        reporter: what is done about findings, and where they are recorded.
        place: where the model is.
        naming: knows of which axes it is not sure yet that they are the batch; what is found about these waits for it.

    Attributes:
        step: what rules know of the step.
        raised: what was said of exceptions of this step.
        took_part: what is known of the tensors that the last exception is about, where nothing was said of it.
    """

    def __init__(self, reporter: Reporter, place: Place, naming: Naming) -> None:
        self._reporter = reporter
        self._place = place
        self._naming = naming
        self.waiting: list[Finding] = []
        self.step = Step(place.scene, reporter.report.did_not_look)
        self.raised: list[Finding] = []
        self.took_part: Shown = ()

    def begin(self) -> None:
        """Begin a step: what earlier ones used is no longer asked for."""
        self.raised.clear()
        self.step.begin()

    def forget(self) -> None:
        """Know nothing any more of any step."""
        self.step = Step(self._place.scene, self._reporter.report.did_not_look)

    # Uses

    def emit(self, use: Use, among: Sequence[Listener] | None = None) -> None:
        """Ask the rules about a use: all of them, or some."""
        if (mistake := ask(use, self.step, among)) is not None:
            self._tell_of(use, mistake)

    def notice(self, use: Use) -> tuple[bool, list[tuple[Listener, bool]]]:
        """Ask the rules about a use, and return whether one found anything, and who looked at what was seen before."""
        mistake, looked = notice(use, self.step)
        if mistake is not None:
            self._tell_of(use, mistake)
        return mistake is not None, looked

    def finish(self, output: Output) -> None:
        """Ask the rules about what the model returned, and about everything it picked on the way.

        Args:
            output: all that it returned of which something is known.
        """
        # Of the states that were picked it is known once all that was returned is used.
        returned = [ask(use, self.step) for use in (output, *(Returned("output", mark) for mark in output.marks))]
        ended = [ask(Ending("", call), self.step) for call in self.step.usage.calls.values()]
        ended += [ask(LoopEnding("", hidden), self.step) for hidden in self.step.usage.loops.loops]
        for mistake in returned:
            if mistake is not None:
                self._naming.told(self._tell_mistake(mistake, "nowhere"))
        for mistake in ended:
            if mistake is not None:
                self._tell_mistake(mistake, "nowhere")

    def _tell_of(self, use: Use, mistake: Mistake) -> None:
        """Tell what a rule finds in a use; where it takes an axis for the batch of which that is not sure, once it is."""
        if not (unsure := self._naming.unsure(marks_of(use))):
            self._tell_mistake(mistake)
            return
        anyway = ask(under_other_names(use, dict.fromkeys(unsure, Axis(ROWS))), self.step, rules(type(use)))
        if anyway is not None and anyway.code == mistake.code:
            self._tell_mistake(mistake)
            return
        here, module, kind = self._place.scene()
        finding = finding_of(mistake, module, kind, here, "used")
        otherwise = None if anyway is None else finding_of(anyway, module, kind, here, "used")
        self.step.told.add(mistake.code)
        self._naming.hold(unsure, finding, otherwise)

    def _tell_mistake(self, mistake: Mistake, shows: Literal["used", "raised", "nowhere"] = "used") -> Finding:
        here, module, kind = self._place.scene()
        finding = finding_of(mistake, module, kind, here, shows)
        self.tell(finding)
        return finding

    def tell(self, finding: Finding) -> None:
        """Tell a finding as soon as our own work is over, unless somebody ignores it."""
        self.step.told.add(finding.code)
        if self._reporter.keeps(finding):
            self.waiting.append(finding)

    def flush(self) -> None:
        """Tell what waits, now that our own work is over."""
        if self.waiting:
            self._reporter.tell(self._taken())

    def flush_quietly(self) -> None:
        """Record what waits, where the model's own exception says what is wrong."""
        for finding in self._taken():
            self._reporter.report.add(finding)

    def _taken(self) -> list[Finding]:
        waiting, self.waiting = self.waiting, []
        return waiting

    # Exceptions

    def is_of_another(self, error: Exception) -> bool:
        """Tell whether an exception is of another tracker, which sees the same operation; what that found is adopted."""
        if isinstance(error, ContractError):
            self._reporter.adopt(error, self._place.calling_module()[0])
            return True
        return False

    def explain(self, op: Operation, error: Exception, among_fakes: bool) -> None:
        """Explain an exception of torch's, if what is known of the arguments does."""
        self.took_part = ()
        if among_fakes and _torch.is_of_fakes(error):
            return  # a dry run has no values, which is no mistake of the model's
        path = self._place.calling_module()[0]
        if other_kind_among([op.args, op.kwargs]) or any(
            f.severity == "error" and f.module == path for f in self._reporter.report.findings
        ):
            return  # of the layer that is running its contract has told
        if mistake := explain(op, error, self.step):
            self._tell_mistake(mistake, "raised")
        else:
            self.took_part = took_part(op)

    def flush_of(self, error: BaseException) -> None:
        """Tell what waits of an exception of torch's own, which passes, with a note."""
        for finding in self._taken():
            self._tell_of_exception(finding, error)

    def explain_call(self, error: Exception, mark: Callable[[object], Mark | None]) -> None:
        """Tell what the line that raised says of an exception of a step, where no operation of torch's has told.

        Args:
            error: the exception.
            mark: tells what is known of a value.
        """
        finding = None if self.raised else explained_call(error, mark, self._place.path)
        if finding is not None and self._reporter.keeps(finding):
            self._tell_of_exception(finding, error)

    def _tell_of_exception(self, finding: Finding, error: BaseException) -> None:
        self.raised.append(finding)
        self._reporter.report.add(finding)
        self._reporter.report.raised(finding)
        if self._reporter.on != "record":
            error.add_note(NOTE + message_of([finding]))

    def withdraw_caught(self) -> None:
        """Hear that the model has returned: whatever torch raised in it, it has caught."""
        for finding in self.raised:
            self._reporter.report.withdraw(finding)
        self.raised.clear()
