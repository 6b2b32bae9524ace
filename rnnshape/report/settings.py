"""What is set outside the code.

For a project, in the nearest pyproject.toml: ``ignore = ["RNS112"]`` under ``[tool.rnnshape]``. For a process, the environment
variable RNNSHAPE: ``off`` has every watch and decorator do nothing, ``log``, ``warn`` or ``raise`` stand in for their ``on``.
"""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any, Literal, cast

from rnnshape.errors import SpecError
from rnnshape.report.catalogue import checked_codes
from rnnshape.text import nearest

__all__ = ["SWITCH", "Switch", "ignored_codes", "switch"]

Switch = Literal["off", "log", "warn", "raise"]

SWITCH = "RNNSHAPE"
"""The environment variable for all of a process."""

_KEYS = ("ignore",)
_POSITIONS = ("off", "log", "warn", "raise")


def switch() -> Switch | None:
    """Return what the environment variable RNNSHAPE asks for; None where it is not set or empty.

    It is read whenever a watch or a decorator is made, not at every call.

    Raises:
        SpecError: for anything else than off, log, warn and raise.
    """
    given = os.environ.get(SWITCH, "").strip()
    if not given:
        return None
    if given.lower() not in _POSITIONS:
        known = ", ".join(map(repr, _POSITIONS))
        raise SpecError(f"{SWITCH}={given!r} in the environment: use one of {known}{nearest(given.lower(), _POSITIONS)}")
    return cast("Switch", given.lower())


def ignored_codes(start: Path | None = None) -> tuple[str, ...]:
    """Return the codes that the project ignores everywhere.

    Args:
        start: the folder from which to look upwards; the working directory if it is None.

    Raises:
        SpecError: for a setting that does not exist, or a code that does not.
    """
    here = (start or Path.cwd()).resolve()
    file = next((f for folder in (here, *here.parents) if (f := folder / "pyproject.toml").is_file()), None)
    if file is None:
        return ()
    try:
        settings: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("rnnshape", {})
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError):
        return ()  # its own tools will say so better
    for key in settings:
        if key not in _KEYS:
            raise SpecError(f"{file}: [tool.rnnshape] has no setting {key!r}{nearest(key, _KEYS)}")
    try:
        return checked_codes(settings.get("ignore", ()))
    except SpecError as error:
        raise SpecError(f"{file}: [tool.rnnshape] {error}") from None
