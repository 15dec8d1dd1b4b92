"""What is wrong with the fields of a request, all of it said at once."""

from collections.abc import Iterable, Iterator
from itertools import islice

import msgspec

from scoring.scorers import scorer_names
from server.errors import InvalidRequest

MAX_FAULTS = 8  # a body can hold a hundred thousand


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrong with a request, and the field it is wrong in."""

    param: str
    message: str


def refuse(found: Iterable[Fault]) -> None:
    """Raise InvalidRequest with the faults, the first of them as `param`; return if there is none."""
    faults = list(islice(found, MAX_FAULTS))
    if faults:
        raise InvalidRequest(" ".join(fault.message for fault in faults), param=faults[0].param)


def find_scorer_faults(name: str | None) -> Iterator[Fault]:
    """Find a name that no scorer has; None leaves the choice to the server."""
    if name is not None and name not in scorer_names():
        yield Fault(param="scorer", message=f"'scorer' is {name!r}, which is none of those on offer: {', '.join(scorer_names())}.")
