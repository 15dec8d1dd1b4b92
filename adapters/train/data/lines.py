"""The lines of a file of rows: JSON, one object each; blank ones are passed over, and so is a byte order mark."""

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from adapters.train.data.row import RowFault

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def list_rows(stream: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Give each line that is not blank with its number, from 1."""
    for number, raw in enumerate(stream, 1):
        line = (raw.removeprefix(BYTE_ORDER_MARK) if number == 1 else raw).strip()
        if line:
            yield number, line


def decode_line(line: bytes) -> Any:
    """Give what a line holds. Raises RowFault where that is not JSON."""
    try:
        return msgspec.json.decode(line)
    except UnicodeDecodeError as exc:
        raise RowFault([f"it is not UTF-8 ({exc.reason} at byte {exc.start})"]) from exc
    except RecursionError as exc:
        raise RowFault(["it is nested too deeply"]) from exc
    except msgspec.DecodeError as exc:
        raise RowFault([f"it is not JSON ({str(exc).removeprefix('JSON is malformed: ')})"]) from exc
