"""One of the small files of a model's folder, read whole: what cannot be read is named, and only what is not there is missing."""

import codecs
import os
import stat
from pathlib import Path

REMEDY = "fetch the model's own again"


def is_there(file: Path) -> bool:
    """Say whether a folder has such a file, or what should be one: a link that leads nowhere is one that has been lost."""
    return os.path.lexists(file)


def read_model_file(file: Path) -> bytes | None:
    """Give what the file holds, without a byte order mark; None where there is none. Raises ValueError, which leaves the name to others."""
    if not is_there(file):
        return None
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # opening a named pipe would wait for its writer
            raise ValueError("it is not a file")
        return file.read_bytes().removeprefix(codecs.BOM_UTF8)
    except FileNotFoundError as exc:
        raise ValueError("it is a link to nothing") from exc
    except OSError as exc:
        raise ValueError(str(exc.strerror)) from exc


def read_model_text(file: Path) -> str | None:
    """Do the same with a file of text. Raises ValueError with the file's name."""
    try:
        content = read_model_file(file)
        return None if content is None else content.decode()
    except UnicodeDecodeError as exc:
        raise ValueError(f"{file.name} cannot be read: it is not UTF-8 ({exc.reason} at byte {exc.start}); {REMEDY}") from exc
    except ValueError as exc:
        raise ValueError(f"{file.name} cannot be read: {exc}; {REMEDY}") from exc
