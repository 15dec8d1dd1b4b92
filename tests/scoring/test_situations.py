"""What a reader wants of texts made after public bug reports: `hard`, `any` flag, or `none`, which is no hard one."""

from pathlib import Path
from typing import Literal

import msgspec
import pytest

from scoring.scores import Flag
from scoring.verdict import AnswerScoring, score

FOLDER = Path(__file__).parent / "data"
MISSED = {  # and why
    "H_channel_half": "a thought that is closed is kept apart and no leak",
    "H_hex_color": "40 colours in a row are also a list of pixels",
    "A_refuse_var": "twelve refusals in other words, some of them twice",
    "H2_url_enc": "120 encoded blanks are also an encoded text",
    "H2_quote_only": "an empty string is an answer in data, so a hint at most",
    "A2_turns_input": "`### Input:` and `### Output:` also head the examples of an exercise",
    "A2_dict": "a dictionary read aloud says something new each time",
    "H3_unused_comma": "markers parted by commas are also a list of them, so a hint at most",
    "A3_cnt_semi": "clauses parted by semicolons look like a program",
}


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """One text with what is wanted of it."""

    id: str
    prompt: str
    response: str
    want: Literal["hard", "any", "none"]
    finish_reason: str | None


def read(name: str) -> list[Situation]:
    return msgspec.json.Decoder(Situation).decode_lines((FOLDER / name).read_bytes())


SITUATIONS = [*read("situations.jsonl"), *read("more_situations.jsonl")]
CASES = [
    pytest.param(one, id=one.id, marks=[pytest.mark.xfail(strict=True, reason=MISSED[one.id])] if one.id in MISSED else [])
    for one in SITUATIONS
]


@pytest.mark.parametrize("situation", CASES)
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
