"""The commands of a page: its fenced blocks of shell and Python, in order.

What stands behind the language says how a block is run; readers of the rendered page do not see it:

- nothing: to its end;
- `stays`: it goes on while those below it run (a server), until the same command begins again;
- `elsewhere: WHY`: not at all, since it wants another machine, a download or something of the reader's own.
"""

import re
import textwrap
from pathlib import Path
from typing import Literal

import msgspec

FENCE = re.compile(r"^(?P<indent> *)```(?P<info>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```$", re.MULTILINE | re.DOTALL)
INFO = re.compile(r"(?P<language>sh|python)(?: (?P<way>stays)| (?P<elsewhere>elsewhere): \S.*)?")
NOT_COMMANDS = ("", "json")

Way = Literal["ends", "stays", "elsewhere"]


class Block(msgspec.Struct, frozen=True, kw_only=True):
    """One fenced block."""

    line: int  # of its first command, from 1
    language: Literal["sh", "python"]
    way: Way
    text: str


def read_blocks(page: Path) -> list[Block]:
    """Read the commands of a page; raises ValueError at a block whose language or mark is unknown."""
    return [block for fence in FENCE.finditer(page.read_text()) if (block := _read_block(page, fence)) is not None]


def _read_block(page: Path, fence: re.Match[str]) -> Block | None:
    info, line = fence["info"], fence.string.count("\n", 0, fence.start("text")) + 1
    if info in NOT_COMMANDS:
        return None
    found = INFO.fullmatch(info)
    if found is None:
        raise ValueError(f"{page}:{line - 1}: expected sh or python, then nothing, `stays` or `elsewhere: WHY`, got {info!r}")
    way: Way = "stays" if found["way"] else "elsewhere" if found["elsewhere"] else "ends"
    return Block(line=line, language="sh" if found["language"] == "sh" else "python", way=way, text=textwrap.dedent(fence["text"]))
