"""Programs in processes of their own that need not import torch and rnnshape: each is forked from one that has.

A start takes three seconds of a processor, a fork some milliseconds. Where it matters how python was started, or what a start
imports, a test starts one.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

__all__ = ["run"]

SECONDS = 120

SERVER = """
import atexit, gc, importlib, json, os, pkgutil, runpy, signal, sys, threading, warnings
import torch._dynamo, rnnshape  # the former for optimizers, which import it when the first is made
for module in pkgutil.walk_packages(rnnshape.__path__, "rnnshape."):
    if not module.name.endswith("__main__") and not module.name.startswith("rnnshape.integrations."):
        importlib.import_module(module.name)
gc.collect()
gc.freeze()  # three times as fast an end of the children
while line := sys.stdin.readline():
    job = json.loads(line)
    if not (child := os.fork()):
        break
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
else:
    sys.exit()
signal.alarm(job["seconds"])
os.chdir(job["folder"])
os.environ.clear()
os.environ.update(job["env"])
for number, name in enumerate((os.devnull, job["out"], job["err"])):
    os.dup2(os.open(name, os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
if job["unread"]:
    reader, writer = os.pipe()
    os.close(reader)
    os.dup2(writer, 1)
way, *words = job["words"]
if way == "-W":
    kind, way, *words = words
    sys.warnoptions.append(kind)
    warnings.simplefilter(kind)
code = 0
try:
    if way == "-m":
        sys.argv, sys.path[0] = words, os.getcwd()
        runpy.run_module(words[0], run_name="__main__", alter_sys=True)
    else:
        sys.argv, sys.path[0] = [way, *words], os.path.dirname(os.path.abspath(way))
        runpy.run_path(way, run_name="__main__")
except SystemExit as end:
    if not isinstance(end.code, int) or job["unread"]:
        raise
    code = end.code
threading._shutdown()
atexit._run_exitfuncs()
sys.stdout.flush()
sys.stderr.flush()
os._exit(code)  # what python still does, taking every module down, takes longer than most programs
"""


@cache
def _server() -> subprocess.Popen[str]:
    """Start the process that forks, once for all tests of this one."""
    words = [sys.executable, "-c", SERVER]
    server = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    atexit.register(server.communicate)
    return server


def run(*words: str, folder: Path, unread: bool = False, **env: str) -> subprocess.CompletedProcess[str]:
    """Do what ``python *words`` does in a folder, words being a script or "-m" and a module, and what is given to it.

    Before them "-W" and a kind, such as "error", may stand.

    Args:
        words: as behind ``python``.
        folder: where it is started.
        unread: whether its output is a pipe that nobody reads.
        env: what is in its environment beside ours.
    """
    environment = {**os.environ, **env}
    if not hasattr(os, "fork"):
        return _started(words, folder, unread, environment)
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with TemporaryDirectory() as place:
        out, err = Path(place, "out"), Path(place, "err")
        job = {"words": words, "folder": str(folder.resolve()), "env": environment, "seconds": SECONDS, "unread": unread}
        server.stdin.write(json.dumps({**job, "out": str(out), "err": str(err)}) + "\n")
        server.stdin.flush()
        code = int(server.stdout.readline())
        return subprocess.CompletedProcess(words, code, out.read_text(encoding="utf-8"), err.read_text(encoding="utf-8"))


def _started(
    words: tuple[str, ...], folder: Path, unread: bool, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Start python, where there is no fork."""
    reader, writer = os.pipe()
    os.close(reader)
    try:
        return subprocess.run(
            [sys.executable, *words], cwd=folder, env=environment, text=True, timeout=SECONDS, check=False,
            stdout=writer if unread else subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
    finally:
        os.close(writer)
