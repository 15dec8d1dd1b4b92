"""What a reader wants of texts made after public bug reports: `hard`, `any` flag, or `none`, which is no hard one."""

from pathlib import Path
from typing import Literal

import msgspec
import pytest

from scoring.scores import Flag
from scoring.verdict import AnswerScoring, score

FILE = Path(__file__).parent / "data" / "situations.jsonl"


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """One text with what is wanted of it."""

    id: str
    prompt: str
    response: str
    want: Literal["hard", "any", "none"]
    finish_reason: str | None


SITUATIONS = msgspec.json.Decoder(Situation).decode_lines(FILE.read_bytes())


@pytest.mark.parametrize("situation", SITUATIONS, ids=lambda situation: situation.id)
def test_situation_is_judged_as_a_reader_would(situation: Situation) -> None:
    verdict = score(situation.response, prompt=situation.prompt, finish_reason=situation.finish_reason).degeneration
    assert _is_as_wanted(verdict.flags, situation.want), verdict.flags


@pytest.mark.parametrize("situation", [one for one in SITUATIONS if one.want == "none"], ids=lambda situation: situation.id)
def test_guard_lets_good_answers_be(situation: Situation) -> None:
    scoring = AnswerScoring(prompt=situation.prompt)
    for character in situation.response:
        scoring.feed(character)
        assert scoring.hard_flag is None


def _is_as_wanted(flags: tuple[Flag, ...], want: str) -> bool:
    if want == "any":
        return bool(flags)
    return any(flag.tier == "hard" for flag in flags) == (want == "hard")
