"""Closing loops: what is said again in whatever order is found, and songs, lists, tables and records are left alone."""

import random

import pytest

from scoring.degeneration.repetition.closing_loop import MAX_CHARS, find_closing_loop
from scoring.verdict import AnswerScoring
from tests.scoring.degeneration.judging import flags, names

LEAD = "A barrel under the gutter gathers what the roof sheds, and most people divert the first flush of a storm. "
PARAGRAPH = (
    "When the storm ends, the barrel holds what the roof gave it. You open the tap at the base and the garden drinks. A screen on"
    " the lid keeps leaves and insects away, and an overflow pipe sends what is left to the drain or a second barrel beside it."
)
NUMBERS = {
    "en": "one two three four five six seven eight nine ten eleven twelve",
    "de": "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf",
    "fr": "un deux trois quatre cinq six sept huit neuf dix onze douze",
    "es": "uno dos tres cuatro cinco seis siete ocho nueve diez once doce",
    "it": "uno due tre quattro cinque sei sette otto nove dieci undici dodici",
    "ru": "один два три четыре пять шесть семь восемь девять десять одиннадцать двенадцать",
    "ar": "واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة",
}
RULES = {
    "en": "Rule number {}: fill the barrel with rain from the roof.",
    "de": "Regel Nummer {}: Fülle die Tonne mit Regen vom Dach.",
    "fr": "Règle numéro {} : remplissez le tonneau avec la pluie du toit.",
    "es": "Regla número {}: llena el barril con la lluvia del tejado.",
    "it": "Regola numero {}: riempi il barile con la pioggia del tetto.",
    "ru": "Правило номер {}: наполните бочку дождём с крыши дома.",
    "ar": "القاعدة رقم {}: املأ البرميل بماء المطر من سطح البيت.",
}
STEPS = {
    "en": (
        "first second third fourth fifth sixth seventh eighth ninth tenth",
        "The {} step is to find the {} of the two numbers.",
        "sum product",
    ),
    "de": (
        "erste zweite dritte vierte fünfte sechste siebte achte neunte zehnte",
        "Der {} Schritt ist die {} der beiden Zahlen.",
        "Summe Wurzel",
    ),
    "fr": (
        "première deuxième troisième quatrième cinquième sixième septième huitième neuvième dixième",
        "La {} étape consiste à trouver la {} des deux nombres.",
        "somme différence",
    ),
    "es": (
        "primer segundo tercer cuarto quinto sexto séptimo octavo noveno décimo",
        "El {} paso es encontrar la {} de los dos números.",
        "suma diferencia",
    ),
    "ru": (
        "первый второй третий четвёртый пятый шестой седьмой восьмой девятый десятый",
        "Затем {} шаг — найти {} этих двух чисел.",
        "сумму разность",
    ),
}
SENTENCES = {
    "en": ("The water runs down the roof.", "The barrel fills with rain.", "The lid keeps out the leaves.", "The tap is at the base."),
    "de": ("Das Wasser läuft vom Dach.", "Die Tonne füllt sich mit Regen.", "Der Deckel hält das Laub ab.", "Unten ist ein Hahn."),
    "ru": ("Вода стекает с крыши.", "Бочка наполняется дождём.", "Крышка задерживает листья.", "Снова идёт дождь."),
    "hi": ("पानी छत से बहता है।", "बैरल बारिश के पानी से भर जाता है।", "ढक्कन पत्तों को रोकता है।", "फिर बारिश होती है।"),
    "zh": ("水从屋顶流下来。", "桶里装满了雨水。", "盖子挡住了树叶。", "又下雨了。"),
    "ja": ("水が屋根から流れます。", "樽が雨水でいっぱいになります。", "ふたが葉を防ぎます。", "また雨が降ります。"),
}


def is_loop(text: str) -> bool:
    return find_closing_loop(text, is_code=False, is_cut_off=False) is not None


@pytest.mark.parametrize("language", RULES)
@pytest.mark.parametrize("lead", ["", LEAD])
@pytest.mark.parametrize("joint", [" ", "\n\n"])
def test_loop_that_counts_in_words_is_found(language: str, lead: str, joint: str) -> None:
    assert is_loop(lead + joint.join(RULES[language].format(word) for word in NUMBERS[language].split()))


@pytest.mark.parametrize("language", STEPS)
def test_loop_that_counts_in_ordinals_and_alternates_is_found(language: str) -> None:
    ordinals, step, kinds = STEPS[language]
    assert is_loop(" ".join(step.format(word, kinds.split()[place % 2]) for place, word in enumerate(ordinals.split())))


@pytest.mark.parametrize("language", SENTENCES)
def test_sentences_in_changing_order_are_found(language: str) -> None:
    rng = random.Random(90)
    text = ("" if language in ("zh", "ja") else " ").join(rng.choice(SENTENCES[language]) for _ in range(40))
    assert is_loop(text)


@pytest.mark.parametrize(
    "text",
    [
        "\n\n".join(
            f"{numeral}. The barrel is filled by the rain from the roof."
            for numeral in ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII"]
        ),
        "\n\n".join(f"[Poster {number:04d}]\n\n<b>Can a barrel hold snow, dear Petra?</b>\n\nYes, it can." for number in range(1, 10)),
        "\n".join(f"<p><b>Can a barrel hold snow, dear Petra?</b></p><p>Answer {number}: yes, it can.</p>" for number in range(1, 12)),
        "\n".join(f"({letter}) The water flows from the roof to the barrel." for letter in "abcdefghijkl"),
        "\n".join(f"{number}. What holds water?\n\n(A) A barrel\n(B) A sieve\n(C) None of them\n" for number in range(1, 14)),
        "\n\n".join(
            f"Definition 1.1.{number}.\n\nA vector space is a set of linear combinations of real numbers." for number in range(1, 8)
        ),
        PARAGRAPH + "\n\n" + PARAGRAPH,
        "\n\n".join(f"## Section {number}\n\n{PARAGRAPH}" for number in range(1, 5)),
        "\n\n".join(f"**{heading}**\n\n{PARAGRAPH}" for heading in ("Overview", "Details", "Background", "Summary")),
        " ".join("ra" * number for number in range(1, 30)),
        "Water flows down the pipe into the barrel. water flows down the pipe into the barrel! " * 6,
    ],
    ids=["roman", "tags", "html", "letters", "choices", "definitions", "paragraph twice", "sections", "headings", "syllables", "case"],
)
def test_what_is_said_again_is_found(text: str) -> None:
    assert is_loop(text)


@pytest.mark.parametrize("language", ["en", "de", "es"])
def test_sentence_with_slots_is_found(language: str) -> None:
    rng = random.Random(91)
    slots = {
        "en": "It is {important|vital} to {note|know|remember} that the {tank|barrel} {can|may|will} {hold|store|keep} {water|rain}.",
        "de": "Es ist {wichtig|nötig} zu {wissen|beachten}, dass {die Tonne|das Fass} {Wasser|Regen} {halten|speichern|sammeln} kann.",
        "es": "Es {importante|necesario} {notar|saber|recordar} que {el barril|el tanque} puede {guardar|contener} {agua|lluvia}.",
    }[language]
    parts = slots.replace("}", "{").split("{")
    sentences = ["".join(rng.choice(part.split("|")) if place % 2 else part for place, part in enumerate(parts)) for _ in range(36)]
    assert is_loop(" ".join(sentences))


@pytest.mark.parametrize("mark", ["- ", "* ", "{}. ", "{}) "])
def test_list_drawn_from_a_few_items_is_found(mark: str) -> None:
    rng = random.Random(92)
    items = ("Gutter", "Diverter", "Rain barrel", "Screen", "Downspout")
    assert is_loop("".join(mark.format(number) + rng.choice(items) + "\n" for number in range(1, 120)))


@pytest.mark.parametrize(
    "text",
    [
        LEAD + PARAGRAPH,
        "".join(f"| {day} | {day * 37 % 11} | Yes |\n" for day in range(1, 32)),
        "".join(f"{number} x 7 = {number * 7}\n" for number in range(1, 41)),
        "".join(f"{number} km = {number * 0.621:.2f} miles\n" for number in range(1, 31)),
        "".join(f"assert add({number}, {number * 7 % 13}) == {number + number * 7 % 13}\n" for number in range(60)),
        "".join(f".m-{number} {{ margin: {number}px; }}\n.p-{number} {{ padding: {number}px; }}\n" for number in range(12)),
        "".join(f"2025-06-{day:02},21.0,0.0,dry\n" for day in range(1, 31)),
        "".join(f'10.0.0.{n * 7 % 250} - - [12/Mar/2024:15:01:{n:02} +0000] "GET /orders HTTP/1.1" 200 {n * 37}\n' for n in range(30)),
        "\n".join(f"{word} green barrels by the wall,\n{word} green barrels by the wall,\nand if one barrel should roll away,"
                  for word in ("Ten", "Nine", "Eight", "Seven", "Six", "Five")),
        "\n".join(f"### How do I change my {thing}?\n\nTo change my {thing}, open Settings, choose Account and press {thing.capitalize()}."
                  for thing in ("name", "e-mail", "password", "address", "photo", "language")),
        "\n".join(f"Saint {name}, pray for us." for name in ["Mary", "Michael", "Joseph", "Peter", "Paul", "John", "Anne", "Luke", "Mark"]),
        "The rain falls on the roof,\nroll on, old river, roll on,\nthe barrel fills to the brim,\nroll on, old river, roll on.\n" * 2,
        "\n".join(f"I {verb}, I {verb}ed, I have {verb}ed, I will {verb}\nthey {verb}, they {verb}ed, they have {verb}ed, they will {verb}"
                  for verb in ("work", "clean", "paint", "wait", "open", "cook", "walk", "talk")),
    ],
    ids=["prose", "table", "times", "units", "asserts", "css", "csv", "log", "countdown", "faq", "litany", "refrain", "verbs"],
)  # fmt: skip
def test_what_repeats_by_nature_is_left_alone(text: str) -> None:
    assert not is_loop(text)


def test_loop_that_the_limit_cut_off_needs_less() -> None:
    said = ("I have to go to the bathroom.", "I don't need to go there.", "My boyfriend is in the house.", "He is in a big ball today.")
    order = (0, 1, 2, 1, 3, 0, 1, 0, 1)
    kinds = ["house", "party", "bath", "meeting", "wedding", "garden", "kitchen", "hall", "cellar"]
    text = "\n\n".join(
        f"SCENE {place}. A {kind}.\n\nMARIA: {said[one]}" for place, (kind, one) in enumerate(zip(kinds, order, strict=True))
    )
    text += "\n\nNobody is there but a man who sells old umbrellas."
    assert find_closing_loop(text, is_code=False, is_cut_off=False) is None
    assert find_closing_loop(text, is_code=False, is_cut_off=True) is not None


def test_start_is_where_the_first_of_them_is_said() -> None:
    found = find_closing_loop(LEAD + " ".join([PARAGRAPH] * 3), is_code=False, is_cut_off=False)
    assert found is not None
    assert found.start == len(LEAD)


def test_loop_that_was_asked_for_is_not_flagged() -> None:
    text = PARAGRAPH + "\n\n" + PARAGRAPH
    assert names(text, prompt="Where does the rain go?") == ["near_loop"] or "block_loop" in names(text, prompt="Where does the rain go?")
    assert "near_loop" not in names(text, prompt="Repeat the paragraph 2 times.")


@pytest.mark.parametrize("size", [1, 7, 64, 1000])
def test_cuts_do_not_matter(size: int) -> None:
    rng = random.Random(93)
    text = LEAD * 2 + PARAGRAPH + " ".join(rng.choice(SENTENCES["en"]) for _ in range(40))
    scoring = AnswerScoring()
    for start in range(0, len(text), size):
        scoring.feed(text[start : start + size])
    assert scoring.finish().degeneration.flags == flags(text)


def test_end_of_a_long_text_is_all_that_is_looked_at() -> None:
    rng = random.Random(94)
    loop = " ".join(rng.choice(SENTENCES["en"]) for _ in range(40))
    other = " ".join("".join(rng.choices("aeioulmnrst", k=5)) for _ in range(900))
    assert is_loop(loop + " " + other[:200])
    assert not is_loop((loop + " " + other)[-MAX_CHARS:])
