"""What is set outside the code.

For a project, in the nearest pyproject.toml, under ``[tool.rnnshape]``: ``ignore = ["RNS112"]``, and for some files alone
``per-file-ignores = {"legacy/*.py" = ["RNS203"]}``. For a process, the environment variable RNNSHAPE: ``off`` has every watch
and decorator do nothing, ``log``, ``warn`` or ``raise`` stand in for their ``on``.
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

from rnnshape.errors import SpecError
from rnnshape.report.catalogue import checked_codes
from rnnshape.report.location import Location
from rnnshape.text import nearest

__all__ = ["SWITCH", "Switch", "ignored_codes", "is_silenced", "switch"]

Switch = Literal["off", "log", "warn", "raise"]

SWITCH = "RNNSHAPE"
"""The environment variable for all of a process."""

_KEYS = ("ignore", "per-file-ignores")
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


@dataclass(frozen=True, slots=True)
class _Project:
    """What a pyproject.toml says.

    Attributes:
        folder: where it lies, from which the patterns of files start.
        ignore: codes that are ignored everywhere.
        files: patterns of files, each with the codes that are ignored there.
    """

    folder: Path
    ignore: tuple[str, ...] = ()
    files: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def ignores(self, code: str, file: str) -> bool:
        """Tell whether a code is ignored in a file."""
        wanted = [pattern for pattern, codes in self.files if code in codes]
        if not wanted:
            return False
        try:
            inside = Path(file).resolve().relative_to(self.folder).as_posix()
        except (ValueError, OSError):
            return False
        return any(fnmatchcase(inside, p) or ("/" not in p and fnmatchcase(inside.rpartition("/")[2], p)) for p in wanted)


def ignored_codes(start: Path | None = None) -> tuple[str, ...]:
    """Return the codes that the project ignores everywhere.

    Args:
        start: the folder from which to look upwards; the working directory if it is None.

    Raises:
        SpecError: for a setting that does not exist, or a code that does not.
    """
    project = _project(start)
    return project.ignore if project else ()


def is_silenced(code: str, location: Location | None) -> bool:
    """Tell whether the user wants nothing of a rule at a line: by a comment on it, or by ``per-file-ignores``.

    Settings that cannot be read silence nothing here: whoever began to watch was told of them.
    """
    if location is None:
        return False
    if location.silences(code):
        return True
    try:
        project = _project()
    except (SpecError, OSError):
        return False
    return project is not None and project.ignores(code, location.file)


def _project(start: Path | None = None) -> _Project | None:
    here = (start or Path.cwd()).resolve()
    file = next((f for folder in (here, *here.parents) if (f := folder / "pyproject.toml").is_file()), None)
    return _read(file, file.stat().st_mtime_ns) if file else None


@lru_cache(maxsize=16)
def _read(file: Path, changed: int) -> _Project:
    """Read a file, once for each time that it was changed."""
    try:
        settings: dict[str, Any] = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("rnnshape", {})
    except (tomllib.TOMLDecodeError, OSError, UnicodeDecodeError):
        return _Project(file.parent)  # its own tools will say so better
    where = f"{file}: [tool.rnnshape]"
    for key in settings:
        if key not in _KEYS:
            raise SpecError(f"{where} has no setting {key!r}{nearest(key, _KEYS)}")
    by_file = settings.get("per-file-ignores", {})
    if not isinstance(by_file, dict):
        raise SpecError(f'{where} per-file-ignores={by_file!r}: a table is needed, as in {{"legacy/*.py" = ["RNS203"]}}')
    named = cast("dict[str, Any]", by_file).items()
    files = tuple((pattern, _codes(codes, f"{where} per-file-ignores {pattern!r}:")) for pattern, codes in named)
    return _Project(file.parent, _codes(settings.get("ignore", ()), where), files)


def _codes(given: Any, where: str) -> tuple[str, ...]:
    try:
        return checked_codes(given)
    except SpecError as error:
        raise SpecError(f"{where} {error}") from None
