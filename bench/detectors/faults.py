"""Examples of what went wrong, to learn from: misses and false alarms with an excerpt each."""

from collections import defaultdict
from collections.abc import Sequence

from bench.detectors.false_alarm_table import wrong_soft_flags
from bench.detectors.observation import Observation

MAX_PER_GROUP = 3
EXCERPT_CHARS = 320
CONTEXT_CHARS = 60


def faults(observations: Sequence[Observation]) -> str:
    """Write up to three examples of each kind of fault, as Markdown, hard false alarms first."""
    hard: dict[str, list[str]] = defaultdict(list)
    misses: dict[str, list[str]] = defaultdict(list)
    soft: dict[str, list[str]] = defaultdict(list)
    for seen in observations:
        example = seen.example
        if example.is_ordinary and seen.hard:
            hard[f"{example.kind}: {', '.join(sorted(seen.hard))}"].append(_shown(seen))
        elif wrong := wrong_soft_flags(seen):
            soft[f"{example.kind}: {', '.join(wrong)}"].append(_shown(seen))
        if example.due is not None and example.due not in seen.named and not (example.noise_percent and seen.named):
            misses[f"{example.kind}, noise {example.noise_percent} %: {example.due}"].append(_shown(seen))
    sections = (("Hard flags on ordinary text", hard), ("Misses", misses), ("Soft flags that do not fit", soft))
    return "\n".join(part for title, groups in sections for part in (f"# {title}\n", *map(_group, groups, groups.values())))


def _group(title: str, shown: list[str]) -> str:
    return f"## {title} ({len(shown)} texts)\n\n" + "\n".join(shown[:MAX_PER_GROUP])


def _shown(observation: Observation) -> str:
    """Show the flags, and the text about where the first of them starts, or where the fault was to be found."""
    example = observation.example
    flags = [f"{flag.flag} {flag.tier} start {flag.start} period {flag.period} copies {flag.copies}" for flag in observation.flags]
    starts = [flag.start for flag in observation.flags if flag.start is not None] or [example.start or 0]
    begin = max(0, starts[0] - CONTEXT_CHARS)
    prompt = f"- prompt: {example.prompt!r}\n" if example.prompt is not None else ""
    excerpt = example.text[begin : begin + EXCERPT_CHARS]
    where = f"true period {example.period}, {len(example.text)} characters, from {begin}"
    return f"- flags: {'; '.join(flags) or 'none'}\n{prompt}- {where}: {excerpt!r}\n"
