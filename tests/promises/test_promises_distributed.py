"""Two ranks under torchrun with gloo, and processes that a script spawns: what ``rnnshape run`` says of them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

pytestmark = pytest.mark.skipif(os.environ.get("HYPOTHESIS_PROFILE") != "nightly", reason="starts processes that import torch")

TRAIN = """
    import sys, torch
    import torch.distributed as dist
    from torch import nn

    class Tagger(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.fc = nn.GRU(4, 8, batch_first=True), nn.Linear(8, 3)

        def forward(self, x):
            return self.fc(self.rnn(x)[0])

    dist.init_process_group("gloo")
    torch.manual_seed(0)
    model = Tagger()
    if sys.argv[1] == "ddp":
        model = nn.parallel.DistributedDataParallel(model)
    else:
        from torch.distributed.device_mesh import init_device_mesh
        from torch.distributed.fsdp import fully_shard
        model = fully_shard(model, mesh=init_device_mesh("cpu", (2,)))
    optimizer = torch.optim.SGD(model.parameters(), 0.1)
    for size in (6, 6, 2 if dist.get_rank() and sys.argv[2] == "short" else 6):
        optimizer.zero_grad()
        model(torch.randn(size, 9, 4)).sum().backward()
        optimizer.step()
    for parameter in model.parameters():
        whole = parameter.full_tensor() if hasattr(parameter, "full_tensor") else parameter
        sys.stdout.write(f"{dist.get_rank()} {whole.double().sum().item().hex()}\\n")  # in one piece: two ranks write
    dist.destroy_process_group()
"""


def torchrun(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    (folder / "train.py").write_text(dedent(TRAIN), encoding="utf-8")
    command = [sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--standalone", *words]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TMPDIR": str(folder)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False)


def under_run(*words: str) -> tuple[str, ...]:
    return ("-m", "rnnshape", "run", "--jsonl", "calls.jsonl", "train.py", *words)


def report_of(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one report on stderr."""
    assert done.stderr.count("rnnshape: train.py") == 1, done.stderr
    return done.stderr[done.stderr.index("rnnshape: train.py") :]


@pytest.mark.parametrize("way", ["ddp", "fsdp"])
def test_two_ranks_train_as_without_and_give_one_report(way: str, tmp_path: Path) -> None:
    bare, ours = torchrun(tmp_path, "train.py", way, "even"), torchrun(tmp_path, *under_run(way, "even"))
    assert bare.returncode == ours.returncode == 0, ours.stderr
    assert sorted(bare.stdout.splitlines()) == sorted(ours.stdout.splitlines())
    assert len(bare.stdout.splitlines()) == 12  # of six parameters on two ranks
    report = report_of(ours)
    assert report.startswith("rnnshape: train.py (rank 0)  1 recurrent layer, 3 calls, no findings\n")
    assert "\nother ranks:\n  rank 1: the same as rank 0\n" in report
    assert sorted(file.name for file in tmp_path.glob("calls*")) == ["calls.rank0.jsonl", "calls.rank1.jsonl"]
    assert [*tmp_path.glob("rnnshape-ranks*")] == []


def test_another_batch_size_on_the_last_rank_is_told(tmp_path: Path) -> None:
    done = torchrun(tmp_path, *under_run("ddp", "short"))
    assert done.returncode == 0, done.stderr
    told = re.sub(r"\S*rnn: ", "rnn: ", report_of(done).partition("other ranks:\n")[2])
    assert told.splitlines()[:2] == [
        "  rank 1: rnn: input batch=6 seq=9 feature=4 (6, 9, 4): 2 calls, 3 on rank 0",
        "  rank 1: rnn: input batch=2 seq=9 feature=4 (2, 9, 4): 1 call, 0 on rank 0",
    ]


SPAWN = """
    import sys, torch
    import rnnshape

    def train(rank, *rest):
        rnn = torch.nn.GRU(4, 8)
        with rnnshape.watch(rnn, track=True, axes="seq batch feature") as report:
            rnn(torch.zeros(9, 6, 4))[0].sum().backward()
        print("rank", rank, repr(report))

    if __name__ == "__main__":
        torch.multiprocessing.spawn(train, nprocs=2)
"""


def test_a_watch_in_each_spawned_process_works_and_run_names_them(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text(dedent(SPAWN), encoding="utf-8")
    command = [sys.executable, "-m", "rnnshape", "run", "train.py"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    said = [f"rank {rank} 1 recurrent layer, 1 call, 0 findings" for rank in range(2)]
    assert sorted(line for line in done.stdout.splitlines() if line) == said
    assert done.stderr.count("rnnshape: train.py") == 1
    assert "  train ran in 2 processes of its own; put rnnshape.watch(model) into it\n" in done.stderr
