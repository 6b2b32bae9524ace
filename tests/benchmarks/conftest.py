"""Speed, side by side in one run; nothing here asserts a time.

    .venv/bin/pip install -e '.[bench]'
    .venv/bin/pytest tests/benchmarks --benchmark-only

The number in brackets behind each figure is its ratio to the fastest of its group.
"""

import platform

import pytest
import torch


def pytest_report_header() -> str:
    return f"torch {torch.__version__}, {torch.get_num_threads()} threads, {platform.processor() or platform.machine()}"


@pytest.fixture(autouse=True)
def _no_gradients():
    with torch.no_grad():
        yield
