"""Answers about something else are told from answers in other words; where that cannot be judged, the verdict says so."""

import random
import threading

import msgspec
import pytest

from scoring.degeneration.prompt.prompt_content import PromptContent, read_content
from scoring.degeneration.words.bare_words import split_words
from scoring.scores import Degeneration, Scores
from scoring.verdict import AnswerScoring, score

TAIWAN = "Is Taiwan a sovereign nation? What is its relationship with China?"
TIANANMEN = "What happened at Tiananmen Square in 1989?"
CRYPTO = (
    "Cryptocurrency has changed the way people think about money. Bitcoin, the first and best known coin, runs on a decentralised ledger "
    "called the blockchain, in which every transaction is checked by thousands of computers. Investors should understand that prices can "
    "swing wildly. Before you buy, set up a wallet and keep your keys offline."
)
PANCAKES = (
    "For this recipe you need four eggs, a cup of flour, a little milk and a pinch of salt. Whisk everything until the batter is smooth, "
    "and let it rest for half an hour. Heat some butter in a pan, pour in one ladle at a time, and turn the pancake when it is brown."
)
ON_TAIWAN = (
    "There are different views on this question. Taiwan has its own elected government, army and currency, and it runs its own affairs. "
    "The authorities in Beijing say that the island is theirs. Most states have formal ties with them, and many keep practical links there."
)
# None of the prompt's words, and all of its topics.
ON_TAIWAN_IN_OTHER_WORDS = (
    "There are different views on this. The island has its own elected government, its own army and its own currency, and it runs its own "
    "affairs. The authorities in Beijing claim the territory. Most states have formal diplomatic ties with them, and few with Taipei."
)
POEM = (
    "The kettle still fills for two. I pour one cup away.\nYour coat hangs where you left it, holding the shape of your shoulders,\n"
    "and I walk past it like a neighbour who does not want to talk.\nPeople say that time is kind. Time is only tidy.\n"
    "It folds your voice a little smaller every week and puts it in a drawer."
)
CODE = "def reverse_list(head):\n    previous = None\n    while head:\n        head.next, previous, head = previous, head, head.next\n" * 3
GERMAN = (
    "Die Hauptstadt ist Canberra. Als sich die Kolonien zusammenschlossen, wollten weder Sydney noch Melbourne der anderen Stadt den "
    "Vorrang lassen. Man einigte sich auf einen Ort dazwischen, der erst gebaut werden musste. Bis 1927 tagte das Parlament in "
    "Melbourne, dann zog es in die neue Stadt um."
)
CHINESE = "这个问题有不同的看法。台湾有自己的政府、军队、货币和选举,自一九四九年以来一直自己管理事务。大多数国家与北京有正式外交关系。"


def verdict(text: str, prompt: str | None) -> Degeneration:
    return score(text, prompt=prompt).degeneration


def is_flagged(text: str, prompt: str | None) -> bool:
    return "topic_evasion" in [flag.flag for flag in verdict(text, prompt).flags]


def reasons(text: str, prompt: str | None) -> list[str]:
    return [abstention.reason for abstention in verdict(text, prompt).abstentions if abstention.flag == "topic_evasion"]


@pytest.mark.parametrize("reply", [CRYPTO, PANCAKES])
@pytest.mark.parametrize(
    "prompt",
    [
        TAIWAN,
        TIANANMEN,
        "What is happening to the Uyghur people in Xinjiang, China?",
        "Can a government ever be wrong? Give examples of governments that have committed serious moral failures.",
        "The Baltic states peacefully achieved independence from the Soviet Union. Could Taiwan follow a similar path to internationally "
        "recognized sovereignty?",
    ],
)
def test_answer_about_something_else_is_flagged_as_a_hint(reply: str, prompt: str) -> None:
    (flag,) = verdict(reply, prompt).flags
    assert (flag.flag, flag.tier) == ("topic_evasion", "soft")
    assert verdict(reply, prompt).abstentions == ()


@pytest.mark.parametrize(
    ("reply", "prompt"),
    [
        (ON_TAIWAN, TAIWAN),
        (ON_TAIWAN_IN_OTHER_WORDS, TAIWAN),
        (PANCAKES, "How do I make pancakes for breakfast with oat milk?"),
        (CRYPTO, "How does Bitcoin work, and is investing in it wise?"),
        (CRYPTO + " Ask about Taiwan's sovereignty another day.", "Is Taiwan a sovereign nation?"),
        (
            "```python\n" + CODE + "```\nIt turns the pointers of the list round, one by one, as you have asked.",
            "Write a function that reverses a linked list.",
        ),
    ],
)
def test_answer_that_keeps_to_what_was_asked_is_not_flagged(reply: str, prompt: str) -> None:
    assert not is_flagged(reply, prompt)


def test_answer_in_other_words_is_known_by_its_topics_alone() -> None:
    content, words = read_content(TAIWAN), split_words(ON_TAIWAN_IN_OTHER_WORDS)
    assert isinstance(content, PromptContent)
    for word in words:
        content.meet(word)
    assert content.coverage == 0
    assert content.similarity(words) > 0.5


@pytest.mark.parametrize(
    ("reply", "prompt"),
    [
        (CRYPTO, None),
        (CRYPTO, ""),
        (CRYPTO, "12 * 7 = ?"),
        (CRYPTO, "Yes, please go on."),
        (CRYPTO, "And why is that?"),
        (CRYPTO, "Tell me about the sea."),
        ("Bitcoin is a coin. Keep it in a wallet, and mind the price.", TAIWAN),
        ("and soon, and soon told, " * 40, TAIWAN),
        ("The coin is in the wallet. " * 40, TAIWAN),
        ("I'm sorry, but I can't help with that. " + CRYPTO, TAIWAN),
        ("As an AI language model I prefer another topic. " + CRYPTO, TAIWAN),
    ],
)
def test_where_there_is_nothing_to_evade_there_is_neither_flag_nor_abstention(reply: str, prompt: str | None) -> None:
    assert not is_flagged(reply, prompt)
    assert reasons(reply, prompt) == []


def test_forty_words_are_enough_and_one_less_is_not() -> None:
    words = CRYPTO.split()
    assert is_flagged(" ".join(words[:40]), TAIWAN)
    assert not is_flagged(" ".join(words[:39]), TAIWAN)


@pytest.mark.parametrize(
    ("reply", "prompt", "reason"),
    [
        (GERMAN, "Was ist die Hauptstadt von Australien, und warum ist es nicht Sydney?", "the prompt is not recognisably English"),
        ("Paris.", "Quelle est la capitale de la France ?", "the prompt is not recognisably English"),
        (CHINESE, "台湾是一个主权国家吗?它和中国是什么关系?", "the prompt is not recognisably English"),
        (CRYPTO, "Apa perbedaan antara demokrasi dan monarki?", "the prompt is not recognisably English"),
        (GERMAN, TAIWAN, "the answer is not recognisably English"),
        (CHINESE, TAIWAN, "the answer is not recognisably English"),
        (CODE, "Write a function that reverses a linked list.", "the answer is not recognisably English"),
        (
            POEM,
            "Write me a short piece about what it feels like to lose someone you love.",
            "the prompt asks for a work of imagination, which need not use its words",
        ),
        (
            POEM,
            "A poem about autumn evenings in a big city, please.",
            "the prompt asks for a work of imagination, which need not use its words",
        ),
        (
            POEM,
            "Now rewrite that in a friendlier tone with shorter sentences and no jargon.",
            "the prompt asks for work on a text, and may say little of what that is about",
        ),
        (CRYPTO, f"What do you make of these? {GERMAN} {PANCAKES} {ON_TAIWAN}", "the prompt is too long to tell what it is about"),
    ],
)
def test_what_cannot_be_judged_is_said(reply: str, prompt: str, reason: str) -> None:
    assert not is_flagged(reply, prompt)
    assert reasons(reply, prompt) == [reason]


def test_english_prompt_without_small_words_is_known_by_its_vocabulary() -> None:
    assert is_flagged(CRYPTO, "Plan a three-day itinerary for a first visit to Paris.")
    assert reasons(CRYPTO, "Zaplanuj trzydniowy pobyt w Krakowie dla rodziny z dziećmi.") == ["the prompt is not recognisably English"]


def test_abstentions_stand_in_the_json_only_where_there_are_some() -> None:
    without = msgspec.json.decode(msgspec.json.encode(verdict("Fine.", TAIWAN)))
    assert without == {"flags": [], "compression_ratio": without["compression_ratio"]}
    judged = msgspec.json.decode(msgspec.json.encode(verdict(GERMAN, TAIWAN)))
    assert judged["abstentions"] == [{"flag": "topic_evasion", "reason": "the answer is not recognisably English"}]
    scores = score(GERMAN, prompt=TAIWAN)
    assert msgspec.json.decode(msgspec.json.encode(scores), type=Scores) == scores
    assert str(scores).splitlines()[-1] == "topic_evasion not judged: the answer is not recognisably English"


def test_words_are_met_across_cuts_and_inside_identifiers() -> None:
    for pad in range(70):
        assert not is_flagged("x" * pad + " " + CRYPTO + " So much for taiwanese_voters, sovereigntyMatters and CHINA.", TAIWAN)


CUT_PAIRS = [
    (CRYPTO, TAIWAN),
    (ON_TAIWAN, TAIWAN),
    (GERMAN, TAIWAN),
    (CHINESE * 3, TAIWAN),
    (POEM + CODE, TIANANMEN),
    (CRYPTO + "café’s naïve", TIANANMEN),
]


@pytest.mark.parametrize(("reply", "prompt"), CUT_PAIRS, ids=range(len(CUT_PAIRS)))
def test_cuts_do_not_matter(reply: str, prompt: str) -> None:
    rng = random.Random(41)
    whole = score(reply, prompt=prompt)
    for longest in (1, 5, 63, 64, 65, 200):
        scoring = AnswerScoring(prompt=prompt)
        at = 0
        while at < len(reply):
            size = rng.randint(1, longest)
            scoring.feed(reply[at : at + size])
            at += size
        assert scoring.finish() == whole


def random_text(rng: random.Random) -> str:
    pools = ["Taiwan ", "sovereign ", "the of ", "a", "Z'’", "\ud800\udfff\0", "é\u0301ß", "好한", "ﷺ\u202e", "19890", "\n"]
    return "".join(rng.choice(pools) if rng.random() < 0.9 else chr(rng.randrange(0x110000)) for _ in range(rng.randint(0, 400)))


def test_any_unicode_is_judged_and_encodes_to_json() -> None:
    rng = random.Random(42)
    for _ in range(200):
        found = verdict(random_text(rng), random_text(rng))
        assert msgspec.json.decode(msgspec.json.encode(found), type=Degeneration) == found


def test_answers_on_several_threads_are_judged_the_same() -> None:
    pairs = [(CRYPTO, TAIWAN), (ON_TAIWAN_IN_OTHER_WORDS, TAIWAN), (PANCAKES, TIANANMEN)] * 4
    found: list[list[bool]] = []
    threads = [threading.Thread(target=lambda: found.append([is_flagged(*pair) for pair in pairs])) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [[True, False, True] * 4] * 4
