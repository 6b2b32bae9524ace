"""Hypothesis profiles, and the files of expected words.

HYPOTHESIS_PROFILE=nightly runs fifty times as many examples, and new ones each time, and every cell of the large matrices, of
which the suite runs a part, see thinned.py. ``pytest --update`` rewrites what is expected, see expected.py.
"""

import gc
import os
import random
import signal
import sys
from collections.abc import Iterator

import pytest
from expected import Expected
from hypothesis import settings

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # a shell starts background jobs like this, and their children inherit it
    signal.signal(signal.SIGINT, signal.default_int_handler)

os.environ.setdefault("OMP_NUM_THREADS", "1")  # workers share the cores, and torch in each would take all of them

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # else every process that a test starts compiles the package again

os.environ.pop("COLUMNS", None)  # xdist sets it, and tables would be broken to fit
os.unsetenv("COLUMNS")  # readline, which pytest imports, sets it where only a child sees it

settings.register_profile("ci", max_examples=200, deadline=None, derandomize=True, print_blob=True)
settings.register_profile("nightly", max_examples=10_000, deadline=None, derandomize=False, print_blob=True)
pytest_plugins = ["pytester"]

settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="rewrite the files of expected words with what is said now")


def pytest_collection_finish() -> None:
    """Let the garbage collector pass over twenty thousand collected tests: looking at them took a third of the suite's time."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems() -> None:
    """Seed no device that is not there: for each, torch.manual_seed would write down its stack, a fifth of some files' time."""
    torch = sys.modules.get("torch")
    for device in (torch.cuda, torch.xpu, torch.mtia) if torch is not None else ():
        if not device.is_available():
            device.manual_seed_all = _seed_nothing


def _seed_nothing(seed: int) -> None: ...


@pytest.fixture
def expected(request: pytest.FixtureRequest) -> Expected:
    """Return what compares a text with its file."""
    node = request.node
    return Expected(request.config.getoption("--update"), f"{node.path.relative_to(request.config.rootpath).as_posix()}")


@pytest.fixture(autouse=True)
def _the_same_numbers_each_time() -> None:
    """Give every test the random numbers that it has alone: which tests a worker ran before must not matter."""
    random.seed(0)
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.default_generator.manual_seed(0)  # the other one would also write down its stack for each device there is not


@pytest.fixture(autouse=True)
def _no_mistake_of_ours_was_logged() -> None:
    """Forget which mistakes of ours were logged: of each kind a process logs the first, and every test is to see its own."""
    harmless = sys.modules.get("rnnshape.harmless")
    if harmless is not None:
        harmless._logged.clear()


@pytest.fixture(autouse=True, scope="module")
def _nobody_stands_in_classes() -> Iterator[None]:
    """Take away what the tests of a module had checked; of what other modules check nobody calls anything here."""
    yield
    inner_calls = sys.modules.get("rnnshape.hooks.inner_calls")
    if inner_calls is not None:
        gc.collect()
        inner_calls._stand.rest()
        gc.freeze()  # what is still there belongs to the process, such as a library: no later pass need look at it
