"""Where the bug of the fits stands."""

from pathlib import Path

LINE = next(
    number
    for number, line in enumerate(Path(__file__).with_name("fits.py").read_text().splitlines(), 1)
    if "h_n.view(x.size(0), -1)" in line
)
"""Of the bug."""
