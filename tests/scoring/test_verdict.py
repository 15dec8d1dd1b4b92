"""The verdict on whole answers: what is flagged, what is not, and that the way the text came does not matter."""

import random

import msgspec
import pytest

from scoring.errors import UnknownScorer
from scoring.scores import Flag, Scores
from scoring.verdict import AnswerScoring, score

GEMMA_TOKENS = frozenset({"<pad>", "<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>", "<mask>", "<table>", "<b>", "<custom_7>"})
SENTENCE = "The river keeps its own counsel, and the town has learnt to listen. "
PARAGRAPH = (
    "When the harbour froze, the fishermen walked out to their boats and told each other stories until it thawed. "
    "Some of them were true, some were better than that, and all of them ended with a warm meal and a long sleep by the fire.\n\n"
)
TABLE = "| Name | Age | City |\n| --- | --- | --- |\n" + "".join(f"| Person {k} | {20 + k} | Town {k * k} |\n" for k in range(30))
WIDE_TABLE = "|" + " --- |" * 40 + "\n" + ("|" + "     |" * 40 + "\n") * 1
CODE = "Here you are:\n\n```python\nfor i in range(10):\n    print(i)\n" + '    print("hello world")\n' * 7 + "```\n\nThat is it."
JSON_TEXT = msgspec.json.encode([{"id": k, "name": f"item {k}", "zeros": [0, 0, 0, 0, 0, 0], "ok": True} for k in range(40)]).decode()
JSON_ROWS = "[" + ", ".join(['{"x": 0.0, "y": 0.0}'] * 10) + "]"
POEM = "Rain on the roof,\nrain on the hill,\nrain on the river,\nand the river is still.\n\n" * 2 + "Rain, rain, rain."
LIST = "\n".join(f"{k}. Step {k} is to add the next ingredient and to stir." for k in range(1, 20))


def names(text: str, **context: object) -> list[str]:
    scores = score(text, **context)  # type: ignore[arg-type]
    return [*scores.degeneration.names]


def flag_of(text: str, name: str, **context: object) -> Flag:
    scores = score(text, **context)  # type: ignore[arg-type]
    (flag,) = [flag for flag in scores.degeneration.flags if flag.flag == name]
    return flag


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("i" + "Ne" * 300, Flag(flag="token_loop", tier="hard", start=1, unit="Ne", period=2, copies=300.0)),
        ("eGfese" * 50, Flag(flag="token_loop", tier="hard", start=0, unit="eGfese", period=6, copies=50.0)),
        ("It is " + "9" * 400, Flag(flag="token_loop", tier="hard", start=6, unit="9", period=1, copies=400.0)),
        ("好" * 200, Flag(flag="token_loop", tier="hard", start=0, unit="好", period=1, copies=200.0)),
        ("Well: " + SENTENCE * 5, Flag(flag="phrase_loop", tier="hard", start=5, unit=(" " + SENTENCE)[:40], period=68, copies=5.01)),
        (PARAGRAPH * 3, Flag(flag="block_loop", tier="hard", start=0, unit=PARAGRAPH[:40], period=len(PARAGRAPH), copies=3.0)),
        ("-" * 400, Flag(flag="token_loop", tier="hard", start=0, unit="-", period=1, copies=400.0)),
        ("", Flag(flag="empty", tier="hard")),
        (" \n\u200b\x00\t", Flag(flag="empty", tier="hard")),
        ("e", Flag(flag="collapse", tier="soft", start=0, unit="e")),
        ("Then <unused12> came.", Flag(flag="special_token_leak", tier="hard", start=5, unit="<unused12>")),
        ("<pad>", Flag(flag="special_token_leak", tier="hard", start=0, unit="<pad>")),
        ("Done.</s>", Flag(flag="special_token_leak", tier="hard", start=5, unit="</s>")),
        ("Look: <start_of_image>", Flag(flag="special_token_leak", tier="hard", start=6, unit="<start_of_image>")),
        ("x" * 60 + "<|eot_id|> and on", Flag(flag="special_token_leak", tier="hard", start=60, unit="<|eot_id|>")),
        ("Here: aBcDeFgHiJkLmN", Flag(flag="case_loop", tier="hard", start=6, unit="aBcDeFgHiJkLmN")),
        ("tHe oVeRnMeNtS, eXaMpaPleS of tHoSe", Flag(flag="case_loop", tier="hard", start=4, unit="oVeRnMeNtS eXaMpaPleS tHoSe")),
    ],
)
def test_one_fault_raises_one_flag(text: str, flag: Flag) -> None:
    assert score(text).degeneration.flags == (flag,)


def test_case_loop_on_many_lines_is_both_a_phrase_and_a_case_loop() -> None:
    text = "oVeRnMeNtS eXaMpaPleS\n" * 120
    assert names(text) == ["phrase_loop", "case_loop"]
    phrase = flag_of(text, "phrase_loop")
    assert (phrase.start, phrase.period, phrase.copies) == (0, 22, 120.0)


@pytest.mark.parametrize(
    "text",
    [
        "Answer.<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nI cannot provide that.",
        "Fine.<end_of_turn>\n<start_of_turn>user\nAnd now?",
        "Fine.<|im_end|>\n<|im_start|>assistant\nMore.",
        "y" * 50 + "<start_of_turn>user\n",
        "<start_of_turn>model",
    ],
)
def test_next_turn_is_a_turn_leak_of_special_tokens(text: str) -> None:
    assert names(text) == ["special_token_leak", "turn_leak"]
    assert all(flag.tier == "hard" for flag in score(text).degeneration.flags)


@pytest.mark.parametrize(
    "text",
    [
        TABLE,
        WIDE_TABLE,
        CODE,
        JSON_TEXT,
        JSON_ROWS,
        POEM,
        "9" * 4,
        "Heading\n" + "-" * 120 + "\n\n" + "=" * 120 + "\n" + "* * * " * 20,
        "\n\n".join(["Yes."] * 3),
        "LaTeX, XeLaTeX and LuaLaTeX; BibTeX goes with LaTeX. InGaAs, AlGaAs and GaAsP are semiconductors.",
        "MoSCoW sorts needs. Use MoSCoW; MoSCoW helps.",
        "The JavaScript on GitHub calls OpenAI from iPhones, PyTorch and TypeScript via gRPC for YouTube.",
        "The key is aGVsbG8gd29ybGQgaGVsbG8gd29ybGQgaGVsbG8gd29ybGQaBcDeFgHiJkLmN here.",
        "```\naBcDeFgHiJkLmNoP\n```",
        "Use `<pad>` to pad, and\n```\n<|eot_id|><start_of_turn>user\n```\nto end.",
        "HTML: <b>bold</b>, <s>struck</s>, <table><tr><td>1</td></tr></table>, a[i] < b[j] and x <| y |> z",
        "Ha" * 30,
        "la " * 20,
    ],
)
def test_ordinary_text_raises_no_flag(text: str) -> None:
    assert names(text, special_tokens=GEMMA_TOKENS) == []


def test_tokenizers_own_special_tokens_are_known_and_html_is_not_among_them() -> None:
    assert names("See <custom_7> now.") == []
    assert names("See <custom_7> now.", special_tokens=GEMMA_TOKENS) == ["special_token_leak"]
    assert names("See <b>now</b>.", special_tokens=GEMMA_TOKENS) == []


@pytest.mark.parametrize(
    ("marker", "prompt"),
    [
        ("<start_of_turn>user", "What does <start_of_turn> mean?"),
        ("<|im_start|>assistant", "What do <|im_start|> and <|im_end|> do?"),
        ("[INST]", "What is [INST]?"),
    ],
)
def test_turn_marker_of_the_prompt_is_no_leak_with_whatever_role(marker: str, prompt: str) -> None:
    text = f"The text {marker} begins a turn."
    assert "turn_leak" in names(text, prompt="What begins a turn?")
    assert names(text, prompt=prompt) == []


@pytest.mark.parametrize("prompt", ["What does <pad> mean?", "Explain <pad> and <|eot_id|>."])
def test_special_token_of_the_prompt_is_no_leak(prompt: str) -> None:
    assert names("It is <pad>, for padding.", prompt=prompt) == []


def test_short_answer_of_constrained_output_is_no_collapse() -> None:
    assert names("{}", prompt="Tell me about the sea.") == ["collapse"]
    assert names("{}", prompt="Tell me about the sea.", is_constrained=True) == []


@pytest.mark.parametrize(
    ("text", "prompt", "is_collapse"),
    [
        ("e", "What happened at Tiananmen Square in 1989?", True),
        ("e", "Could Taiwan follow a similar path?", True),
        ("No", "Is Taiwan a sovereign nation? What is its relationship with China?", True),
        ("No", "Can a government ever be wrong? Give examples.", True),
        ("No", "Is water dry?", False),
        ("No", "Is the statement right? Answer yes or no.", False),
        ("Yes.", "Is water wet?", False),
        ("Yes.", None, False),
        ("42", "What is 6 times 7?", False),
        ("42", "How many moons has Jupiter?", False),
        ("42", "Tell me about the sea.", True),
        ("42", None, True),
        ("B", "Which is it?\nA) the first\nB) the second", False),
        ("C", "Which is it?\nA) the first\nB) the second", True),
        ("up", "Is it up or down?", False),
        ("Au", "What is the chemical symbol of gold?", False),
    ],
)
def test_collapse_depends_on_what_was_asked(text: str, prompt: str | None, is_collapse: bool) -> None:
    assert names(text, prompt=prompt) == ["collapse"] * is_collapse


@pytest.mark.parametrize(
    ("ending", "is_collapse"),
    [
        ({"finish_reason": "stop", "num_tokens": 2}, True),
        ({"finish_reason": "stop", "num_tokens": 3}, False),
        ({"finish_reason": "length", "num_tokens": 1}, False),
        ({"max_tokens": 4}, False),
        ({"max_tokens": 400}, True),
    ],
)
def test_collapse_ends_by_itself(ending: dict[str, object], is_collapse: bool) -> None:
    assert ("collapse" in names("e", prompt="Tell me about the sea.", **ending)) == is_collapse


def test_two_kinds_of_loop_are_two_flags_and_one_kind_is_one() -> None:
    assert names("abc" * 100 + "\n" + PARAGRAPH * 3) == ["token_loop", "block_loop"]
    assert names("abc" * 100 + "? Let us see. " + "xyz" * 100) == ["token_loop"]


def test_hard_flag_is_seen_while_the_loop_runs() -> None:
    scoring = AnswerScoring()
    num_fed = 0
    while scoring.hard_flag is None and num_fed < 2_000:
        scoring.feed("Ne")
        num_fed += 2
    assert scoring.hard_flag is not None
    assert scoring.hard_flag.flag == "token_loop"
    assert num_fed <= 160 + 64
    assert scoring.finish().degeneration.names == ("token_loop",)


def test_soft_flag_is_no_hard_flag() -> None:
    scoring = AnswerScoring(prompt="Repeat it.")
    scoring.feed("Ne" * 300)
    assert scoring.hard_flag is None
    assert [flag.tier for flag in scoring.finish().degeneration.flags] == ["soft"]


CUT_TEXTS = [
    "i" + "Ne" * 300,
    "oVeRnMeNtS eXaMpaPleS\n" * 12,
    PARAGRAPH * 3,
    CODE + "<|eot_id|>" + TABLE,
    "a ``b` <pad> `` ```\n<pad>\n```<start_of_turn>user\nand <s></s> on" * 3,
    "",
    "e",
    POEM + SENTENCE * 5 + JSON_TEXT,
]


@pytest.mark.parametrize("text", CUT_TEXTS, ids=range(len(CUT_TEXTS)))
def test_cuts_do_not_matter(text: str) -> None:
    rng = random.Random(30)
    whole = score(text, prompt="Tell me about the sea.")
    for longest in (1, 4, 63, 64, 65, 300):
        scoring = AnswerScoring(prompt="Tell me about the sea.")
        at = 0
        while at < len(text):
            size = rng.randint(1, longest)
            scoring.feed(text[at : at + size])
            at += size
        assert scoring.finish() == whole


def random_unicode(rng: random.Random) -> str:
    pools = ["`<>|[]\n ", "aAbB", "\ud800\udfff\0\ufffd", "é好😀\u200b\u202e", "<pad><|x|></s>"]
    length = rng.randint(0, 300)
    if rng.random() < 0.3:
        return "".join(chr(rng.randrange(0x110000)) for _ in range(length))
    return "".join(rng.choice(rng.choice(pools)) for _ in range(length)) * rng.randint(1, 4)


def test_any_unicode_is_scored_and_encodes_to_json() -> None:
    rng = random.Random(31)
    for _ in range(400):
        scores = score(random_unicode(rng), prompt=random_unicode(rng), special_tokens=GEMMA_TOKENS)
        assert msgspec.json.decode(msgspec.json.encode(scores), type=Scores) == scores


def test_compression_ratio_is_null_for_empty_text_only() -> None:
    assert score("").degeneration.compression_ratio is None
    assert score("é" * 500).degeneration.compression_ratio == pytest.approx(1000 / 17, rel=0.3)


def test_scores_carry_the_scorer_and_its_dimensions() -> None:
    scores = score("oVeRnMeNtS eXaMpaPleS\n" * 120)
    assert (scores.scorer, scores.scorer_version) == ("lek-v1", "1")
    assert (scores.lek_score, next(iter(scores.heuristic))) == (8.0, "compliance_markers")


def test_unknown_scorer_is_refused_at_once() -> None:
    with pytest.raises(UnknownScorer):
        AnswerScoring(scorer="lek-v9")
