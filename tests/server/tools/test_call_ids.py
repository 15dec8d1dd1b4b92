"""The ids of calls."""

import re

from server.tools.call_ids import draw_call_id


def test_ids_look_like_openais_and_are_never_the_same() -> None:
    drawn = {draw_call_id() for _ in range(100)}
    assert len(drawn) == 100
    assert all(re.fullmatch(r"call_[A-Za-z0-9]{24}", call_id) for call_id in drawn)
