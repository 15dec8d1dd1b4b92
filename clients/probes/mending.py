"""Mending: what may be done to a file of probes so that the rest of it can be asked, and what was done."""

import argparse

import msgspec

SKIP_FLAG = "--skip-bad-probes"
NUMBER_FLAG = "--number-duplicates"
MAX_NAMED = 5


class Mending(msgspec.Struct, frozen=True, kw_only=True):
    """What is allowed; without either a file is taken as it is or refused."""

    skips_bad: bool = False
    numbers_duplicates: bool = False


AS_IT_IS = Mending()


class Mended(msgspec.Struct, frozen=True, kw_only=True):
    """What was done."""

    num_entries: int  # of the file
    skipped: tuple[str, ...] = ()  # each with its place and why, the first few of them
    num_skipped: int = 0
    numbered: tuple[str, ...] = ()
    num_numbered: int = 0

    @property
    def words(self) -> str:
        """Say it in a line."""
        parts = []
        if self.num_skipped:
            parts.append(f"{self.num_skipped} of {self.num_entries} entries were left out ({_listed(self.skipped, self.num_skipped)})")
        if self.num_numbered:
            parts.append(
                f"{self.num_numbered} of {self.num_entries} were given an id of their own ({_listed(self.numbered, self.num_numbered)})"
            )
        return ", and ".join(parts)


def add_mending_flags(group: argparse._ActionsContainer, *, verb: str = "ask", whose: str = "the file of probes") -> None:
    """Add what may be done with entries of `whose`."""
    group.add_argument(
        SKIP_FLAG,
        action="store_true",
        help=f"leave out entries of {whose} that are wrong or come twice; the report says which",
    )
    group.add_argument(
        NUMBER_FLAG,
        action="store_true",
        help=f"{verb} entries of {whose} that have an id in common as ID, ID#2, ID#3; the report says which",
    )


def read_mending(flags: argparse.Namespace) -> Mending:
    """Read what the flags allow."""
    return Mending(skips_bad=flags.skip_bad_probes, numbers_duplicates=flags.number_duplicates)


def _listed(firsts: tuple[str, ...], num_all: int) -> str:
    more = num_all - len(firsts)
    return "; ".join((*firsts, *([f"and {more} more"] if more else [])))
