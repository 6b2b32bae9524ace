"""The project's own settings, in the nearest pyproject.toml: ``ignore = ["RNS112"]`` under ``[tool.rnnshape]``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from rnnshape.errors import SpecError
from rnnshape.rules import checked_codes
from rnnshape.text import nearest

__all__ = ["ignored_codes"]

_KEYS = ("ignore",)


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
