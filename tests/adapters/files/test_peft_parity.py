"""Logits of adapters that PEFT itself made, on tiny models: recorded by `python -m tests.outside.peft --record`."""

from pathlib import Path

import msgspec
import pytest

from tests.outside.peft.comparing import compare

DATA = Path(__file__).parent / "data" / "peft"


@pytest.mark.parametrize("case", sorted(folder.name for folder in (DATA / "cases").iterdir()))
def test_logits_are_pefts_own(case: str) -> None:
    tokens = msgspec.json.decode((DATA / "tokens.json").read_bytes(), type=list[int])
    assert compare(DATA / "cases" / case, DATA / "bases", tokens).fault is None
