"""Imports torch once and forks for every cell of the table: ``python server.py [bare]``; each line of stdin is a job.

With "bare" nothing of rnnshape is imported, ever: what the others are compared with has never heard of it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import traceback
from pathlib import Path

HERE = Path(__file__).parent
MOST_SECONDS = 60


def serve(bare: bool) -> None:
    sys.path.insert(0, str(HERE))
    import doors
    import torch._dynamo
    import torch.distributed.fsdp  # noqa: F401

    if not bare:
        import pytest  # noqa: F401

        import rnnshape.api.check
        import rnnshape.api.diagnose
        import rnnshape.api.run
        import rnnshape.cli
        import rnnshape.dryrun.prediction
        import rnnshape.nn.checking  # noqa: F401
    gc.collect()
    gc.freeze()
    while line := sys.stdin.readline():
        job = json.loads(line)
        if not (child := os.fork()):
            _do(doors, job)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        print(code, flush=True)


def _do(doors: object, job: dict[str, str]) -> None:
    folder = Path(job["folder"])
    for number, name in enumerate((os.devnull, folder / "out.txt", folder / "out.txt")):
        flags = os.O_RDONLY if number == 0 else os.O_WRONLY | os.O_CREAT | os.O_APPEND
        os.dup2(os.open(name, flags), number)
    signal.alarm(MOST_SECONDS)
    os.chdir(folder)
    code = 0
    try:
        doors.in_a_child(job["situation"], job["door"], folder)  # pyright: ignore[reportAttributeAccessIssue]
        if job["door"] == "bare":
            assert not [name for name in sys.modules if name.partition(".")[0] == "rnnshape"]
    except BaseException:
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    serve("bare" in sys.argv)
