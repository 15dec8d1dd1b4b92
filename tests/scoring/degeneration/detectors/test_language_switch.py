"""Language switches: a script that the prompt neither uses nor asks for."""

import pytest

from scoring.degeneration.prompt.asked_scripts import scripts_asked_for
from scoring.degeneration.words.scripts import RANGES, script_of
from scoring.scores import Flag
from tests.scoring.degeneration.judging import flags, names

ENGLISH = "The river keeps its own counsel, and the town has learnt to listen. "
RUSSIAN = "Это было давно, и никто уже не помнит, как всё началось. "
CHINESE = "这座城市很古老，河边的人们每天早上都去市场买菜，然后慢慢地走回家。"
QUESTION = "What happened in the harbour town?"


def test_ranges_ascend_and_do_not_overlap() -> None:
    bounds = [bound for first, last, _ in RANGES for bound in (first, last)]
    assert bounds == sorted(set(bounds))


@pytest.mark.parametrize(
    ("letters", "script"),
    [
        ("aéßǅ", "Latin"),
        ("ψἀ", "Greek"),
        ("ёѣ", "Cyrillic"),
        ("א", "Hebrew"),
        ("عﺶ", "Arabic"),
        ("अ", "Devanagari"),
        ("ก", "Thai"),
        ("好𠀀", "Han"),
        ("かカｶ", "Kana"),
        ("한", "Hangul"),
        ("ა", "Georgian"),
        ("1 .。😀\ud800\u0301𐍈", None),
    ],
)
def test_script_of_letters(letters: str, script: str | None) -> None:
    assert {script_of(letter) for letter in letters} == {script}


@pytest.mark.parametrize(
    ("prompt", "scripts"),
    [
        (QUESTION, {"Latin"}),
        ("What does 好 mean?", {"Latin", "Han"}),
        ("Write a poem in Russian.", {"Latin", "Cyrillic"}),
        ("How do you write it in classical Greek?", {"Latin", "Greek"}),
        ("Show me the Hebrew alphabet.", {"Latin", "Hebrew"}),
        ("Translate this: good morning. Korean please.", {"Latin", "Hangul"}),
        ("Sag das auf Russisch.", {"Latin", "Cyrillic"}),
        ("What is happening to the Uyghur people in Xinjiang, China?", {"Latin"}),
        ("What do Russian cooks put into borscht?", {"Latin"}),
        ("これは何ですか", {"Kana", "Han"}),
        ("翻译成英文：你好", {"Han", "Latin"}),
        ("Переведи на английский: привет", {"Cyrillic", "Latin"}),
        ("1 + 1 = ?", set()),
        ("", set()),
        ("Which phrases should I know for my trip to Athens?", set()),
    ],
)
def test_scripts_that_a_prompt_asks_for(prompt: str, scripts: set[str]) -> None:
    assert scripts_asked_for(prompt) == scripts


@pytest.mark.parametrize(
    ("text", "prompt", "start"),
    [
        (RUSSIAN, QUESTION, 0),
        (ENGLISH + RUSSIAN, QUESTION, len(ENGLISH)),
        (ENGLISH + CHINESE, QUESTION, len(ENGLISH)),
        (ENGLISH, "Что случилось в городе?", 0),
        ("1989: " + ENGLISH, "城里发生了什么？", 6),
        ("The слово and πολύ and 好的 of many שפות in одной θάλασσα", QUESTION, 4),
    ],
)
def test_other_script_is_flagged_where_it_begins(text: str, prompt: str, start: int) -> None:
    assert flags(text, prompt=prompt) == (Flag(flag="language_switch", tier="soft", start=start),)


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (RUSSIAN, None),
        (RUSSIAN, "Расскажи о городе."),
        (RUSSIAN, "Answer in Russian: what happened?"),
        (ENGLISH * 3 + RUSSIAN, QUESTION),
        ("Δίκη", QUESTION),
        (ENGLISH + "The angles are α, β and γ.", QUESTION),
        ("用 PyTorch 和 TensorFlow 训练神经网络的时候要注意学习率。", "怎么训练神经网络？"),
        ("可以这样：\n```python\nfor number in range(10):\n    print(number)\n```\n然后运行它就好了。", "怎么写循环？"),
        (ENGLISH, "1 + 1 = ?"),
    ],
)
def test_script_that_fits_is_not_flagged(text: str, prompt: str | None) -> None:
    assert "language_switch" not in names(text, prompt=prompt)
