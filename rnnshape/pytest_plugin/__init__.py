"""The pytest plugin: options, markers and fixtures, which call what the rest of the package does.

pytest imports this module at the start of every run, whether anything of it is used or not. So nothing is imported with it, and
torch not before a test is watched.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Generator, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from rnnshape.api.watch import Watch
    from rnnshape.calculator.spec import RNNSpec
    from rnnshape.experiments.influence import Influence
    from rnnshape.pytest_plugin.options import Options
    from rnnshape.pytest_plugin.watching import Watched
    from rnnshape.report.report import Report

__all__ = [
    "pytest_addoption",
    "pytest_configure",
    "pytest_generate_tests",
    "pytest_report_header",
    "pytest_runtest_teardown",
    "pytest_terminal_summary",
]

_MARKERS = (
    "rnnshape(axes=None, ignore=(), fail_on=None, track=None): watch every recurrent layer in this test; a finding fails it. "
    "Without --rnnshape too. The axes are those of the models' arguments, as rnnshape.diagnose takes them; rnn_watch and "
    "rnn_diagnose take them too where they are given none.",
    "rnn_specs(mode=[...], **arguments): run this test for each configuration of a recurrent layer, as the fixture rnn_spec. "
    "An argument of torch's constructor takes a value or a list; input_size=5 and hidden_size=7 are the defaults. "
    "A second marker adds its own configurations.",
)

_OPTIONS = ("rnnshape_fail_on", "rnnshape_track", "rnnshape_report", "rnnshape_format", "rnnshape_baseline")

_every = pytest.StashKey[bool]()
_options = pytest.StashKey["Options"]()
_watched = pytest.StashKey["Watched"]()


def _module(name: str) -> Any:
    """Import a module when it is needed; what torch may warn of as it is imported is no matter of the test's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module(f"rnnshape.{name}")


def _options_of(config: pytest.Config) -> Options:
    if _options not in config.stash:
        config.stash[_options] = _module("pytest_plugin.options").read(config)
    return config.stash[_options]


def _watched_of(item: pytest.Item) -> Watched:
    if _watched not in item.stash:
        item.stash[_watched] = _module("pytest_plugin.watching").Watched(item, _options_of(item.config))
    return item.stash[_watched]


# Fixtures


@pytest.fixture
def rnn_watch(request: pytest.FixtureRequest) -> Callable[..., Watch]:
    """`rnnshape.watch`, from the call to the end of the test. An error raises ContractError; another finding may fail it."""
    return _watched_of(request.node).watch


@pytest.fixture
def rnn_diagnose(request: pytest.FixtureRequest) -> Callable[..., Report]:
    """`rnnshape.diagnose`: what it finds fails the test."""
    return _watched_of(request.node).diagnose


@pytest.fixture
def rnn_probe(request: pytest.FixtureRequest) -> Callable[..., Influence]:
    """`rnnshape.probe`: samples that meet fail the test, unless ``allow=("BatchNorm1d",)`` names the layer or the module."""
    return _watched_of(request.node).probe


@pytest.fixture
def rnn_predict() -> Callable[..., Any]:
    """`rnnshape.predict`: every shape of a layer, with its meaning."""
    import rnnshape

    return rnnshape.predict


@pytest.fixture
def assert_layout() -> Iterator[Callable[..., Any]]:
    """`rnnshape.assert_layout`: a size that it has seen of an axis holds for the rest of the test."""
    asserting = _module("api.assert_layout")
    with asserting.layouts():
        yield asserting.assert_layout


@pytest.fixture
def rnn_spec(request: pytest.FixtureRequest) -> RNNSpec:
    """One of the configurations of `@pytest.mark.rnn_specs`."""
    if not hasattr(request, "param"):
        pytest.fail('rnn_spec has no configurations: use @pytest.mark.rnn_specs(mode=["LSTM", "GRU"], ...)', pytrace=False)
    spec: RNNSpec = request.param
    return spec


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test the configurations of its markers."""
    if "rnn_spec" in metafunc.fixturenames:
        marks = list(metafunc.definition.iter_markers("rnn_specs"))
        if marks:
            _module("pytest_plugin.specs").parametrize(metafunc, marks)


# Options


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options, each with its key in the ini file."""
    group = parser.getgroup("rnnshape", "what every axis of a recurrent model means (rnnshape)")

    def option(name: str, help: str, type: Literal["string", "bool"] = "string", default: object = "", **more: Any) -> None:
        group.addoption(f"--{name}", default=None, help=help, **more)
        parser.addini(name.replace("-", "_"), f"As --{name}.", type=type, default=default)

    option("rnnshape", "Watch every recurrent layer in every test; a finding fails it.", "bool", False, action="store_true")
    option(
        "rnnshape-fail-on", "Least severity of a finding that fails a test: error (the default), warning or never.",
        metavar="SEVERITY",
    )  # fmt: skip
    option(
        "rnnshape-track", "For how many training steps of a test every axis is followed, and calls before: 3, or N, all, off.",
        metavar="N|all|off",
    )  # fmt: skip
    option(
        "rnnshape-report", "Write every finding, with its test, to this file: .jsonl, .json, .sarif, .xml for JUnit, .html.",
        metavar="FILE",
    )  # fmt: skip
    option(
        "rnnshape-format", "What is written, where the file's name does not tell; github needs no file.",
        metavar="jsonl|json|sarif|junit|github|html",
    )  # fmt: skip
    option(
        "rnnshape-baseline", "Accept the findings in this file: only new ones fail, and those in it that are gone.",
        metavar="FILE",
    )  # fmt: skip
    group.addoption(
        "--rnnshape-update-baseline", action="store_true", default=False,
        help="Write the baseline anew: what is found now is accepted.",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    """Declare the markers, and read the options where one is given."""
    for marker in _MARKERS:
        config.addinivalue_line("markers", marker)
    every = config.getoption("rnnshape")
    config.stash[_every] = config.getini("rnnshape") if every is None else every
    asked = any(config.getoption(name) or config.getini(name) for name in _OPTIONS)
    if asked or config.getoption("rnnshape_update_baseline"):
        options = _options_of(config)
        if not hasattr(config, "workerinput"):
            for name, plugin in _endings(config, options):
                config.pluginmanager.register(plugin, name)
    if Path(__file__).parents[2] != config.rootpath:  # whoever works on rnnshape needs its frames
        config.pluginmanager.register(_Tracebacks(), "rnnshape-tracebacks")


def _endings(config: pytest.Config, options: Options) -> Iterator[tuple[str, object]]:
    """Return what writes findings as they come, and what waits for the last."""
    if options.form == "jsonl":
        yield "rnnshape-report", _module("pytest_plugin.summary").ReportFile(options.report)
    if options.waits:
        title = f"pytest {' '.join(config.invocation_params.args)}"
        yield "rnnshape-whole", _module("pytest_plugin.whole").Whole(options, title, config.stash[_every])


def pytest_report_header(config: pytest.Config) -> str | None:
    """Say that every test is watched."""
    return f"rnnshape: every test is watched, fail-on {_options_of(config).fail_on}" if config.stash[_every] else None


# A test


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None, None, None]:
    """Begin to watch, so that what a fixture calls is seen too."""
    if item.config.stash[_every] or item.get_closest_marker("rnnshape"):
        _watched_of(item).begin()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that would have passed."""
    try:
        yield
    finally:
        if watched := item.stash.get(_watched, None):
            watched.end()
    if watched:
        watched.judge()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> None:
    """Leave nothing behind where the setup failed."""
    if watched := item.stash.get(_watched, None):
        watched.end()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Put the findings into the test's report, with which they come back from a worker."""
    report = yield
    if watched := item.stash.get(_watched, None):
        if call.when == "call" or (call.when == "setup" and not report.passed):
            watched.tell(report, call.excinfo and call.excinfo.value)
        elif call.when == "teardown":
            del item.stash[_watched]
    return report


class _Tracebacks:
    """Takes our frames away: after unittest's plugin has brought the exception of its test, before the report is made."""

    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> None:
        if call.excinfo is not None:
            tracebacks = _module("tracebacks")
            if not tracebacks.is_our_mistake(call.excinfo.value):
                tracebacks.clear_of_ours(call.excinfo.value)
                call.excinfo = pytest.ExceptionInfo.from_exception(call.excinfo.value)  # pyright: ignore[reportUnknownMemberType]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """List what was found, by code and test."""
    found = [report for reports in terminalreporter.stats.values() for report in reports if hasattr(report, "rnnshape")]
    if found:
        _module("pytest_plugin.summary").write(terminalreporter, found, config.stash[_every])
