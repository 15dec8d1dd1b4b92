"""Word salad: a dozen words in no order are found, tables and forms of verbs are not."""

import random

import pytest

from scoring.degeneration.repetition.word_salad import find_word_salad

WORDS = {
    "code": "}); Nullable undefined lbl #region <?php ViewById getItem @Override ptr-> _.",
    "prompt": "barrel rain water roof gutter collects explain pipe storm",
    "german": "Fass Regen Wasser Dach Rinne sammelt erkläre Rohr Sturm und",
    "russian": "бочка дождь вода крыша жёлоб собирает труба буря и",
}


def drawn(words: str, num_words: int, seed: int) -> str:
    rng = random.Random(seed)
    return "".join(rng.choice(words.split()) + rng.choice("   \n") for _ in range(num_words))


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_words_in_no_order_are_found(name: str, seed: int) -> None:
    assert find_word_salad("It begins well enough. " + drawn(WORDS[name], 90, seed)) is not None


@pytest.mark.parametrize(
    "text",
    [
        drawn(WORDS["code"], 40, 4),
        drawn(WORDS["prompt"], 8, 5) * 20,
        drawn("yes no", 90, 6),
        drawn("a b c d e f g h", 90, 7),
        "".join(f"| {drawn('Yes No Partly Soon Never', 3, row).replace(chr(10), ' ')} |\n" for row in range(60)),
        "".join(f"I {v} you {v} we {v} they {v} he {v}s she {v}s\n" for v in ("work", "walk", "cook", "talk") * 4),
        " ".join(f"word{number}" for number in range(90)),
        "",
    ],
    ids=["short", "loop", "two kinds", "letters", "table", "verbs", "many kinds", "nothing"],
)
def test_other_text_is_no_word_salad(text: str) -> None:
    assert find_word_salad(text) is None
