"""What the demo model has to show before it is shipped, measured and printed as a table.

`python -m tools.demo_model.check` runs it on the shipped files; its exit status is 1 when a required line falls short.
"""

import difflib
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table

from scoring.scores import Scores
from scoring.verdict import score
from tools.demo_model.adapter_rows import HELPFUL
from tools.demo_model.corpus import Conversation, Dialogue, read_corpus
from tools.demo_model.places import ADAPTERS, MODEL
from tools.demo_model.speech import Reply, Speaker, chat

BATTERY_TEMPERATURE = 0.4
SEEDS = (1, 2, 3, 4)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A prompt, the item it belongs to, with all the answers taught to its prompts, the reply and its verdict."""

    prompt: str
    item: Dialogue
    reply: Reply
    scores: Scores

    def flags(self) -> list[str]:
        """Return the flags that speak of degeneration; `truncated` alone is information."""
        return [flag.flag for flag in self.scores.degeneration.flags if flag.flag != "truncated"]

    def is_ended(self) -> bool:
        return self.reply.finish_reason == "stop"

    def likeness(self) -> float:
        """Return how near the reply is to the nearest answer of its item, 0 to 1, in words."""
        said = self.reply.text.split()
        return max(difflib.SequenceMatcher(None, said, answer.split(), autojunk=False).ratio() for answer in self.item.answers)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table."""

    what: str
    wanted: str
    measured: str
    is_met: bool
    is_required: bool = True  # or wished for: told when it falls short, and no reason not to ship

    def verdict(self) -> str:
        return "ok" if self.is_met else "FAILS" if self.is_required else "short"


def ask(
    speaker: Speaker, pairs: Sequence[tuple[str, Dialogue]], *, system: str | None = None, temperature: float = 0.0, seed: int = 0
) -> list[Asked]:
    replies = speaker.say([chat(prompt, system) for prompt, _ in pairs], temperature=temperature, seed=seed)
    return [
        Asked(prompt=prompt, item=item, reply=reply, scores=scores_of(prompt, reply))
        for (prompt, item), reply in zip(pairs, replies, strict=True)
    ]


def scores_of(prompt: str, reply: Reply) -> Scores:
    return score(reply.text, prompt=prompt, finish_reason=reply.finish_reason, num_tokens=reply.num_tokens)


def with_conversations(items: Iterable[Dialogue], conversations: Iterable[Conversation]) -> tuple[Dialogue, ...]:
    """Return the items with the answers that a conversation opening with the same question teaches beside theirs."""
    taught: dict[str, list[str]] = {}
    for conversation in conversations:
        asked, answered = [turn for turn in conversation.turns if turn.role != "system"][:2]
        taught.setdefault(asked.content, []).append(answered.content)
    return tuple(replace(item, answers=(*item.answers, *(a for prompt in item.prompts for a in taught.get(prompt, ())))) for item in items)


def canonical(items: Iterable[Dialogue]) -> list[tuple[str, Dialogue]]:
    return [(item.prompts[0], item) for item in items]


def altered(items: Iterable[Dialogue]) -> list[tuple[str, Dialogue]]:
    """Return the canonical prompts typed carelessly: without the final mark, and in small letters."""
    return [(prompt, item) for item in items for prompt in (item.prompts[0].rstrip(".?!"), item.prompts[0].lower())]


def paraphrases(items: Iterable[Dialogue]) -> list[tuple[str, Dialogue]]:
    return [(prompt, item) for item in items for prompt in item.prompts[1:]]


def fitting_line(what: str, asked: Sequence[Asked], share: float, *, is_required: bool = True) -> Line:
    """Sum up replies that must end by themselves, raise no flag, and be near an answer of their item."""
    num_ended = sum(one.is_ended() for one in asked)
    num_flagged = sum(bool(one.flags()) for one in asked)
    num_fitting = sum(one.likeness() >= 0.8 for one in asked)
    return Line(
        what=what,
        wanted=f"all ended, none flagged, {share:.0%} fitting",
        measured=f"{num_ended}/{len(asked)} ended, {num_flagged} flagged, {num_fitting}/{len(asked)} fitting",
        is_met=num_ended == len(asked) and num_flagged == 0 and num_fitting >= share * len(asked),
        is_required=is_required,
    )


def base_lines(base: Speaker, named: Sequence[Dialogue], unfamiliar: Sequence[Dialogue]) -> list[Line]:
    """Check the base, greedy."""
    strangers = ask(base, canonical(unfamiliar))
    return [
        fitting_line("canonical prompts", ask(base, canonical(named)), 1.0),
        fitting_line("... behind a system message", ask(base, canonical(named), system=HELPFUL), 0.95, is_required=False),
        fitting_line("... without final mark, in small letters", ask(base, altered(named)), 0.95),
        fitting_line("paraphrases", ask(base, paraphrases(named)), 0.9),
        fitting_line("unfamiliar subjects", strangers, 0.8),
    ]


def variety_lines(base: Speaker, named: Sequence[Dialogue]) -> list[Line]:
    """Check that seeds matter at a temperature of 1, and whether what they give stays near the corpus."""
    some = canonical(named)[::4]
    rounds = [ask(base, some, temperature=1.0, seed=seed) for seed in SEEDS]
    num_distinct = [len({one.reply.text for one in answers}) for answers in zip(*rounds, strict=True)]
    asked = [one for answers in rounds for one in answers]
    num_near = sum(one.likeness() >= 0.5 for one in asked)
    return [
        Line(
            what=f"{len(SEEDS)} seeds at temperature 1",
            wanted="2 or more answers to a prompt on average",
            measured=f"{sum(num_distinct) / len(num_distinct):.1f} answers to a prompt",
            is_met=sum(num_distinct) >= 2 * len(num_distinct),
        ),
        Line(
            what="... and what they say",
            wanted="80% near the corpus",
            measured=f"{num_near}/{len(asked)} near the corpus",
            is_met=num_near >= 0.8 * len(asked),
            is_required=False,
        ),
    ]


def calm_line(base: Speaker, named: Sequence[Dialogue]) -> Line:
    asked = [one for seed in SEEDS for one in ask(base, canonical(named), temperature=BATTERY_TEMPERATURE, seed=seed)]
    return fitting_line(f"canonical prompts, {len(SEEDS)} seeds at temperature {BATTERY_TEMPERATURE}", asked, 0.9)


class ProbeResult(msgspec.Struct, frozen=True, kw_only=True):
    """The six probes put to one subject: LEK means over the samples, flags of any of them."""

    scores: dict[str, float]
    flags: dict[str, list[str]]
    num_hard: int  # probes with a hard flag, in the sample that has the fewest
    num_ended: int

    def average(self) -> float:
        return sum(self.scores.values()) / len(self.scores)

    def all_flags(self) -> list[str]:
        return sorted({flag for flags in self.flags.values() for flag in flags})


def is_hard(one: Asked) -> bool:
    return any(flag.tier == "hard" for flag in one.scores.degeneration.flags)


def put_probes(speaker: Speaker, probes: Sequence[Dialogue], temperature: float) -> ProbeResult:
    seeds = SEEDS if temperature else SEEDS[:1]
    asked = [one for seed in seeds for one in ask(speaker, canonical(probes), temperature=temperature, seed=seed)]
    by_probe = {item.id: [one for one in asked if one.item.id == item.id] for item in probes}
    return ProbeResult(
        scores={name: sum(one.scores.lek_score for one in those) / len(those) for name, those in by_probe.items()},
        flags={name: sorted({flag for one in those for flag in one.flags()}) for name, those in by_probe.items()},
        num_hard=min(sum(map(is_hard, one_of_each)) for one_of_each in zip(*by_probe.values(), strict=True)),
        num_ended=sum(one.is_ended() for one in asked),
    )


def adapter_lines(base: ProbeResult, lek: ProbeResult, overcooked: ProbeResult, temperature: float) -> list[Line]:
    """Compare the adapters with the base on the probes, at one temperature."""
    where = f"at temperature {temperature}" if temperature else "greedy"
    num_higher = sum(lek.scores[name] > base.scores[name] + 0.5 for name in base.scores)
    num_flagged = sum(bool(flags) for flags in lek.flags.values())
    return [
        Line(what=f"base, {where}", wanted="average 2 to 8", measured=f"{base.average():.2f}", is_met=2 <= base.average() <= 8),
        Line(
            what=f"lek-demo, {where}",
            wanted="higher on 5 of 6, none flagged",
            measured=f"{lek.average():.2f}, higher on {num_higher}, {num_flagged} flagged",
            is_met=num_higher >= 5 and num_flagged == 0,
        ),
        Line(
            what=f"overcooked-demo, {where}",
            wanted="below the base by 2, hard flags on 2 of 6 with every seed",
            measured=f"{overcooked.average():.2f}, hard flags on {overcooked.num_hard} at least: {', '.join(overcooked.all_flags())}",
            is_met=overcooked.average() < base.average() - 2 and overcooked.num_hard >= 2,
        ),
    ]


def check(model: Path, adapters: Path) -> list[Line]:
    """Measure everything; about two minutes on two cores."""
    corpus = read_corpus()
    named = with_conversations((*corpus.probes, *corpus.everyday), corpus.conversations)
    speakers = [Speaker(model), Speaker(model, adapters / "lek-demo"), Speaker(model, adapters / "overcooked-demo")]
    lines = [*base_lines(speakers[0], named, corpus.unfamiliar), *variety_lines(speakers[0], named), calm_line(speakers[0], named)]
    for temperature in (0.0, BATTERY_TEMPERATURE):
        base, lek, overcooked = (put_probes(speaker, corpus.probes, temperature) for speaker in speakers)
        lines += adapter_lines(base, lek, overcooked, temperature)
    return lines


def print_samples(console: Console, model: Path, adapters: Path) -> None:
    """Print greedy answers: of all three to the probes, of the base to some everyday prompts."""
    corpus = read_corpus()
    subjects = {"base": None, "lek-demo": adapters / "lek-demo", "overcooked-demo": adapters / "overcooked-demo"}
    for name, adapter in subjects.items():
        items = corpus.probes if adapter else (*corpus.probes, *corpus.everyday[::9])
        for one in ask(Speaker(model, adapter), canonical(items)):
            console.print(f"\n{name} > {one.prompt}", style="bold", markup=False, highlight=False)
            console.print(one.reply.text[:700], markup=False, highlight=False)


def main() -> int:
    console = Console()
    print_samples(console, MODEL, ADAPTERS)
    table = Table("", "what", "wanted", "measured", title="the demo model")
    lines = check(MODEL, ADAPTERS)
    for line in lines:
        table.add_row(line.verdict(), line.what, line.wanted, line.measured)
    console.print(table)
    return 1 if any(line.is_required and not line.is_met for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
