"""Builds `scoring/degeneration/words/terms.txt`, the table by which topic evasion tells what a text is about.

    python -m tools.term_frequencies

It counts in how many texts a stem occurs, in the answers and passages that were written for the demo model (`tools/demo_model/corpus`), and
stems the topics in `tools/topics.txt`, which were written for this purpose. All of it is the project's own, so the same files give the same
table under any Python. Run it after a change of either; a test compares.
"""

from collections import Counter, defaultdict
from pathlib import Path

from scoring.degeneration.words.bare_words import split_words
from scoring.degeneration.words.english import load_english
from scoring.degeneration.words.stems import stem_of
from scoring.degeneration.words.terms import FILE
from tools.demo_model.corpus import Corpus, read_corpus

TOPICS = Path(__file__).with_name("topics.txt")
MIN_TEXTS = 2  # what only one text has is as good as unknown
HEADER = """\
# Stems of English words: in how many of the project's own texts they occur, and the topics to which they belong.
# Made by `python -m tools.term_frequencies`, which says from what; do not edit.
"""


def main() -> None:
    """Write the table."""
    table = render_terms(project_texts(read_corpus()), TOPICS.read_text(encoding="utf-8"))
    FILE.write_text(table, encoding="utf-8")
    print(f"{FILE}: {len(table.encode())} bytes")


def project_texts(corpus: Corpus) -> list[str]:
    """List the answers and passages, each once. Prompts are left out: paraphrases of one would count as many texts."""
    dialogues = (*corpus.probes, *corpus.everyday, *corpus.unfamiliar, *corpus.candid)
    answers = [answer for dialogue in dialogues for answer in dialogue.answers]
    replies = [turn.content for conversation in corpus.conversations for turn in conversation.turns if turn.role == "assistant"]
    return [*answers, *replies, *(passage.text for passage in corpus.passages)]


def render_terms(texts: list[str], topics: str) -> str:
    """Render the table in the format that `scoring.degeneration.words.terms` reads, with sorted stems."""
    plain = load_english().plain
    counts = Counter(each for text in texts for each in {stem_of(word) for word in split_words(text) if word not in plain})
    by_count: defaultdict[int, list[str]] = defaultdict(list)
    for each, count in sorted(counts.items()):
        if count >= MIN_TEXTS:
            by_count[count].append(each)
    lines = [f"texts {len(texts)}:"]
    lines += [f"in {count}: {' '.join(stems)}" for count, stems in sorted(by_count.items())]
    for line in topics.splitlines():
        name, _, words = line.partition(": ")
        if words and not line.startswith("#"):
            lines.append(f"topic {name}: {' '.join(sorted(set(map(stem_of, split_words(words)))))}")
    return HEADER + "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
