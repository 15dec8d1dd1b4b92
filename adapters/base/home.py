"""Paths as people write them, `~` in front."""

from pathlib import Path


def expand_home(path: str | Path) -> Path:
    """Put the user's own folder, or that of the user who is named, in the place of `~`; where there is no such user, leave it."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)
