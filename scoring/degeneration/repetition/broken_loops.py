"""Loops that noise has broken: a character changed by chance ends a loop, and right after it the same one goes on."""

from collections.abc import Sequence

from msgspec.structs import replace

from scoring.degeneration.repetition.lag_tracker import Loop

MAX_GAP_CHARS = 4  # between two pieces; a line that a song puts between its refrains is longer


def join_broken(loops: Sequence[Loop]) -> list[Loop]:
    """Join the pieces of broken loops, whose units are alike but for where they begin."""
    joined: list[Loop] = []
    for loop in loops:
        last = joined[-1] if joined else None
        if last and loop.period == last.period and 0 <= loop.start - last.end <= min(MAX_GAP_CHARS, loop.period // 2):
            joined[-1] = replace(last, length=loop.end - last.start)
        else:
            joined.append(loop)
    return joined
