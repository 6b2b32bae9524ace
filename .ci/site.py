"""Hooks of mkdocs: README.md is the first page, rules are listed, and links out of docs/ become the names of files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File

ROOT = Path(__file__).parents[1]
_OUTSIDE = re.compile(r"\[([^\]]+)\]\((?:\.\./)+([^)#\s]+)(?:#[^)\s]*)?\)")


def on_config(config: Any) -> Any:
    """List the page of each rule."""
    pages = ["rules/README.md", *sorted(f"rules/{page.name}" for page in (ROOT / "docs" / "rules").glob("RNS*.md"))]
    config.nav = [{"Rules": pages} if entry == {"Rules": "rules/"} else entry for entry in config.nav]
    return config


def on_files(files: Any, config: Any) -> Any:
    """Add the first page."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    listed = re.sub(r"\[([^\]]+)\]\(docs/README\.md\)", r"`\1`", text)  # the list of pages: the navigation is one
    inside = re.sub(r"\]\(docs/", "](", listed)
    content = re.sub(r"\]\((?=(?:examples|tests|\.github)/|CHANGELOG|LICENSE)", "](../", inside)
    files.append(File.generated(config, "index.md", content=content))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Leave of a link to a file that is no page of the site the words, and where the file lies."""
    folder = (ROOT / "docs" / page.file.src_uri).parent

    def named(link: re.Match[str]) -> str:
        words, target = link.groups()
        path = (folder / link.group(0).partition("](")[2].rstrip(")").partition("#")[0]).resolve()
        if path.is_relative_to(ROOT / "docs"):
            return link.group(0)
        if not path.exists():
            raise ValueError(f"{page.file.src_uri} links to {path}, which does not exist")
        return words if words.endswith(path.name) else f"{words} (`{target}`)"

    return _OUTSIDE.sub(named, markdown)
