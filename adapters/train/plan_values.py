"""How values of a plan are read, from a flag's text or from TOML; a wrong one is a ValueError that says what was expected."""

import math
import re
from pathlib import Path
from typing import Any

from adapters.base.home import expand_home
from adapters.train.settings import MODULES

ALL = "all"
FORMATS = ("mlx-lm", "peft")

_BY_SHORT_NAME = {module.rpartition(".")[2]: module for module in MODULES}
_COUNT = re.compile(r"[0-9]{1,9}")


def parse_path(value: Any) -> Path:
    """Read a path; `~` is the user's own folder."""
    if not isinstance(value, str | Path) or not str(value):
        raise ValueError("expected a path")
    return expand_home(value)


def parse_layers(value: Any) -> str:
    """Read a count, a share or all, as `resolve_layers` takes it."""
    text = _as_text(value)
    if text == ALL or (_COUNT.fullmatch(text) and int(text) >= 1) or 0 < _read_share(text) <= 1:
        return text
    raise ValueError("expected a number of layers from 1, a share such as 0.3 or 30%, or all")


def parse_warmup(value: Any) -> str:
    """Read a number of steps, or their share."""
    text = _as_text(value)
    if _COUNT.fullmatch(text) or 0 <= _read_share(text) <= 1:
        return text
    raise ValueError("expected a number of steps, or their share such as 0.1 or 10%")


def resolve_warmup(text: str, num_steps: int) -> int:
    """Give the steps that a warm-up of so many, or of such a share, takes."""
    return int(text) if _COUNT.fullmatch(text) else round(_read_share(text) * num_steps)


def parse_targets(value: Any) -> tuple[str, ...]:
    """Read linear layers by their whole names or the last parts of these; each once, in the order of a layer."""
    names = {_BY_SHORT_NAME.get(name, name) for name in _split(value, "targets")}
    if ALL in names:
        return MODULES
    if strangers := sorted(names.difference(MODULES)):
        raise ValueError(f"there is no {', '.join(strangers)}: expected some of {', '.join(_BY_SHORT_NAME)}, or all")
    return tuple(module for module in MODULES if module in names)


def parse_formats(value: Any) -> tuple[str, ...]:
    """Read formats; mlx-lm's is always among them."""
    names = set(_split(value, "formats"))
    if strangers := sorted(names.difference(FORMATS)):
        raise ValueError(f"there is no format {', '.join(strangers)}: expected {' or '.join(FORMATS)}")
    return tuple(name for name in FORMATS if name in names or name == FORMATS[0])


def _split(value: Any, what: str) -> list[str]:
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
        raise ValueError(f"expected {what} with commas between them, or a list")
    names = [name.strip() for text in texts for name in text.split(",") if name.strip()]
    if not names:
        raise ValueError(f"expected {what}")
    return names


def _as_text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value).strip()


def _read_share(text: str) -> float:
    """Read a number with a point or a percent sign; NaN for what is none."""
    try:
        return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text) if not _COUNT.fullmatch(text) else math.nan
    except ValueError:
        return math.nan
