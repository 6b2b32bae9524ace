"""An entry of the catalogue as a page of Markdown, and the list of all of them."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import fill

from rnnshape.report.catalogue import FAMILIES, PRELUDE, Rule
from rnnshape.report.catalogue.entry import Severity

__all__ = ["index", "page"]

_SEVERITIES: dict[Severity, str] = {
    "error": "An **error**: what is known of the axes proves it wrong.",
    "warning": "A **warning**: it is legal, and almost never meant.",
    "info": "A **note**: it counts as no finding, and never fails anything.",
}


_RAISED = "An **error**: torch or Python raised it, and no rule knows why."
"""What is said of the one rule that nothing is proved for."""

_BY_PROBE = """
`rs.probe` and `rnnshape probe`, which are asked for what they measure, report it all the same; `rnn_probe` takes `ignore=` and
`allow=`, which names a layer that is meant to mix samples.
"""


def page(entry: Rule) -> str:
    """Write what a rule is about, both of its programs, and how it is silenced."""
    return f"""# {entry.code}: {entry.title}

{_RAISED if entry.code == "RNS000" else _SEVERITIES[entry.severity]} Since {entry.since}.

{entry.why}

## Wrong

```python
{PRELUDE}

{entry.wrong}```

What is said of the marked line is in the exception or, where none is raised, in `print(report)` at the end.

## Right

```python
{PRELUDE}

{entry.right}```

## To silence it

On the line, `# rnnshape: ignore[{entry.code}]`; for one call, `ignore=["{entry.code}"]`, or `--ignore {entry.code}`; for a
project, in pyproject.toml:

```toml
[tool.rnnshape]
ignore = ["{entry.code}"]
```
{_BY_PROBE if entry.code.startswith("RNS6") else ""}
`rnnshape explain {entry.code}` prints all this in a terminal. Where it blames something that is right, that is a bug of ours:
please report it.
"""


def index(entries: Iterable[Rule]) -> str:
    """Write the list of rules."""
    rows = "\n".join(f"| [{e.code}]({e.code}.md) | {e.severity} | {e.title} |" for e in entries)
    families = " ".join(f"RNS{digit}xx: {title}." for digit, title in FAMILIES.items() if digit != "0")
    return f"""# The rules

{fill(families, 124)}

| code | severity | |
|---|---|---|
{rows}
"""
