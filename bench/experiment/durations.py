"""How long each part of an experiment took, over all the commands that it took to finish; a line a part, in a file."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Durations:
    """The file of them."""

    def __init__(self, file: Path) -> None:
        self._file = file

    @contextmanager
    def measured(self, part: str) -> Iterator[None]:
        """Note how long a part took, or how long until it broke off."""
        began_s = time.monotonic()
        print(f"{time.strftime('%H:%M:%S')} {part}", flush=True)
        is_done = False
        try:
            yield
            is_done = True
        finally:
            duration_s = round(time.monotonic() - began_s, 1)
            with self._file.open("a") as file:
                file.write(json.dumps({"part": part, "duration_s": duration_s, "is_done": is_done}) + "\n")
            print(f"{time.strftime('%H:%M:%S')} {part}: {'done' if is_done else 'broken off'} after {duration_s:.0f} s", flush=True)

    def sum_up(self) -> dict[str, float]:
        """Give the seconds by part, attempts that were broken off among them."""
        sums: dict[str, float] = {}
        for line in self._file.read_text().splitlines() if self._file.exists() else ():
            noted = json.loads(line)
            sums[noted["part"]] = sums.get(noted["part"], 0.0) + noted["duration_s"]
        return sums
