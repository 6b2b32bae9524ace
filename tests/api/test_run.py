"""``rnnshape run``: a script that is run under it is the script that python runs, and says what its recurrent layers saw.

A server imports torch once and forks for every scenario; each child then is ``rnnshape`` from its command line to its exit.
Modules are taken down at the end, which takes longest, where what is compared with python is the whole process.
What is compared with python is compared with a real ``python script.py``.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import IO, Any

import pytest

from rnnshape.api.watch import NO_AXES

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="scenarios are forked")

SERVER = """
import atexit, gc, json, os, signal, sys, threading
import torch, rnnshape.api.run
from rnnshape.cli import main
gc.freeze()  # three times as fast an end of the children
while line := sys.stdin.readline():
    job = json.loads(line)
    if not (pid := os.fork()):
        break
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
else:
    sys.exit()
signal.alarm(40)
os.chdir(job["folder"])
os.environ.update(job["env"])
for number, name in enumerate((os.devnull, job["out"], job["err"])):
    os.dup2(os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
sys.argv = ["rnnshape", *job["words"]]
try:
    main(prog_name="rnnshape")
except SystemExit as end:
    if job["whole"] or not isinstance(end.code, int):
        raise
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(end.code)  # what python still does, taking every module down, takes four times as long as all the rest
"""

OWN = ("RANK", "WORLD_SIZE", "RNNSHAPE")
WORLD = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON") and name not in OWN}
NOTHING = "  no nn.RNN, nn.LSTM, nn.GRU or cell has returned anything\n"


def without_names(said: str) -> str:
    """Leave out that nobody has named the batch of these layers, and what was probed, which other tests have."""
    said = re.sub(r"\n\S+ was (?:not )?probed.*\n", "", said)
    kept = re.sub(r"^  .*(?:nobody has named the batch|a batch of one).*\n", "", said, flags=re.MULTILINE)
    return re.sub(r"\n(?:assumed|not looked at):\n(?!  )", "", kept)


@dataclass
class Ended:
    """How a process ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def steady(self) -> Ended:
        """The same without what differs from process to process: addresses, and how deep the stack was at the start."""
        return Ended(self.code, self.out, re.sub(r"0x[0-9a-f]+|(?<=repeated )\d+", "N", self.err))

    @property
    def report(self) -> str:
        """What ``run`` prints after the script."""
        return self.err[f"\n{self.err}".rindex("\n\nrnnshape: ") :]

    def without_report(self, title: str) -> Ended:
        """Take the report of a script without layers out of stderr."""
        unseen = r"\nnot judged:\n(  \S+ ran in \S+ process(es)? of its own; put rnnshape\.watch\(model\) into it\n)+"
        block = rf"\nrnnshape: {re.escape(title)}  0 recurrent layers, 0 calls, no findings\n({re.escape(NOTHING)}|{unseen})"
        assert len(re.findall(block, self.err)) == 1, self.err
        return Ended(self.code, self.out, re.sub(block, "", self.err))


@pytest.fixture(scope="module")
def server() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", SERVER]
    with subprocess.Popen(command, env=WORLD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        pipe(process.stdin).close()


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream


class Desk:
    """A folder with scripts, and the two ways to run them."""

    def __init__(self, folder: Path, server: subprocess.Popen[str]) -> None:
        self.folder = folder
        self.server = server

    def write(self, text: str, name: str = "train.py") -> str:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text), encoding="utf-8")
        return name

    def rnnshape(self, *words: str, whole: bool = False, **env: str) -> Ended:
        """Run ``rnnshape run`` with these words behind it, where ``whole`` to python's own end."""
        out, err = self.folder / ".out", self.folder / ".err"
        job = {"words": ["run", *words], "folder": str(self.folder), "env": env, "whole": whole}
        job |= {"out": str(out), "err": str(err)}
        pipe(self.server.stdin).write(json.dumps(job) + "\n")
        pipe(self.server.stdin).flush()
        code = int(pipe(self.server.stdout).readline())
        return Ended(code, out.read_text(encoding="utf-8"), without_names(err.read_text(encoding="utf-8")))

    def python(self, *words: str) -> Ended:
        done = subprocess.run(
            [sys.executable, *words], cwd=self.folder, env=WORLD, stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    def seen(self, text: str, *words: str, options: tuple[str, ...] = (), **env: str) -> Ended:
        """Run a script under watch; its layers are at hand without a line that imports them."""
        return self.rnnshape(*options, self.write(f"import torch\nfrom torch import nn\n{dedent(text)}"), *words, **env)

    def same(self, text: str, *words: str) -> Ended:
        """Run a script without layers both ways; everything but the report must agree."""
        name = self.write(text)
        ours = self.rnnshape(name, *words, whole=True)
        without = ours.without_report(name)
        assert without.steady == self.python(name, *words).steady
        return without


@pytest.fixture
def desk(tmp_path: Path, server: subprocess.Popen[str]) -> Desk:
    return Desk(tmp_path, server)


# The script is __main__

IDENTITY = """
    import os, sys, sibling
    names = sorted((k, v) for k, v in globals().items() if k not in ("__builtins__", "__loader__", "os", "sys", "sibling"))
    print(sorted(globals()), names, type(__loader__), __loader__.path)
    print(sys.argv, sys.path, sibling.__file__, os.getcwd())
    print(vars(sys.modules["__main__"]) is globals(), __import__("__main__").__dict__ is globals())
    def annotated(x: int): pass
    print(annotated.__annotations__)
    if __name__ == "__main__":
        print("main")
"""


@pytest.mark.parametrize("name", ["train.py", "./train.py", "sub/train.py", "sub/../sub/train.py", "/train.py", "ünï cödé.py"])
def test_the_script_is_main(desk: Desk, name: str) -> None:
    name = str(desk.folder / "train.py") if name == "/train.py" else name
    desk.write(IDENTITY, name)
    desk.write("", str(Path(name).parent / "sibling.py"))
    ours, words = desk.rnnshape(name, "a", "--b"), [name, "a", "--b"]
    assert ours.without_report(name) == desk.python(*words)
    assert ours.out.endswith("True True\n{'x': <class 'int'>}\nmain\n")


def test_a_link_to_a_script_finds_what_lies_beside_the_script(desk: Desk) -> None:
    desk.write(IDENTITY, "real/train.py")
    desk.write("", "real/sibling.py")
    (desk.folder / "link.py").symlink_to("real/train.py")
    assert desk.rnnshape("link.py").without_report("link.py") == desk.python("link.py")


def test_what_follows_the_script_is_the_scripts(desk: Desk) -> None:
    desk.write("import sys; print(sys.argv)")
    words = ["train.py", "--fail-on", "error", "-m", "--help", "--ignore", "x", "--jsonl=a", "--", "-h", "--", "é"]
    meant = "write it before train.py to give it to rnnshape"
    told = f"rnnshape: --fail-on stands behind train.py, so it is the script's; {meant}\n"
    plain = desk.python(*words)
    for before in ([], ["--"]):
        ours = desk.rnnshape(*before, *words).without_report("train.py")
        assert ours == Ended(plain.code, plain.out, told + plain.err)


def test_modules(desk: Desk) -> None:
    desk.write("print('package', __name__)", "package/__init__.py")
    desk.write("X = 1", "package/other.py")
    text = """
        import sys
        from .other import X
        from package import other
        names = sorted((k, v) for k, v in globals().items() if k not in ("__builtins__", "__loader__", "__spec__", "other"))
        print(names, type(__loader__), __spec__.name, __spec__.origin, sys.argv, sys.path, X)
    """
    desk.write(text, "package/train.py")
    desk.write(text, "package/__main__.py")
    desk.write("print(__name__, __package__ == '', __file__)", "alone.py")
    for module in ("package.train", "package", "alone"):
        ours, real = desk.rnnshape("-m", module, "--a", "-m"), desk.python("-m", module, "--a", "-m")
        assert real.code == 0
        assert (ours.code, ours.out) == (real.code, real.out)
        assert ours.err == f"\nrnnshape: -m {module}  0 recurrent layers, 0 calls, no findings\n{NOTHING}"


@pytest.mark.parametrize(
    ("module", "message"),
    [
        ("package.nowhere", "ModuleNotFoundError: No module named 'package.nowhere'"),
        ("package", "ModuleNotFoundError: No module named 'package.__main__'"),
        ("math", "ImportError: 'math' is not written in Python"),
    ],
)
def test_a_module_that_cannot_be_run(desk: Desk, module: str, message: str) -> None:
    desk.write("", "package/__init__.py")
    ours = desk.rnnshape("-m", module)
    assert (ours.code, ours.out) == (1, "")
    assert f"\n{message}\n" in f"\n{ours.err}"


@pytest.mark.parametrize("module", ["nowhere", "nowhere.a"])
def test_a_module_that_is_not_there_is_an_error_of_usage(desk: Desk, module: str) -> None:
    ours = desk.rnnshape("-m", module)
    assert (ours.code, ours.out) == (2, "")
    assert ours.err.endswith("\nError: there is no module 'nowhere'\n")


def test_what_is_pickled_is_found_in_main(desk: Desk) -> None:
    ended = desk.same("""
        import atexit, dataclasses, enum, pickle, threading, time, typing
        @dataclasses.dataclass
        class Sample:
            x: "int"
            y: "Colour"
        class Colour(enum.Enum):
            RED = 1
        def copied(when):
            print(when, pickle.loads(pickle.dumps(Sample(1, Colour.RED))), typing.get_type_hints(Sample))
        def late():
            threading.main_thread().join()
            copied("thread")
        copied("main")
        threading.Thread(target=late).start()
        atexit.register(copied, "atexit")
    """)
    assert [line.split()[0] for line in ended.out.splitlines()] == ["main", "thread", "atexit"]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_processes_of_the_script(desk: Desk, method: str) -> None:
    ended = desk.same(f"""
        import multiprocessing
        class Sample:
            def __init__(self, x):
                self.x = x
        def double(sample):
            return Sample(2 * sample.x)
        if __name__ == "__main__":
            with multiprocessing.get_context({method!r}).Pool(2) as pool:
                print([s.x for s in pool.map(double, map(Sample, range(5)))])
    """)
    assert ended.out == "[0, 2, 4, 6, 8]\n"


def test_workers_of_a_loader(desk: Desk) -> None:
    ended = desk.seen("""
        from torch.utils.data import DataLoader, Dataset
        class Steps(Dataset):
            def __len__(self):
                return 5
            def __getitem__(self, i):
                return torch.full((3, 4), float(i))
        if __name__ == "__main__":
            gru = nn.GRU(4, 8, batch_first=True)
            for x in DataLoader(Steps(), batch_size=2, num_workers=2):
                print(x[:, 0, 0].tolist(), gru(x)[0].shape)
    """)
    size = "torch.Size([{}, 3, 8])".format
    assert ended.out == f"[0.0, 1.0] {size(2)}\n[2.0, 3.0] {size(2)}\n[4.0] {size(1)}\n"
    assert ended.code == 0
    assert "  batch  2 in 2 calls and 1 in 1 call\n" in ended.report


# How it ends

ENDINGS = {
    "normally": "print(1)",
    "exit without a code": "import sys; sys.exit()",
    "exit with None": "import sys; sys.exit(None)",
    "exit 0": "import sys; sys.exit(0)",
    "exit 5": "import sys; print(1); sys.exit(5)",
    "exit -1": "import sys; sys.exit(-1)",
    "exit True": "import sys; sys.exit(True)",
    "exit with a text": "import sys; print(1); sys.exit('text')",
    "exit with a tuple": "import sys; sys.exit((1, 2))",
    "the builtin exit": "exit(4)",
    "a subclass of SystemExit": "class Stop(SystemExit): pass\nraise Stop(6)",
    "exit in a function": "import sys\ndef f():\n    try: sys.exit(5)\n    finally: print(1)\nf()",
    "exit in a thread": "import sys, threading\nthreading.Thread(target=sys.exit, args=(3,)).start()",
    "_exit": "import os, sys; print(1); sys.stdout.flush(); os._exit(4)",
    "killed": "import os; os.kill(os.getpid(), 15)",
    "an exception": "def f(x):\n    return 1 / x\nprint(1)\nf(0)",
    "an exception with a note": "e = ValueError('a')\ne.add_note('b\\nc')\nraise e",
    "a chained exception": "try:\n    1 / 0\nexcept Exception as e:\n    raise ValueError('a') from e",
    "an exception in its handling": "try:\n    1 / 0\nexcept Exception:\n    {}[1]",
    "a hidden cause": "try:\n    1 / 0\nexcept Exception:\n    raise ValueError from None",
    "a circle of causes": "a, b = ValueError('a'), ValueError('b')\na.__cause__, b.__cause__ = b, a\nraise a",
    "a group": "try:\n    1 / 0\nexcept Exception as e:\n    f = e\nraise ExceptionGroup('g', [f, ValueError('b')])",
    "no exception": "raise BaseException('a')",
    "cancelled": "import asyncio\nraise asyncio.CancelledError('a')",
    "out of asyncio": "import asyncio\nasync def f(): 1 / 0\nasyncio.run(f())",
    "too deep": "def f(): f()\nf()",
    "out of runpy": "import runpy\nopen('b.py', 'w').write('1 / 0')\nrunpy.run_path('b.py')",
    "out of importlib": "open('b.py', 'w').write('1 / 0')\nimport b",
    "a missing module": "import nowhere_at_all",
    "a syntax error": "print(1)\nx = = 1\n",
    "an indentation error": "if 1:\nx = 1",
    "a syntax error elsewhere": "open('b.py', 'w').write('x = = 1')\nimport b",
    "another encoding": "# coding: latin-1\nprint('é')",
    "a hook": "import sys\nsys.excepthook = lambda *a: print(a[0].__name__, a[2].tb_frame.f_code.co_name)\n1 / 0",
    "a hook that prints": "import sys, traceback\nsys.excepthook = traceback.print_exception\n1 / 0",
    "a hook that exits": "import sys\nsys.excepthook = lambda *a: sys.exit(7)\n1 / 0",
    "a hook that fails": "import sys\ndef hook(*a): raise ValueError('bad')\nsys.excepthook = hook\n1 / 0",
    "atexit": "import atexit\natexit.register(print, 'bye')\nprint(1)",
    "atexit that fails": "import atexit\natexit.register(lambda: 1 / 0)",
    "atexit after a crash": "import atexit\natexit.register(print, 'bye')\n1 / 0",
    "a thread that goes on": (
        "import threading\ndef f():\n    threading.main_thread().join(); print(2)\nthreading.Thread(target=f).start()\nprint(1)"
    ),
    "a daemon that goes on": "import threading, time\nthreading.Thread(target=time.sleep, args=(99,), daemon=True).start()",
    "a pool of threads": (
        "from concurrent.futures import ThreadPoolExecutor as P\np = P(2)\nprint(p.submit(len, 'ab').result())"
    ),
    "a pool that is busy": (
        "from concurrent.futures import ThreadPoolExecutor as P\nimport time\np = P(1)\n"
        "for i in range(3): p.submit(lambda: (time.sleep(0.01), print(i)))"
    ),
    "a pool of processes": (
        "from concurrent.futures import ProcessPoolExecutor as P\nif __name__ == '__main__':\n    p = P(1)\n"
        "    print(p.submit(len, 'ab').result())"
    ),
    "stdout closed": "import sys\nprint(1)\nsys.stdout.close()",
    "stdout gone": "import sys\nprint(1)\nsys.stdout = None",
    "stdout replaced": "import io, sys\nprint(1)\nsys.stdout = io.StringIO()\nprint(2)",
    "stdout that only writes": "import sys\nclass W:\n    write = sys.stdout.write\nsys.stdout = W()\nprint(1)",
    "a warning": "import warnings\nwarnings.warn('a')\nwarnings.warn('b', DeprecationWarning)",
    "logging": "import logging\nlogging.warning('a')\nlogging.getLogger('rnnshape').warning('b')",
    "input": "print(input())",
}

UNREADABLE = {
    b"x = 1\n\0": "null bytes",
    b"# coding: nonsense\nprint(1)": "nonsense",
    b"x = '\xff'": "'utf-8' codec can't decode byte 0xff",
    b"PK\x03\x04\0\0": "null bytes",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_a_file_that_is_no_script(desk: Desk, text: bytes) -> None:
    (desk.folder / "train.py").write_bytes(text)
    ours, python = desk.rnnshape("train.py").without_report("train.py"), desk.python("train.py")
    assert (ours.code, ours.out) == (python.code, python.out) == (1, "")
    assert ours.err.splitlines()[-1].startswith("SyntaxError: ")
    assert UNREADABLE[text] in ours.err.splitlines()[-1]
    assert "Traceback" not in ours.err


@pytest.mark.parametrize("how", ENDINGS)
def test_the_end_is_the_scripts_own(desk: Desk, how: str) -> None:
    text = ENDINGS[how]
    if how == "_exit":
        name = desk.write(text)
        assert desk.rnnshape(name) == desk.python(name)
    elif how == "another encoding":
        (desk.folder / "train.py").write_bytes(text.encode("latin-1"))
        assert desk.rnnshape("train.py").without_report("train.py") == desk.python("train.py")
    elif how == "atexit after a crash":
        assert desk.same(text).out == "bye\n"
    elif how == "logging":
        ours = desk.rnnshape(desk.write(text)).without_report("train.py")
        assert ours == Ended(0, "", "WARNING:root:a\nb\n"), "the logger of this name is ours while it runs"
    else:
        desk.same(text)


def test_endings_differ() -> None:
    assert len(set(ENDINGS.values())) == len(ENDINGS)


def test_interrupted(desk: Desk) -> None:
    ended = desk.same("""
        import atexit, os, signal
        atexit.register(print, "bye")
        file = open("log.txt", "w")
        file.write("not yet on disk")
        def f():
            try:
                os.kill(os.getpid(), signal.SIGINT)
            finally:
                print(file.name)
        f()
    """)
    assert ended.code == -2
    assert ended.out == "log.txt\nbye\n"
    assert (desk.folder / "log.txt").read_text() == "not yet on disk"


def test_interrupted_with_a_hook(desk: Desk) -> None:
    ended = desk.same("import sys\nsys.excepthook = lambda *a: print(a[0].__name__)\nraise KeyboardInterrupt")
    assert (ended.code, ended.out, ended.err) == (-2, "KeyboardInterrupt\n", "")


def test_interrupted_while_its_threads_go_on(desk: Desk) -> None:
    ended = desk.seen("""
        import os, signal, threading, time
        def late():
            threading.main_thread().join()
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.5)
        threading.Thread(target=late).start()
    """)
    assert (ended.code, ended.out) == (-2, "")
    assert ended.err.removesuffix(ended.report).endswith("\nKeyboardInterrupt\n")


def test_stderr_closed(desk: Desk) -> None:
    name = desk.write("import sys\nprint(1)\nsys.stderr.close()")
    assert desk.rnnshape(name, whole=True) == desk.python(name) == Ended(0, "1\n", "")
    name = desk.write("import sys\nprint(1)\nsys.stderr = None\nsys.exit(5)")
    assert desk.rnnshape(name, whole=True) == desk.python(name) == Ended(5, "1\n", "")


def test_nobody_reads_stdout(desk: Desk) -> None:
    ended = desk.same("""
        import os, sys
        reader, writer = os.pipe()
        os.close(reader)
        os.dup2(writer, 1)
        print("lost")
    """)
    assert ended.code == 120
    assert "BrokenPipeError" in ended.err


@pytest.mark.parametrize(
    ("closed", "options"),
    [(2, ()), (2, ("--format", "json")), (1, ("--format", "json", "--output", "-"))],
)
def test_nobody_reads_the_report(desk: Desk, closed: int, options: tuple[str, ...]) -> None:
    """As in ``rnnshape run train.py 2>&1 | head -2``: the exit code says what was found, and the baseline is written."""
    gone = f"import os\nreader, writer = os.pipe()\nos.close(reader)\nos.dup2(writer, {closed})"
    ended = desk.seen(f"{UNBATCHED}\n{gone}", options=("--fail-on", "warning", *options))
    assert (ended.code, ended.out) == (3, "")
    assert "could not be written" not in ended.err
    base(desk, f"{UNBATCHED}\n{gone}", "--update-baseline", *options)
    assert len(json.loads((desk.folder / "base.json").read_text())["findings"]) == 1


# Real processes: the traceback of a layer, bit-identity, the ways to start

TRAINING = """
import hashlib, random
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

def digest(*tensors):
    return hashlib.sha256(b"".join(t.detach().numpy().tobytes() for t in tensors)).hexdigest()

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.LSTM(3, 8, num_layers=2, dropout=0.3, bidirectional=True, batch_first=True)
        self.cell = nn.GRUCell(16, 8)
        self.head = nn.Linear(8, 1)

    def forward(self, x):
        out, state = self.rnn(x)
        h = None
        for step in out.unbind(1):
            h = self.cell(step, h)
        return self.head(h)

torch.manual_seed(0)
net = Net()
optimizer = torch.optim.Adam(net.parameters())
loader = DataLoader(TensorDataset(torch.randn(20, 5, 3), torch.randn(20, 1)), batch_size=6, shuffle=True)
for x, y in loader:
    loss = nn.functional.mse_loss(net(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
print(repr(loss.item()), digest(*net.parameters()), digest(*(p.grad for p in net.parameters())))
print(digest(torch.get_rng_state()), torch.initial_seed())
torch.save(net, "net.pt")
print(hashlib.sha256(open("net.pt", "rb").read()).hexdigest(), list(net.state_dict()))
print([len(m._forward_hooks) + len(m._forward_pre_hooks) for m in net.modules()], sorted(vars(net.rnn)))
try:
    net(torch.zeros(2, 5, 4))
except RuntimeError as error:
    raise ValueError("wrapped") from error
"""

SIGINT = "import os, signal\nos.kill(os.getpid(), signal.SIGINT)\n"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ended]:
    """Start every real process at once, for the import of torch is what takes the time."""
    folder = tmp_path_factory.mktemp("real")
    (folder / "train.py").write_text(TRAINING, encoding="utf-8")
    (folder / "sigint.py").write_text(SIGINT, encoding="utf-8")
    (folder / "path.py").write_text("import sys; print(sys.flags.safe_path, sys.path[0])", encoding="utf-8")
    command = str(Path(sys.executable).with_name("rnnshape"))
    ours = [sys.executable, "-m", "rnnshape", "run"]
    lines = {
        "python": [sys.executable, "train.py"],
        "rnnshape": [*ours, "train.py"],
        "module sigint": [*ours, "sigint.py"],
        "command sigint": [command, "run", "sigint.py"] if os.path.exists(command) else [*ours, "sigint.py"],
        "python path": [sys.executable, "-P", "path.py"],
        "rnnshape path": [sys.executable, "-P", "-m", "rnnshape", "run", "path.py"],
    }
    processes = {}
    for name, words in lines.items():
        (folder / name).mkdir()
        for script in folder.glob("*.py"):
            (folder / name / script.name).symlink_to(script)
        streams: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        processes[name] = subprocess.Popen(words, cwd=folder / name, env=WORLD, **streams)
    ended = {}
    for name, process in processes.items():
        out, err = process.communicate(timeout=120)
        ended[name] = Ended(process.returncode, out, err.replace(str(folder / name) + os.sep, ""))
    return ended


def test_a_training_is_the_same_bit_for_bit(real: dict[str, Ended]) -> None:
    ours, python = real["rnnshape"], real["python"]
    assert (ours.code, ours.out) == (python.code, python.out)
    assert len(python.out.splitlines()) == 4
    assert ours.report.startswith("\nrnnshape: train.py  2 recurrent layers, 24 calls, 1 call failed, 1 finding\n")
    assert "  batch  6 in 3 calls and 2 in 1 call\n" in ours.report


def test_the_traceback_of_a_layer_is_torchs_own(real: dict[str, Ended]) -> None:
    ours, python = real["rnnshape"], real["python"]
    assert (ours.code, python.code) == (1, 1)
    note = "rnnshape: RNS102 error: Net.rnn (LSTM): input axis 'feature' is 4, expected input_size=3\n"
    told = dedent("""\
        RNS102 error: input of another width    train.py:18, in Net.forward
            out, state = self.rnn(x)
          Net.rnn (LSTM): input axis 'feature' is 4, expected input_size=3
          expected  (batch, seq, feature=3)   batch_first=True
          got       (    2,   5,         4)
                                         ^
          no edit: whether the layer or what it is given has the wrong width, no size tells
          see: rnnshape explain RNS102
        """)
    assert ours.err.count(note) == 1
    assert ours.err.removesuffix(ours.report).replace(note, "") == python.err
    assert python.err.count("Traceback (most recent call last):") == 2
    said, _, probed = ours.report.partition("\nNet was ")
    assert said.endswith(f"\n\n{told}")
    assert probed.count("\n") == bool(probed)


@pytest.mark.parametrize("way", ["module", "command"])
def test_ctrl_c_ends_the_process_by_its_signal(real: dict[str, Ended], way: str) -> None:
    ended = real[f"{way} sigint"]
    assert (ended.code, ended.out) == (-2, "")
    assert ended.without_report("sigint.py").err == dedent("""\
        Traceback (most recent call last):
          File "sigint.py", line 2, in <module>
            os.kill(os.getpid(), signal.SIGINT)
        KeyboardInterrupt
        """)


def test_a_safe_path_stays_safe(real: dict[str, Ended]) -> None:
    assert real["python path"].out == real["rnnshape path"].out
    assert real["python path"].out.startswith("True ")


# What it says

UNSEEN = (
    "what its layers read is of no tensor that it was given, so mixed samples cannot be seen; "
    "give it as a tensor, and pack it inside if need be"
)
MODELS = """
from torch.nn.utils.rnn import pack_padded_sequence

class Tagger(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.LSTM(4, 8, num_layers=2, bidirectional=True, batch_first=True)
        self.cell = nn.GRUCell(16, 8)

    def forward(self, x, state=None):
        out, _ = self.encoder(x, state)
        h = None
        for step in out.unbind(1):
            h = self.cell(step, h)
        return h

class Masked(nn.LSTM):
    def forward(self, x, mask, lengths):
        return super().forward(x)

tagger, other = Tagger(), Tagger()
for batch in (6, 6, 2):
    tagger(torch.zeros(batch, 3, 4))
tagger(torch.zeros(6, 3, 4), (torch.zeros(4, 6, 8), torch.zeros(4, 6, 8)))
other.encoder(torch.zeros(1, 9, 4))
gru = nn.GRU(4, 8)
gru(pack_padded_sequence(torch.zeros(9, 3, 4), [9, 7, 3]))
Masked(4, 8)(torch.zeros(9, 3, 4), None, None)
"""


@pytest.mark.parametrize("track", ["3", "all", "off"])
def test_the_summary(desk: Desk, track: str) -> None:
    ended = desk.seen(MODELS, options=("--track", track))
    assert (ended.code, ended.out) == (0, "")
    assert ended.err == dedent("""
        rnnshape: train.py  5 recurrent layers, 19 calls, no findings

        Tagger.encoder  LSTM(4, 8, num_layers=2, batch_first=True, bidirectional=True)  4 calls
          input   batch=6 seq=3 feature=4                   (6, 3, 4)
          output  batch=6 seq=3 (directions=2 hidden=8)     (6, 3, 16)
          h_n     (layers=2 directions=2) batch=6 hidden=8  (4, 6, 8)   never batch-first
          c_n     (layers=2 directions=2) batch=6 hidden=8  (4, 6, 8)   never batch-first
          batch  6 in 3 calls and 2 in 1 call
          seq    3 in every call
          state  h_0 and c_0 passed in 1 of 4 calls, else zeros

        Tagger.cell  GRUCell(16, 8)  12 calls
          input  batch=6 feature=16  (6, 16)
          h_0    batch=6 hidden=8    (6, 8)
          h_1    batch=6 hidden=8    (6, 8)
          batch  6 in 9 calls and 2 in 3 calls
          state  h_0 passed in 8 of 12 calls, else zeros

        Tagger.encoder #2  LSTM(4, 8, num_layers=2, batch_first=True, bidirectional=True)  1 call
          input   batch=1 seq=9 feature=4                   (1, 9, 4)
          output  batch=1 seq=9 (directions=2 hidden=8)     (1, 9, 16)
          h_n     (layers=2 directions=2) batch=1 hidden=8  (4, 1, 8)   never batch-first
          c_n     (layers=2 directions=2) batch=1 hidden=8  (4, 1, 8)   never batch-first
          batch  1 in every call
          seq    9 in every call
          state  h_0 and c_0 never passed, so zeros

        GRU  GRU(4, 8)  1 call
          input   packed=19 feature=4        (19, 4)    packed: 3 samples, the longest of 9 steps
          output  packed=19 hidden=8         (19, 8)    packed: 3 samples, the longest of 9 steps
          h_n     layers=1 batch=3 hidden=8  (1, 3, 8)
          batch  3 in every call
          seq    9 in every call
          state  h_0 never passed, so zeros

        Masked  LSTM(4, 8)  1 call
          sizes  not known, as nobody can say what these calls take

        not judged:
          Masked: Masked.forward takes other arguments than (input, hx)
        """) + f"\nnot looked at:\n  {NO_AXES if track == 'off' else f'GRU: {UNSEEN}'}\n"


def test_a_script_without_a_layer(desk: Desk) -> None:
    ended = desk.seen("print(nn.Linear(4, 8)(torch.zeros(6, 4)).shape)")
    assert ended == Ended(
        0, "torch.Size([6, 8])\n", f"\nrnnshape: train.py  0 recurrent layers, 0 calls, no findings\n{NOTHING}"
    )  # fmt: skip


def findings(ended: Ended) -> str:
    return ended.report.partition("\nRNS")[2]


def test_a_state_of_other_rows(desk: Desk) -> None:
    ended = desk.seen("""
        gru = nn.GRU(4, 8, bidirectional=True)
        gru(torch.zeros(9, 6, 4), torch.zeros(1, 6, 8))
    """)
    assert ended.code == 1
    assert "\nRuntimeError: Expected hidden size (2, 6, 8), got [1, 6, 8]\n" in ended.err
    lines = findings(ended).splitlines()
    assert lines == [
        "103 error: state with another number of rows    train.py:5",
        "    gru(torch.zeros(9, 6, 4), torch.zeros(1, 6, 8))",
        "  GRU: h_0 axis 'layers*directions' is 1, expected 2; the 2 directions are forgotten",
        "  expected  (layers*directions=2, batch=6, hidden=8)",
        "  got       (                  1,       6,        8)",
        "                               ^",
        "  layers*directions=2  from num_layers=1 x 2 directions",
        "  batch=6              from dim 1 of the input (9, 6, 4), since batch_first=False",
        "  hidden=8             from hidden_size=8",
        "  torch.zeros(2, 6, 8) fits",
        "  see: rnnshape explain RNS103",
    ]


def test_an_input_of_another_width_that_is_caught_by_the_script(desk: Desk) -> None:
    ended = desk.seen("""
        class Net(nn.Module):
            def __init__(self):
                super().__init__()
                self.encoder = nn.LSTM(4, 8, batch_first=True)
            def forward(self, x):
                return self.encoder(x)
        net = Net()
        for _ in range(3):
            try:
                net(torch.zeros(6, 4, 9))
            except RuntimeError as error:
                print(type(error) is RuntimeError)
    """)
    assert (ended.code, ended.out) == (0, "True\n" * 3)
    assert findings(ended) == dedent("""\
        102 error: input of another width, 3 times    train.py:9, in Net.forward
            return self.encoder(x)
          Net.encoder (LSTM): input axis 'feature' is 9, expected input_size=4
          expected  (batch, seq, feature=4)   batch_first=True
          got       (    6,   4,         9)
                                         ^
          the axis of size 4 is at dim 1: input.transpose(1, 2) fits
          see: rnnshape explain RNS102
        """)


def test_a_packed_sequence_of_another_width(desk: Desk) -> None:
    ended = desk.seen("""
        from torch.nn.utils.rnn import pack_sequence
        nn.GRU(4, 8)(pack_sequence([torch.zeros(9, 5), torch.zeros(7, 5)]))
    """)
    assert ended.code == 1
    assert findings(ended).splitlines()[:3] == [
        "102 error: input of another width    train.py:5",
        "    nn.GRU(4, 8)(pack_sequence([torch.zeros(9, 5), torch.zeros(7, 5)]))",
        "  GRU: input data axis 'feature' is 5, expected input_size=4",
    ]


UNBATCHED = "nn.GRU(4, 8)(torch.zeros(6, 4))"


def test_a_matrix_is_one_sequence(desk: Desk) -> None:
    ended = desk.seen(UNBATCHED)
    assert ended.code == 0
    assert ", 1 call, 1 finding\n" in ended.report
    head, code, fact, *_, more = findings(ended).splitlines()
    assert (head, code) == ("112 warning: 2-D input read as one unbatched sequence    train.py:3", f"    {UNBATCHED}")
    assert (fact, more) == (
        "  GRU: input of 2 dims is read as one unbatched sequence of 6 steps",
        "  see: rnnshape explain RNS112",
    )


def test_a_thread_that_goes_on_is_in_the_report(desk: Desk) -> None:
    ended = desk.seen("""
        import threading
        gru = nn.GRU(4, 8)
        def late():
            threading.main_thread().join()
            gru(torch.zeros(9, 6, 4))
        threading.Thread(target=late).start()
    """)
    assert ended.report.startswith("\nrnnshape: train.py  1 recurrent layer, 1 call, no findings\n")


# Options

WIDE = "nn.GRU(4, 8)(torch.zeros(9, 6, 5))"
CAUGHT = f"try: {WIDE}\nexcept RuntimeError: pass"


@pytest.mark.parametrize(
    ("fail_on", "text", "code"),
    [
        (None, CAUGHT, 0),
        ("never", CAUGHT, 0),
        ("error", CAUGHT, 3),
        ("warning", CAUGHT, 3),
        ("never", UNBATCHED, 0),
        ("error", UNBATCHED, 0),
        ("warning", UNBATCHED, 3),
        ("warning", "nn.GRU(4, 8)(torch.zeros(9, 6, 4))", 0),
        ("warning", f"{UNBATCHED}\nraise SystemExit", 3),
        ("warning", f"{UNBATCHED}\nraise SystemExit(5)", 5),
        ("warning", f"{UNBATCHED}\nraise SystemExit('a')", 1),
        ("error", WIDE, 1),
        ("warning", f"{UNBATCHED}\nraise KeyboardInterrupt", -2),
        ("warning", f"{UNBATCHED}\nimport os\nos._exit(0)", 0),
    ],
)
def test_fail_on(desk: Desk, fail_on: str | None, text: str, code: int) -> None:
    assert desk.seen(text, options=("--fail-on", fail_on) if fail_on else ()).code == code


def base(desk: Desk, text: str, *options: str) -> Ended:
    return desk.seen(text, options=("--baseline", "base.json", *options))


def test_a_baseline_accepts_what_it_holds(desk: Desk) -> None:
    made = base(desk, UNBATCHED, "--update-baseline")
    assert made.code == 0
    assert made.err.endswith("\nrnnshape: base.json accepts 1 finding from now on\n")
    known = base(desk, f"\n\n{UNBATCHED}")
    assert (known.code, "RNS112" in known.report) == (0, False)
    assert "1 call, no new findings, 1 accepted in base.json\n" in known.report
    new = base(desk, f"{UNBATCHED}\n{CAUGHT}")
    assert (new.code, "RNS112" in new.report, "RNS102 error" in new.report) == (3, False, True)
    assert ", 1 new finding, 1 accepted in base.json\n" in new.report
    assert base(desk, f"{UNBATCHED}\n{CAUGHT}", "--fail-on", "never").code == 0


def test_a_stale_entry_fails(desk: Desk) -> None:
    base(desk, f"{UNBATCHED}\n{CAUGHT}", "--update-baseline")
    gone = base(desk, UNBATCHED)
    assert gone.code == 3
    wanted = "\nstale: base.json accepts what nobody finds any more; --update-baseline takes it out\n  RNS102 train.py: "
    assert wanted in gone.report
    broken = base(desk, f"{UNBATCHED}\nraise SystemExit(5)")  # it may have been found further on
    assert (broken.code, "stale" in broken.report) == (5, False)
    assert base(desk, UNBATCHED, "--fail-on", "never").code == 0
    assert base(desk, UNBATCHED, "--update-baseline").code == 0
    assert base(desk, UNBATCHED).code == 0


def test_of_several_ranks_the_first_writes_the_baseline_and_none_calls_an_entry_stale(desk: Desk) -> None:
    ranks = [{"RANK": rank, "WORLD_SIZE": "2"} for rank in ("0", "1")]
    for world, text in zip(ranks, (f"{UNBATCHED}\n{CAUGHT}", ""), strict=True):
        desk.seen(text, options=("--baseline", "base.json", "--update-baseline"), **world)
    assert len(json.loads((desk.folder / "base.json").read_text())["findings"]) == 2
    gone = desk.seen(UNBATCHED, options=("--baseline", "base.json"), **ranks[1])
    assert (gone.code, "stale" in gone.err) == (0, False)


def test_a_baseline_that_is_missing_is_told_before_anything_runs(desk: Desk) -> None:
    ended = base(desk, "print('ran')")
    assert (ended.code, ended.out) == (2, "")
    assert "base.json: there is no such baseline; --update-baseline makes it of what is found now" in ended.err


def test_a_form_goes_to_a_file_and_the_text_is_printed_besides(desk: Desk) -> None:
    ended = desk.seen(UNBATCHED, options=("--format", "sarif", "--output", "out.sarif"))
    [run] = json.loads((desk.folder / "out.sarif").read_text())["runs"]
    [result] = run["results"]
    assert result["ruleId"] == "RNS112"
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "train.py"
    assert "RNS112 warning" in ended.report


def test_the_name_of_a_file_says_its_form(desk: Desk) -> None:
    desk.seen(UNBATCHED, options=("--output", "out.sarif"))
    [run] = json.loads((desk.folder / "out.sarif").read_text())["runs"]
    assert [result["ruleId"] for result in run["results"]] == ["RNS112"]
    assert run["invocations"] == [{"executionSuccessful": True, "toolExecutionNotifications": []}]
    ended = desk.seen(UNBATCHED, options=("--format", "text", "--output", "out.sarif"))
    assert (desk.folder / "out.sarif").read_text() == ended.report


def test_sarif_says_that_a_script_has_failed(desk: Desk) -> None:
    ended = desk.seen(f"{UNBATCHED}\n{{}}['vocab']", options=("--output", "out.sarif"))
    [run] = json.loads((desk.folder / "out.sarif").read_text())["runs"]
    [how] = run["invocations"]
    assert (ended.code, how["executionSuccessful"]) == (1, False)
    assert how["toolExecutionNotifications"] == [
        {"level": "error", "message": {"text": "train.py has failed: what comes behind was not seen"}}
    ]


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_form_without_a_file_is_all_that_is_printed(desk: Desk, form: str) -> None:
    ended = desk.seen(f"print('own')\n{UNBATCHED}", options=("--format", form))
    assert ended.out == "own\n"
    assert "RNS112" in json.dumps(json.loads(ended.err))
    to_stdout = desk.seen(UNBATCHED, options=("--format", form, "--output", "-"))
    assert json.loads(to_stdout.out) == json.loads(desk.seen(UNBATCHED, options=("--format", form)).err)
    assert "RNS112 warning" in to_stdout.report


def test_text_in_a_file(desk: Desk) -> None:
    ended = desk.seen(UNBATCHED, options=("--output", "out.txt"))
    assert (desk.folder / "out.txt").read_text() == ended.report


def test_a_form_that_cannot_be_written_does_not_stop_the_script(desk: Desk) -> None:
    text = f"print('own')\nimport os\nos.remove('out.json'); os.mkdir('out.json')\n{UNBATCHED}"
    ended = desk.seen(text, options=("--format", "json", "--output", "out.json"))
    assert (ended.code, ended.out) == (0, "own\n")
    assert "\nrnnshape: what was found could not be written: [Errno 21] Is a directory: 'out.json'\n" in ended.err


def test_a_file_that_is_ignored(desk: Desk) -> None:
    (desk.folder / "pyproject.toml").write_text('[tool.rnnshape.per-file-ignores]\n"train.py" = ["RNS112"]\n')
    ended = desk.seen(f"{UNBATCHED}\n{CAUGHT}", options=("--fail-on", "warning"))
    assert (ended.code, findings(ended)[:4]) == (3, "102 ")


def test_a_finding_of_a_late_thread_counts(desk: Desk) -> None:
    text = f"""
        import threading
        def late():
            threading.main_thread().join()
            {UNBATCHED}
        threading.Thread(target=late).start()
    """
    assert desk.seen(text, options=("--fail-on", "warning")).code == 3


def test_ignore(desk: Desk) -> None:
    text = f"{UNBATCHED}\n{CAUGHT}"
    assert ", 2 findings\n" in desk.seen(text).report
    one = desk.seen(text, options=("--ignore", "rns112", "--fail-on", "warning"))
    assert (one.code, findings(one)[:4]) == (3, "102 ")
    both = desk.seen(text, options=("--ignore", "RNS112", "--ignore", "RNS102", "--fail-on", "warning"))
    assert (both.code, findings(both)) == (0, "")
    assert ", 1 call failed, no finding says why\n" in both.report
    line = desk.seen(f"{UNBATCHED}  # rnnshape: ignore[RNS112]", options=("--fail-on", "warning"))
    assert (line.code, findings(line)) == (0, "")


MIXED = """
from torch.utils.data import DataLoader
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.head = nn.Linear(16, 3)
    def forward(self, x):
        _, h_n = self.rnn(x)
        return self.head(h_n.reshape(6, 16))
net = Net()
for x in DataLoader(torch.randn(24, 9, 4), batch_size=6):
    scores = net(x)
    scores.sum().backward()
    print(scores.shape)
"""


@pytest.mark.parametrize("track", [(), ("--track", "1"), ("--track", "all")])
def test_track(desk: Desk, track: tuple[str, ...]) -> None:
    ended = desk.seen(MIXED, options=("--fail-on", "error", *track))
    assert ended.out == "torch.Size([6, 3])\n" * 4
    assert ended.code == 3
    head, code, fact, *_ = findings(ended).splitlines()
    times = {(): ", 3 times", ("--track", "1"): "", ("--track", "all"): ", 4 times"}[track]
    assert head == f"203 error: samples mixed{times}    train.py:12, in Net.forward"
    assert code == "    return self.head(h_n.reshape(6, 16))"
    assert fact.startswith("  Net.head (Linear): samples are mixed")


NAMED = """
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(4, 8, num_layers=2, batch_first=True)
        self.head = nn.Linear(16, 3)
    def forward(self, words, mask=None):
        words = words["ids"] if isinstance(words, dict) else words
        _, h_n = self.rnn(words)
        return self.head(h_n.reshape(8, 16))
net, loss = Net(), nn.CrossEntropyLoss()
x = torch.randn(8, 9, 4)
loss(net({"ids": x} if DICT else x), torch.zeros(8, dtype=torch.long))
"""


@pytest.mark.parametrize(
    ("options", "is_dict"),
    [
        (("--axes", "batch seq feature"), False),
        (("--axes", "b t d"), False),
        (("--axes", "batch=8 seq=9 d=4"), False),
        (("--axes", "words=b t d"), False),
        (("--axes", "words=b t d", "--axes", "mask=b t"), False),
        (("--axes", '["b t d", null]'), False),
        (("--axes", "(b t d, None)"), False),
        (("--axes", '{"words": {"ids": "b t d"}}'), True),
    ],
)
def test_axes(desk: Desk, options: tuple[str, ...], is_dict: bool) -> None:
    ended = desk.seen(f"DICT = {is_dict}\n{NAMED}", options=options)
    assert findings(ended).splitlines()[2] == (
        "  Net.head (Linear): samples are mixed: along dim 1 of (8, 16) lie samples 0 and 1, and Linear takes that "
        "dim for features"
    )
    unused = "axes= names it, and no call that was followed had a tensor for it that fits"
    assert (f"mask: {unused}" in ended.report) == ("mask=b t" in options)


READER = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.rnn = nn.GRU(3, 4)

    def forward(self, words):
        return self.rnn(words)[0]

Net()(torch.zeros(5, 2, 3)).sum().backward()
"""


@pytest.mark.parametrize(("options", "code"), [((), 0), (("--fail-on", "error"), 3), (("--fail-on", "never"), 0)])
def test_axes_of_an_argument_that_is_called_otherwise(desk: Desk, options: tuple[str, ...], code: int) -> None:
    ended = desk.seen(READER, options=("--axes", "word=t b d", *options))
    assert ended.code == code
    unused = "axes= names it, and no call that was followed had a tensor for it that fits"
    assert f"  word (did you mean 'words'?): {unused}\n" in ended.report


def test_axes_that_no_call_had(desk: Desk) -> None:
    ended = desk.seen(f"DICT = False\n{NAMED}", options=("--axes", "batch seq"))
    fact = "'batch seq' names 2 dims, and it has 3; write 3 names"
    assert f"Net: words: axes= does not fit it: {fact}" in ended.report
    assert "CrossEntropyLoss" not in ended.report


def test_track_off(desk: Desk) -> None:
    ended = desk.seen(MIXED, options=("--fail-on", "error", "--track", "off"))
    assert (ended.code, findings(ended)) == (0, "")
    assert ended.report == desk.seen(MIXED, options=("--fail-on", "error", "--track", "0")).report


def test_settings_of_the_project(desk: Desk) -> None:
    desk.write("[tool.rnnshape]\nignore = ['RNS112']", "pyproject.toml")
    assert ", no findings\n" in desk.seen(UNBATCHED).report
    desk.write("[tool.rnnshape]\nignor = ['RNS112']", "pyproject.toml")
    wrong = desk.seen("print(1)")
    assert (wrong.code, wrong.out) == (2, "")
    file = desk.folder / "pyproject.toml"
    assert wrong.err.endswith(f"\nError: {file}: [tool.rnnshape] has no setting 'ignor'; did you mean 'ignore'?\n")


def test_jsonl(desk: Desk) -> None:
    ended = desk.seen(
        f"""
        gru = nn.GRU(4, 8)
        for batch in (6, 6, 2):
            gru(torch.zeros(9, batch, 4))
        import os
        os.chdir("/")
        {UNBATCHED}
        print(len(open({str(desk.folder / "a.jsonl")!r}).readlines()))
        """,
        options=("--jsonl", "a.jsonl"),
    )
    lines = [json.loads(line) for line in (desk.folder / "a.jsonl").read_text().splitlines()]
    lines = [line for line in lines if line["type"] not in ("assumed", "blind", "probed")]
    kinds = [line["type"] for line in lines]
    assert kinds == ["call", "call", *kinds[2:4], "total", "total", "total"]
    assert sorted(kinds[2:4]) == ["call", "finding"]
    assert ended.out == "4\n", "lines are on disk as they come"
    assert lines[0] == {
        "type": "call",
        "module": "GRU",
        "kind": "GRU",
        "spec": "GRU(4, 8)",
        "layouts": {
            "input": {"layout": "seq=9 batch=6 feature=4", "sizes": [9, 6, 4]},
            "output": {"layout": "seq=9 batch=6 hidden=8", "sizes": [9, 6, 8]},
            "h_n": {"layout": "layers=1 batch=6 hidden=8", "sizes": [1, 6, 8]},
        },
        "batch_first": False,
        "packed": None,
        "given": [],
        "calls": 1,
    }
    [finding] = [line for line in lines if line["type"] == "finding"]
    assert (finding["code"], finding["severity"], finding["count"]) == ("RNS112", "warning", 1)
    assert finding["location"] | {"file": Path(finding["location"]["file"]).name} == {
        "file": "train.py", "line": 9, "function": "<module>", "code": UNBATCHED,
    }  # fmt: skip
    assert [(line["module"], line["layouts"]["input"]["sizes"], line["calls"]) for line in lines[4:]] == [
        ("GRU", [9, 6, 4], 2),
        ("GRU", [9, 2, 4], 1),
        ("GRU #2", [6, 4], 1),
    ]


def test_the_lines_of_a_crash_are_complete(desk: Desk) -> None:
    desk.write("old", "a.jsonl")
    desk.seen(f"nn.GRU(4, 8)(torch.zeros(9, 6, 4))\n{WIDE}", options=("--jsonl", "a.jsonl"))
    lines = [json.loads(line)["type"] for line in (desk.folder / "a.jsonl").read_text().splitlines()]
    assert lines == ["call", "finding", "assumed", "total"]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a full disk is needed")
def test_a_full_disk_does_not_stop_the_script(desk: Desk) -> None:
    ended = desk.seen(f"{UNBATCHED}\nprint(1)", options=("--jsonl", "/dev/full"))
    assert (ended.code, ended.out) == (0, "1\n")
    assert ended.err.startswith("rnnshape made a mistake and steps aside; ")
    assert "OSError: [Errno 28] No space left on device\n" in ended.err
    assert ended.report.endswith("\nnot judged:\n  every call after a mistake of rnnshape's own, which is in the log\n")


def test_a_mistake_of_ours_is_told_and_does_not_stop_the_script(desk: Desk) -> None:
    ended = desk.seen("""
        import logging, sys
        logging.basicConfig(stream=sys.stdout, level=logging.INFO)
        from rnnshape.hooks.layer import Door
        def mistake(*args): raise KeyError("ours")
        Door.judge = mistake
        print(nn.GRU(4, 8)(torch.zeros(9, 6, 4))[0].shape)
    """)
    assert (ended.code, ended.out) == (0, "torch.Size([9, 6, 8])\n")
    assert ended.err.count("KeyError: 'ours'") == 1
    assert ended.report.endswith("\nnot judged:\n  every call after a mistake of rnnshape's own, which is in the log\n")


# Ranks, logs, and a script that watches itself


def test_the_first_rank_speaks(desk: Desk) -> None:
    right = "nn.GRU(4, 8)(torch.zeros(9, 6, 4))"
    assert desk.seen(right, RANK="0").report.startswith("\nrnnshape: train.py (rank 0)  1 recurrent layer, ")
    assert desk.seen(right, RANK="1").err == ""
    loud = desk.seen(UNBATCHED, RANK="1")
    assert loud.report.startswith("\nrnnshape: train.py (rank 1)  1 recurrent layer, 1 call, 1 finding\n")


def test_each_rank_writes_a_file_of_its_own(desk: Desk) -> None:
    right = "nn.GRU(4, 8)(torch.zeros(9, 6, 4))"
    for rank in "01":
        desk.seen(right, options=("--jsonl", "calls.jsonl"), RANK=rank, WORLD_SIZE="2")
    assert sorted(file.name for file in desk.folder.glob("calls*")) == ["calls.rank0.jsonl", "calls.rank1.jsonl"]
    for file in desk.folder.glob("calls*"):
        kinds = [json.loads(line)["type"] for line in file.read_text(encoding="utf-8").splitlines()]
        assert kinds == ["call", "assumed", "total"]
    desk.seen(right, options=("--jsonl", "alone.jsonl"), RANK="0", WORLD_SIZE="1")
    assert (desk.folder / "alone.jsonl").exists()


def test_the_environment_switches_it_off_or_has_it_raise(desk: Desk) -> None:
    wrong = "nn.GRU(4, 8)(torch.zeros(9, 6, 5))"
    off = desk.seen("print('ran')", RNNSHAPE="off")
    assert (off.code, off.out, off.err) == (0, "ran\n", "rnnshape: RNNSHAPE=off in the environment: nothing was watched\n")
    raised = desk.seen(wrong, RNNSHAPE="raise").err
    assert "rnnshape.errors.ContractError: RNS102 error: GRU: input axis 'feature' is 5" in raised
    assert "ContractError" not in desk.seen(wrong).err


def test_the_scripts_log_stays_its_own(desk: Desk) -> None:
    ended = desk.seen(f"""
        import logging, sys
        logging.basicConfig(stream=sys.stdout, level=logging.DEBUG)
        logging.info("begin")
        {UNBATCHED}
        logging.info("end")
    """)
    assert ended.out == "INFO:root:begin\nINFO:root:end\n"
    assert ended.err == ended.report
    assert ended.err.count("RNS112 warning") == 1


def test_a_script_that_watches_itself(desk: Desk) -> None:
    ended = desk.seen("""
        import rnnshape
        gru = nn.GRU(4, 8)
        with rnnshape.watch(gru) as report:
            gru(torch.zeros(9, 6, 4))
            try:
                gru(torch.zeros(9, 6, 5))
            except rnnshape.ContractError as error:
                print(error.findings[0].code)
        gru(torch.zeros(9, 6, 4))
        print(report.events[0].calls)
    """)
    assert (ended.code, ended.out) == (0, "RNS102\n1\n")
    assert "\nGRU  GRU(4, 8)  2 calls\n" in ended.report


def test_a_title_cannot_steer_the_terminal(desk: Desk) -> None:
    ended = desk.rnnshape(desk.write("", "a\x1b[31m.py"))
    assert ended.err == f"\nrnnshape: a\\x1b[31m.py  0 recurrent layers, 0 calls, no findings\n{NOTHING}"


def test_called_from_python(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    from rnnshape.api.run import FOUND, run

    for name in ("argv", "path"):
        monkeypatch.setattr(sys, name, list(getattr(sys, name)))
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    monkeypatch.setattr("threading._shutdown", lambda: None)
    script = tmp_path / "train.py"
    script.write_text("import sys, torch\ntorch.nn.GRU(4, 8)(torch.zeros(6, 4))\nsys.exit(len(sys.argv) - 1)\n")
    assert FOUND == 3
    assert [run(str(script), args, fail_on="warning") for args in ((), ("a",), ("a", "b"))] == [3, 1, 2]
    assert run(str(script), fail_on="warning", ignore=["RNS112"]) == 0
    out, err = capfd.readouterr()
    assert out == ""
    assert len(re.findall(r"^rnnshape: ", err, re.MULTILINE)) == 4


# Ended from outside, and children


LAYER = "import torch\nrnn = torch.nn.GRU(4, 8)\nrnn(torch.zeros(9, 6, 4))\n"
TERMINATED = "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\nsignal.pause()\n"
ONE_CALL = "\nrnnshape: train.py  1 recurrent layer, 1 call, no findings\n\nGRU  GRU(4, 8)  1 call\n"


def test_a_process_that_is_terminated_says_what_it_saw(desk: Desk) -> None:
    desk.write(f"{LAYER}print('begun')\n{TERMINATED}")
    ended = desk.rnnshape("train.py")
    assert (ended.code, ended.out) == (-signal.SIGTERM, "begun\n")
    assert ended.err.startswith(ONE_CALL)
    assert ended.err.count("rnnshape: train.py") == 1


def test_the_own_handler_of_the_script_wins(desk: Desk) -> None:
    own = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: (print('own'), sys.exit(7)))\n"
    desk.write(f"{LAYER}{own}{TERMINATED}")
    ended = desk.rnnshape("train.py")
    assert (ended.code, ended.out) == (7, "own\n")
    assert ended.err.startswith(ONE_CALL)
    assert ended.err.count("rnnshape: train.py") == 1


@pytest.mark.parametrize("end", ["pass", "sys.exit(5)", "1 / 0", f"exec({TERMINATED!r})"])
def test_a_forked_child_says_nothing(desk: Desk, end: str) -> None:
    wait = "print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))"
    child = f"import os, sys\nif not (child := os.fork()):\n    {end}\nelse:\n    {wait}"
    desk.write(f"{LAYER}{child}")
    desk.write(child, "without_layer.py")  # ends no otherwise, and need not import torch
    ended, python = desk.rnnshape("train.py"), desk.python("without_layer.py")
    assert (ended.code, ended.out) == (python.code, python.out)
    assert ended.err.count("rnnshape: train.py") == 1
    assert ONE_CALL in ended.err


def test_a_child_of_multiprocessing_says_nothing(desk: Desk) -> None:
    desk.write(f"""{LAYER}
import multiprocessing
child = multiprocessing.get_context("fork").Process(target=print, args=("child",))
child.start()
child.join()
for batch in torch.utils.data.DataLoader(torch.zeros(6, 4), num_workers=1, multiprocessing_context="fork"): pass
""")
    ended = desk.rnnshape("train.py")
    assert (ended.code, ended.out) == (0, "child\n")
    assert ended.err.startswith(ONE_CALL)
    assert ended.err.count("rnnshape: train.py") == 1


# What ran is counted


def test_a_subclass_that_takes_other_arguments_is_counted(desk: Desk) -> None:
    ended = desk.seen("""
        class Own(nn.GRU):
            def forward(self, x, lengths):
                if lengths is None:
                    raise ValueError
                return super().forward(x)
        rnn = Own(4, 8)
        rnn(torch.zeros(9, 6, 4), [9] * 6)
        try: rnn(torch.zeros(9, 6, 4), None)
        except ValueError: pass
        """)
    assert (
        ended.report
        == """
rnnshape: train.py  1 recurrent layer, 1 call, 1 call failed, no finding says why

Own  GRU(4, 8)  1 call
  sizes  not known, as nobody can say what these calls take

not judged:
  Own: Own.forward takes other arguments than (input, hx)
"""
    )


def test_a_call_that_failed_is_not_without_findings(desk: Desk) -> None:
    ended = desk.seen("try: nn.GRU(4, 8)()\nexcept TypeError: pass")
    assert ended.report.startswith("\nrnnshape: train.py  1 recurrent layer, 1 call failed, no finding says why\n")
