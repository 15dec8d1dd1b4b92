"""The whole evaluation corpus, built anew from a seed on every run."""

import hashlib
import random
from collections.abc import Callable, Iterable, Iterator

import msgspec

from bench.detectors.corpora.degenerate import (
    case_loops,
    counter_loops,
    evasions,
    loops,
    reasoning,
    refusal_loops,
    reworded_repeats,
    short_replies,
    silent_loops,
    special_tokens,
    truncations,
    turn_leaks,
    wrong_script,
)
from bench.detectors.corpora.example import Example
from bench.detectors.corpora.ordinary import (
    answers,
    asked_for,
    code,
    data_formats,
    dialogues,
    encodings,
    grids,
    languages,
    legal,
    lists,
    logs,
    markdown,
    mathematics,
    prose,
    recipes,
    sequences,
    sql,
    verse,
)
from bench.detectors.corpora.sources import languages as all_languages

TUNING_SEED = 1989  # its texts are there to learn from; figures that count come from another
MIN_CHARS, MAX_CHARS = 200, 8_000
QUICK_SHARE = 0.06
NUM_QUICK_LOOPS = 120  # exact ones

Writer = Callable[[random.Random, int], str]
Maker = Callable[[random.Random, int], Iterable[Example]]

# What writes ordinary text of about a given size, by class, and how many texts are wanted.
WRITERS: tuple[tuple[str, int, Writer], ...] = (
    ("manual", 200, prose.manual),
    ("stories", 150, prose.stories),
    ("docstrings", 150, prose.docstrings),
    ("Python", 300, code.python_modules),
    ("other programming languages", 200, code.other_languages),
    ("short programs", 100, code.short_programs),
    ("code that repeats itself", 200, code.repetitive_code),
    ("Markdown pages", 150, markdown.pages),
    ("Markdown tables", 250, markdown.tables),
    ("JSON", 200, data_formats.json_documents),
    ("CSV", 200, data_formats.csv_rows),
    ("YAML, INI, XML, HTML", 150, data_formats.configuration),
    ("SQL", 200, sql.sql),
    ("poems and songs", 200, verse.verse),
    ("lists", 250, lists.lists),
    ("DNA and proteins", 150, sequences.dna),
    ("base64, hex, keys", 200, encodings.encoded),
    ("licences", 150, legal.licence_texts),
    ("contracts", 100, legal.contracts),
    ("logs", 250, logs.logs),
    ("mathematics", 200, mathematics.mathematics),
    ("recipes", 100, recipes.recipes),
    ("dialogues", 200, dialogues.dialogues),
    ("boards, tablature, forms", 200, grids.grids),
    *((f"in {language.capitalize()}", 30, languages.writer(language)) for language in all_languages()),
)
# What makes ordinary replies to prompts.
ANSWERS: tuple[tuple[int, Maker], ...] = (
    (300, answers.long_answers),
    (182, answers.answers_in_other_words),
    (68, answers.short_answers),
    (90, answers.translations),
    (54, answers.phrasebooks),
    (40, answers.tours_of_languages),
    (45, answers.whole_at_the_limit),
    (60, answers.talk_about_markers),
    (50, answers.finished_reasoning),
    (140, asked_for.asked_for_repetition),
)
DEGENERATE: tuple[tuple[int, Maker], ...] = (
    (140, loops.noisy_loops),
    (200, loops.loops_after_a_question),
    (160, counter_loops.counter_loops),
    (80, reworded_repeats.lightly_reworded),
    (80, reworded_repeats.heavily_reworded),
    (120, case_loops.case_loops),
    (120, refusal_loops.refusal_loops),
    (96, silent_loops.silent_loops),
    (120, special_tokens.special_tokens),
    (40, special_tokens.own_special_tokens),
    (100, turn_leaks.turn_leaks),
    (60, short_replies.empty_replies),
    (44, short_replies.marks_alone),
    (90, short_replies.collapsed_replies),
    (80, reasoning.unclosed_reasoning),
    (40, reasoning.reasoning_without_answer),
    (99, wrong_script.language_switches),
    (50, wrong_script.word_salads),
    (60, wrong_script.broken_characters),
    (120, evasions.evaded_questions),
    (10, evasions.written_evasions),
    (60, evasions.evaded_short_prompts),
    (80, truncations.truncations),
)


class Corpus(msgspec.Struct, frozen=True, kw_only=True):
    """What the detectors are shown."""

    seed: int
    degenerate: tuple[Example, ...]
    ordinary: tuple[Example, ...]

    @property
    def digest(self) -> str:
        """Tell whether two runs saw the same texts."""
        seen = hashlib.sha256()
        for example in (*self.degenerate, *self.ordinary):
            seen.update(msgspec.json.encode((example.text, example.prompt)))
        return seen.hexdigest()[:12]


def build_corpus(*, seed: int = TUNING_SEED, is_quick: bool = False) -> Corpus:
    """Build all of it, or a small share of every part."""
    share = QUICK_SHARE if is_quick else 1.0
    rng = _rng(seed, "exact")
    exact = loops.sampled_exact_loops(rng, NUM_QUICK_LOOPS) if is_quick else loops.exact_loops(rng, 1)
    written = [example for kind, num, write in WRITERS for example in _written(_rng(seed, kind), kind, _some(num, share), write)]
    return Corpus(
        seed=seed,
        degenerate=(*exact, *_made(seed, DEGENERATE, share)),
        ordinary=(*written, *_made(seed, ANSWERS, share)),
    )


def _rng(seed: int, name: str) -> random.Random:
    """Each part has numbers of its own, so that changing one leaves the others as they were."""
    return random.Random(f"{seed} {name}")


def _some(num: int, share: float) -> int:
    return max(6, round(num * share))


def _made(seed: int, makers: Iterable[tuple[int, Maker]], share: float) -> Iterator[Example]:
    for num, make in makers:
        yield from make(_rng(seed, make.__name__), _some(num, share))


def _written(rng: random.Random, kind: str, num: int, write: Writer) -> Iterator[Example]:
    """Write texts of all sizes, short ones as often as long ones by order of magnitude, no text twice."""
    seen: set[str] = set()
    while len(seen) < num:
        size = round(MIN_CHARS * (MAX_CHARS / MIN_CHARS) ** rng.random())
        text = write(rng, size)[:MAX_CHARS]
        if len(text) >= MIN_CHARS and text not in seen:
            seen.add(text)
            yield Example(kind=kind, text=text)
