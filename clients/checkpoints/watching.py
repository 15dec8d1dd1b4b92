"""Watching a run: which checkpoints are to be judged next, and when nothing more will come."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

from clients.checkpoints.losses import LOSSES
from clients.checkpoints.options import Selection, Watching
from clients.checkpoints.run_folder import Checkpoint, find_final, list_checkpoints
from clients.checkpoints.training_record import RECORD, TrainingCounts, read_record
from clients.errors import FileFault
from clients.telling import tell

POLL_S = 1.0
GRACE_S = 30.0  # at the least, for a training that is started right after its watcher
SETTLED_S = 5.0  # without a change, after which a folder that was not renamed into its place is taken for whole


class Watcher:
    """Hands out a run's checkpoints, each once; `sleep` and `clock` are for tests."""

    def __init__(
        self,
        run: Path,
        selection: Selection,
        watching: Watching | None,
        *,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._run = run
        self._selection = selection
        self._watching = watching
        self._sleep = sleep
        self._clock = clock
        self._seen: dict[str, str | None] = {}  # places in the order of their steps, and the digests that their records had
        self._steps: dict[str, int] = {}  # of these places
        self._told: set[str] = set()
        self._began_s = clock()
        self.is_dead = False  # the training, as it seems
        self.skipped: list[int] = []  # steps that were piled up

    async def wait(self) -> tuple[Checkpoint, ...]:
        """Give what is to be judged next, in the order of the steps; nothing where all is handed out and no more will come.

        Raises FileFault where another training has taken the place of the one that was watched.
        """
        while True:
            record = read_record(self._run)  # before the folders: what it says to have ended has left them all
            fresh = self._take_fresh()
            if fresh:
                return fresh
            if self._watching is None or (record is not None and record.has_ended):
                return self._take_final(record)
            if self._is_dead():
                self.is_dead = True
                return ()
            if record is None and not self._run.exists():
                self._tell_once(f"{self._run} is not there yet: waiting for it")
            await self._sleep(POLL_S)

    def find_missing(self) -> tuple[int, ...]:
        """List the steps that were asked for and never came."""
        had = {checkpoint.step for checkpoint in list_checkpoints(self._run).checkpoints}
        final = find_final(self._run)
        return tuple(step for step in self._selection.steps if step not in had and (final is None or final.step != step))

    def _take_fresh(self) -> tuple[Checkpoint, ...]:
        listing = list_checkpoints(self._run)
        for words in listing.ignored:
            self._tell_once(words)
        fresh = []
        for checkpoint in listing.checkpoints:
            self._check_same(checkpoint)
            if checkpoint.place not in self._seen and self._is_whole(checkpoint):
                self._seen[checkpoint.place] = self._read_digest(checkpoint)
                self._steps[checkpoint.place] = checkpoint.step
                if self._is_wanted(checkpoint, len(self._seen)):
                    fresh.append(checkpoint)
        if self._watching is not None and self._watching.skips_to_newest and len(fresh) > 1:
            self.skipped.extend(checkpoint.step for checkpoint in fresh[:-1])
            tell("checkpoints", f"skipped {', '.join(one.name for one in fresh[:-1])}: {fresh[-1].name} is newer")
            fresh = fresh[-1:]
        return tuple(fresh)

    def _take_final(self, record: TrainingCounts | None) -> tuple[Checkpoint, ...]:
        """Give the final adapter, unless it is by its record what the last checkpoint is."""
        final = find_final(self._run) if record is not None and record.has_ended else None
        if final is None or final.place in self._seen:
            return ()
        self._seen[final.place] = None
        last = next((one for one in reversed(list_checkpoints(self._run).checkpoints) if one.step == final.step), None)
        if last is not None and record is not None:
            saved = read_record(self._run / last.place)
            if saved is not None and saved.adapter_digest == record.adapter_digest:
                return ()
        return (final,) if not self._selection.steps or final.step in self._selection.steps else ()

    def _check_same(self, checkpoint: Checkpoint) -> None:
        """See that the training was not begun anew: its checkpoints and those judged before would be of two. Raises FileFault."""
        now = self._read_digest(checkpoint)
        if checkpoint.place in self._seen:
            is_new = None not in (now, self._seen[checkpoint.place]) and now != self._seen[checkpoint.place]
        else:  # what comes after a later one that has gone
            gone = [place for place, step in self._steps.items() if step > checkpoint.step and not (self._run / place).exists()]
            is_new = now is not None and bool(gone)
        if is_new:
            raise FileFault(
                f"{self._run / checkpoint.place} is of another training than the checkpoints before: it was begun anew."
                " What is reported is of the one before; --overwrite, or another --output, judges the new one"
            )

    def _read_digest(self, checkpoint: Checkpoint) -> str | None:
        record = read_record(self._run / checkpoint.place)
        return None if record is None else record.adapter_digest

    def _is_wanted(self, checkpoint: Checkpoint, number: int) -> bool:
        if self._selection.steps and checkpoint.step not in self._selection.steps:
            return False
        return number % self._selection.every_nth == 0

    def _is_whole(self, checkpoint: Checkpoint) -> bool:
        """Tell a checkpoint that is still being written: ours come whole, with their record, others stand still for a while."""
        folder = self._run / checkpoint.place
        if self._watching is None or read_record(folder) is not None:
            return True
        return self._clock() - max(_times(folder), default=0.0) >= SETTLED_S

    def _is_dead(self) -> bool:
        """Say whether nothing has moved for too long; of a run that is not there, since it is waited for."""
        assert self._watching is not None
        patience_s = self._watching.patience_s
        places = (self._run / LOSSES, self._run / RECORD, *(self._run / place for place in list(self._seen)[-1:]))
        times = [moved_s for place in places if (moved_s := _read_time(place)) is not None]
        now_s = self._clock()
        return now_s - max(times, default=self._began_s) > patience_s and now_s - self._began_s > min(patience_s, GRACE_S)

    def _tell_once(self, words: str) -> None:
        if words not in self._told:
            self._told.add(words)
            tell("checkpoints", words)


def _read_time(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _times(folder: Path) -> Iterator[float]:
    """List when the files of a folder were last written to."""
    try:
        yield folder.stat().st_mtime
        for path in folder.iterdir():
            yield path.stat().st_mtime
    except FileNotFoundError:  # replaced meanwhile
        return
    except OSError as exc:
        raise FileFault(f"cannot look into {folder}: {exc.strerror}") from exc
