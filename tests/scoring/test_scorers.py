"""Scorers by name."""

import pytest

from scoring.errors import UnknownScorer
from scoring.lek_v1 import LEK_V1
from scoring.scorers import find_scorer, scorer_names


def test_name_finds_its_scorer() -> None:
    assert find_scorer("lek-v1") is LEK_V1


@pytest.mark.parametrize("name", ["lek-v2", "lek-v1-paper", "", "LEK-V1"])
def test_unknown_name_is_refused_with_what_exists(name: str) -> None:
    with pytest.raises(UnknownScorer, match="offered: lek-v1") as caught:
        find_scorer(name)
    assert caught.value.name == name
    assert caught.value.offered == scorer_names() == ("lek-v1",)
