"""Turns a glob into the files that it matches; links to folders lead to no file twice."""

from __future__ import annotations

import os
import re
from collections import deque
from collections.abc import Iterator
from fnmatch import filter as matching
from pathlib import Path

_MAGIC = re.compile(r"[*?\[]")


def is_glob(path: str) -> bool:
    """Tell whether a path holds wildcards."""
    return bool(_MAGIC.search(path))


def matched(pattern: Path) -> tuple[Path, list[Path]]:
    """Return the folder that a glob starts from, and all but folders that it matches, sorted by path.

    ``**`` is any number of folders. Hidden names are matched by parts that begin with a dot
    only. What is reached by way of a link to a folder is left out where another path leads to it.
    """
    fixed = next(number for number, part in enumerate(pattern.parts) if _MAGIC.search(part))
    root = Path(*pattern.parts[:fixed])
    found = sorted(set(_expanded(str(root), pattern.parts[fixed:])))
    paths = [Path(name) for name in found if not Path(name).is_dir()]
    return root, _once(paths, root)


def _expanded(folder: str, parts: tuple[str, ...]) -> Iterator[str]:
    if not parts:
        if os.path.lexists(folder):
            yield folder
    elif parts[0] == "**":
        for below in _folders(folder):
            # At the end "**" is whatever lies there.
            yield from _expanded(below, parts[1:] or ("*",))
    elif _MAGIC.search(parts[0]):
        names = [name for name in _names(folder) if not name.startswith(".") or parts[0].startswith(".")]
        for name in matching(names, parts[0]):
            yield from _expanded(str(Path(folder, name)), parts[1:])
    else:
        yield from _expanded(str(Path(folder, parts[0])), parts[1:])


def _folders(top: str) -> Iterator[str]:
    """Yield a folder and all below it but hidden ones, each once: by a path without links where there is one."""
    linked = deque([top])
    seen: set[tuple[int, int]] = set()
    while linked:
        plain = [linked.popleft()]
        while plain:
            folder = plain.pop()
            own = _identity(folder, follow=True)
            if own is None or own in seen:
                continue
            seen.add(own)
            yield folder
            for name in _names(folder):
                path = os.path.join(folder, name)  # noqa: PTH118  (many, and they are text before and after)
                if not name.startswith(".") and os.path.isdir(path):  # noqa: PTH112
                    (linked if os.path.islink(path) else plain).append(path)  # noqa: PTH114


def _names(folder: str) -> list[str]:
    try:
        return [path.name for path in Path(folder).iterdir()]
    except OSError:
        return []


def _once(paths: list[Path], root: Path) -> list[Path]:
    """Leave out what was reached by way of a link to a folder and is there by another path too."""
    links: dict[Path, bool] = {root: False}
    linked = {path for path in paths if _by_link(path.parent, links)}
    if not linked:
        return paths
    seen = {_identity(str(path)) for path in paths if path not in linked}
    kept = []
    for path in paths:
        if path in linked:
            own = _identity(str(path))
            if own in seen:
                continue
            seen.add(own)
        kept.append(path)
    return kept


def _by_link(folder: Path, links: dict[Path, bool]) -> bool:
    """Tell whether a folder is a link or lies below one; ``links`` holds what is known."""
    if folder not in links:
        links[folder] = folder.is_symlink() or (folder != folder.parent and _by_link(folder.parent, links))
    return links[folder]


def _identity(path: str, *, follow: bool = False) -> tuple[int, int] | None:
    try:
        found = os.stat(path, follow_symlinks=follow)  # noqa: PTH116
    except OSError:
        return None
    return found.st_dev, found.st_ino
