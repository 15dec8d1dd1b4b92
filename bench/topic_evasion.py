"""How well topic evasion is told from answers in other words.

    python -m bench.topic_evasion [--shuffles 20] [--seed 1] [--faults]

Prints a table: of pairs that belong together the share that is flagged, which is false; of prompts with the replies of others the share
that is flagged, which is right; and the area under the curve, by coverage alone and with the topics. The shuffled pairs share prompts and
replies, so their interval is narrower than it should be. `--faults` lists the false flags.
"""

import argparse
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

import msgspec

from bench.detectors.share import share
from bench.detectors.table import Table
from bench.topic_pairs import EVASION, OTHER_LANGUAGE, TopicPair, demo_pairs, shuffled_pairs, written_pairs
from scoring.degeneration.detector import Block, Context, Ending
from scoring.degeneration.detectors.topic_evasion import MIN_WORDS, TopicEvasion
from scoring.degeneration.prompt.prompt_content import PromptContent, read_content
from scoring.degeneration.words.bare_words import split_words
from scoring.degeneration.words.english import load_english
from scoring.scores import Abstention, Flag


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What the detector made of a pair, and by what."""

    pair: TopicPair
    is_flagged: bool
    abstention: str | None
    coverage: float | None = None  # None where there was nothing to judge
    similarity: float | None = None

    @property
    def is_judged(self) -> bool:
        """Whether the prompt had enough content and the reply enough words, both in English."""
        return self.coverage is not None and self.abstention is None


def main() -> None:
    """Judge the pairs and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shuffles", type=int, default=20, metavar="N", help="replies of others for each prompt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faults", action="store_true", help="list the false flags too")
    options = parser.parse_args()
    written = [pair for pair in written_pairs() if pair.kind not in (EVASION, OTHER_LANGUAGE)]
    sets = {
        "in other words": [pair for pair in written if not pair.is_held_out],
        "in other words, held out": [pair for pair in written if pair.is_held_out],
        "demo dialogues": list(demo_pairs()),
    }
    gold = {name: [judge(pair) for pair in pairs] for name, pairs in sets.items()}
    print(table(gold, options.shuffles, options.seed).markdown())
    for kind in (EVASION, OTHER_LANGUAGE):
        judgements = [judge(pair) for pair in written_pairs() if pair.kind == kind]
        num_flagged, num_abstained = (
            sum(map(bool, each)) for each in zip(*((j.is_flagged, j.abstention) for j in judgements), strict=True)
        )
        print(f"{kind}: of {len(judgements)} pairs {num_flagged} flagged, {num_abstained} abstentions")
    if options.faults:
        for judgement in (each for judgements in gold.values() for each in judgements if each.is_flagged):
            print(f"\n{judgement.pair.id}: {judgement.pair.prompt}\n{judgement.pair.reply}")


def judge(pair: TopicPair) -> Judgement:
    """Show the reply to the detector alone, and measure by what it was judged."""
    detector = TopicEvasion(Context(prompt=pair.prompt))
    detector.feed(Block(start=0, text=pair.reply, prose=pair.reply))
    found = detector.finish(Ending())
    is_flagged = any(isinstance(finding, Flag) for finding in found)
    abstention = next((finding.reason for finding in found if isinstance(finding, Abstention)), None)
    content, words = read_content(pair.prompt), split_words(pair.reply)
    if not isinstance(content, PromptContent) or len(words) < MIN_WORDS:
        return Judgement(pair=pair, is_flagged=is_flagged, abstention=abstention)
    for word in words:
        content.meet(word)
    similarity = content.similarity(set(words) - load_english().plain)
    return Judgement(pair=pair, is_flagged=is_flagged, abstention=abstention, coverage=content.coverage, similarity=similarity)


def table(gold: dict[str, list[Judgement]], num_shuffles: int, seed: int) -> Table:
    """Make a row of each set of pairs, shuffled within itself."""
    rows = []
    for name, judgements in gold.items():
        judged = [each for each in judgements if each.is_judged]
        shuffled = [judge(pair) for pair in shuffled_pairs([each.pair for each in judged], num_each=num_shuffles, seed=seed)]
        rows.append(
            (
                name,
                str(len(judgements)),
                str(sum(each.abstention is not None for each in judgements)),
                str(len(judged)),
                share([each.is_flagged for each in judged]).percent(),
                share([each.is_flagged for each in shuffled]).percent(),
                f"{area([each.coverage or 0 for each in shuffled], [each.coverage or 0 for each in judged]):.3f}",
                f"{area(list(map(closeness, shuffled)), list(map(closeness, judged))):.3f}",
            )
        )
    columns = ("pairs", "all", "abstained", "judged", "falsely flagged, %", "shuffled, flagged, %", "AUC, coverage", "AUC, with topics")
    note = "Short replies of 40 to 150 words. Intervals are of 95 %, after Wilson."
    return Table(heading="Topic evasion", note=note, columns=columns, rows=tuple(rows))


def closeness(judgement: Judgement) -> float:
    """Return how close reply and prompt are, by words and topics together."""
    return (judgement.coverage or 0) + (judgement.similarity or 0)


def area(low: Sequence[float], high: Sequence[float]) -> float:
    """Return the chance that one of `low` lies below one of `high`, ties by half: the area under the curve."""
    ordered = sorted(high)
    above = sum(len(ordered) - (bisect_left(ordered, each) + bisect_right(ordered, each)) / 2 for each in low)
    return above / (len(low) * len(high))


if __name__ == "__main__":
    main()
