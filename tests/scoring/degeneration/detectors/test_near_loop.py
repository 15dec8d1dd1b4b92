"""Near loops: noise and counters are found where they begin, ordinary text is left alone, and exact loops are flagged once."""

import random
import string

import pytest

from scoring.scores import Flag
from tests.scoring.degeneration.judging import flags, names

ALPHABETS = {
    "latin": string.ascii_lowercase + "    ",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщыьэюя    ",
    "han": "的一是不了人我在有他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对可",
    "digits": string.digits,
    "printable": string.ascii_letters + string.digits + string.punctuation + "     ",
}
OPENING = "Here is all that I know about it. "
SENTENCE = "The river keeps its own counsel, and the town has learnt to listen. "


def noisy_loop(rng: random.Random, alphabet: str, period: int, noise: float) -> str:
    unit = "".join(rng.choices(alphabet, k=period))
    loop = unit * (max(400, 6 * period) // period)
    return "".join(rng.choice(alphabet) if rng.random() < noise else character for character in loop)


@pytest.mark.parametrize("alphabet", ALPHABETS)
@pytest.mark.parametrize(
    ("noise", "periods", "least"), [(0.01, (8, 200), 0.95), (0.02, (17, 64), 0.95), (0.02, (65, 400), 0.95), (0.05, (17, 200), 0.85)]
)
def test_loop_with_noise_is_flagged(alphabet: str, noise: float, periods: tuple[int, int], least: float) -> None:
    rng = random.Random(50)
    num_found = 0
    for _ in range(40):
        found = flags(OPENING + noisy_loop(rng, ALPHABETS[alphabet], rng.randint(*periods), noise))
        assert all(flag.flag.endswith("_loop") or flag.flag == "gibberish" for flag in found)
        num_found += any(flag.flag.endswith("_loop") for flag in found)
    assert num_found >= 40 * least


def test_noisy_loop_is_flagged_where_it_begins_with_its_period() -> None:
    rng = random.Random(51)
    num_exact = 0
    for _ in range(30):
        period = rng.randint(40, 64)
        (flag,) = flags(OPENING + noisy_loop(rng, ALPHABETS["latin"], period, 0.05))
        assert (flag.flag, flag.tier) == ("near_loop", "soft")
        assert flag.start is not None
        num_exact += flag.period == period and abs(flag.start - len(OPENING)) <= 2 * period
    assert num_exact >= 27


@pytest.mark.parametrize(
    "line",
    [
        "Step {} is to add the next ingredient and to stir. ",
        "Step {}:\n\n",
        "Day {}: rain.\n",
        "{}. Mix the flour and wait.\n",
        "Item {}, ",
        "Шаг {} и снова шаг, ",
        "第{}章 你好世界我们走吧。",
    ],
)
def test_counter_loop_is_flagged(line: str) -> None:
    (flag,) = flags(OPENING + "".join(line.format(number) for number in range(1, 41)))
    assert (flag.flag, flag.tier) == ("near_loop", "soft")
    assert flag.copies is not None
    assert flag.copies >= 8


def test_reworded_sentences_are_flagged() -> None:
    rng = random.Random(52)
    openings = ("I think that", "We know that", "It is said that", "They found that")
    text = " ".join(f"{rng.choice(openings)} the number of ducks at the zoo is not what the keeper of the zoo says." for _ in range(20))
    (flag,) = flags(text)
    assert (flag.flag, flag.tier, flag.period) == ("near_loop", "soft", None)
    assert flag.start is not None
    assert flag.start < 100
    assert flag.unit
    assert flag.unit in text.lower()


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"{number}, " for number in range(200)),
        "".join(f"| Person {number} | {20 + number} | Town {number * number} |\n" for number in range(40)),
        "[" + ", ".join(f'{{"id": {number}, "name": "item {number}", "ok": true}}' for number in range(40)) + "]",
        "```python\n" + "".join(f"    self.field_{number} = field_{number}\n" for number in range(40)) + "```",
        "".join(f"INSERT INTO town VALUES ({number}, 'name', {number * 7});\n" for number in range(30)),
        "".join(f"2024-03-{number:02},{number * 37 % 100}.5,{number * 91 % 1000}\n" for number in range(1, 31)),
        "ACGT" + "".join(random.Random(53).choices("ACGT", k=2_000)),
        "3." + "".join(random.Random(54).choices(string.digits, k=2_000)),
        "".join(random.Random(55).choices(string.ascii_letters + string.digits + "+/", k=2_000)),
        "Rain on the roof,\nrain on the hill,\nrain on the river,\nand the river is still.\n\n" * 2,
        "Chapter 1\n\n" + SENTENCE + "\n\nChapter 2\n\nThe harbour froze.\n\nChapter 3\n\nNobody came.",
    ],
    ids=["numbers", "table", "json", "code", "sql", "csv", "dna", "digits", "base64", "refrain", "chapters"],
)
def test_ordinary_repetition_is_no_near_loop(text: str) -> None:
    assert "near_loop" not in names(text)


@pytest.mark.parametrize("text", ["Ne" * 300, SENTENCE * 12, OPENING + SENTENCE * 12, "\n\nThe answer is:" * 60, ("1. yes 2. no " * 60)])
def test_exact_loop_is_no_near_loop_beside(text: str) -> None:
    (flag,) = flags(text)
    assert flag.tier == "hard"


def test_near_loop_before_an_exact_one_is_cut_where_that_begins() -> None:
    counting = "".join(f"In the year {year} nothing at all was written down here. " for year in range(1900, 1920))
    stuck = "In the year 1920 nothing at all was written down here. " * 10
    exact, near = flags(counting + stuck)
    assert (exact.flag, exact.start) == ("phrase_loop", counting.index("9 nothing", 1040) + 1)  # the last copy ends as the loop does
    assert (near.flag, near.start, near.period, near.copies) == ("near_loop", 0, 55, 19.29)


def test_two_near_loops_are_one_flag() -> None:
    first = "".join(f"Verse {number} is sung again. " for number in range(10, 30))
    second = "".join(f"Room {number} has no window at all. " for number in range(10, 30))
    found = flags(first + SENTENCE + second)
    assert [(flag.flag, flag.start) for flag in found] == [("near_loop", 0)]


def test_flag_of_a_near_loop_is_whole() -> None:
    text = "".join(f"Verse {number} is sung again. " for number in range(10, 30))
    assert flags(text) == (Flag(flag="near_loop", tier="soft", start=0, unit="Verse 10 is sung again. ", period=24, copies=20.0),)
