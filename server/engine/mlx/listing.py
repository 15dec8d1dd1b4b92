"""Token ids as a message names them: a body may hold a hundred thousand that are wrong."""

from collections.abc import Collection
from itertools import islice

MOST_NAMED = 8


def list_ids(ids: Collection[int]) -> str:
    """Write the first of them, and how many there are beside."""
    named = ", ".join(map(str, islice(ids, MOST_NAMED)))
    return f"{named} and {len(ids) - MOST_NAMED} more" if len(ids) > MOST_NAMED else named
