"""Doubts: what forbids to conclude anything from the numbers, since the replies are not of what they were to be of."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal

import msgspec

from clients.one_line import one_line
from clients.records.record import Record
from clients.report.provenance import SubjectOrigin

Kind = Literal["same_model", "other_model", "same_replies", "same_samples"]

MIN_CHARS = 200  # of text that is the same; less may be so by chance, as "Yes." is
MIN_MEAN_CHARS = 100  # of samples that are the same
MAX_NAME_CHARS = 80
GREEDY_TOP_K = 1
FILE_ENDING = re.compile(r"\.(?:gguf|ggml|bin|safetensors|pt|mlx)$")
# What a name may have behind the one that was asked for: a date, a version, a size of the numbers.
VERSION = re.compile(
    r"(?:[-@:._ ]+(?:v?\d[\d.]*|latest|preview|stable|exp|beta|i?q\d\w*|[kflsm]|b?f(?:p)?(?:8|16|32)|int[48]|awq|gptq|mlx|\d+bit|\d+[bm]))*"
)


class Doubt(msgspec.Struct, frozen=True, kw_only=True):
    """One reason to doubt."""

    kind: Kind
    subjects: tuple[str, ...]
    words: str
    is_grave: bool  # no comparison of these subjects says anything


def find_doubts(by_subject: Mapping[str, Sequence[Record]], origins: Sequence[SubjectOrigin]) -> tuple[Doubt, ...]:
    """Find all doubts, the grave ones first; `origins` are the subjects, the baseline first."""
    found = [*_same_models(origins), *_other_models(origins), *_same_replies(by_subject, origins), *_same_samples(by_subject)]
    return tuple(sorted(found, key=lambda doubt: not doubt.is_grave))


def is_alias(asked: str, answered: str) -> bool:
    """Say whether a name is that which was asked for, at most with a path before it or a version behind it."""
    wanted, found = _stem(asked), _stem(answered)
    return found.startswith(wanted) and VERSION.fullmatch(found[len(wanted) :]) is not None


def _same_models(origins: Sequence[SubjectOrigin]) -> Iterator[Doubt]:
    """Find subjects of one endpoint that asked for different models and were answered by the same."""
    named = sorted((origin for origin in origins if origin.answered_as), key=_answerer)
    for (_, names), group in groupby(named, _answerer):
        subjects = sorted(group, key=origins.index)
        models = list(dict.fromkeys(subject.model for subject in subjects))
        digests = {subject.adapter_digest for subject in subjects}
        if len(models) > 1 and len(digests) == 1:
            yield Doubt(
                kind="same_model",
                subjects=tuple(subject.name for subject in subjects),
                words=f"Asked for {_listed(models)}, {'both' if len(models) == 2 else 'all'} answered as {_listed(names)}:"
                " the endpoint does not heed which model it is asked for, and nothing can be concluded from comparing them.",
                is_grave=True,
            )


def _other_models(origins: Sequence[SubjectOrigin]) -> Iterator[Doubt]:
    for origin in origins:
        others = [name for name in origin.answered_as if not is_alias(origin.model, name)]
        if others:
            yield Doubt(
                kind="other_model",
                subjects=(origin.name,),
                words=f"{origin.name}: asked for {_listed([origin.model])}, answered as {_listed(others)}.",
                is_grave=False,
            )


def _same_replies(by_subject: Mapping[str, Sequence[Record]], origins: Sequence[SubjectOrigin]) -> Iterator[Doubt]:
    """Find subjects whose replies are those of the baseline, though something else was asked for."""
    baseline, *others = origins
    for other in others:
        if _asked_for(baseline) == _asked_for(other):
            continue
        texts = dict(_texts(by_subject[baseline.name]))
        pairs = [(text, texts[key]) for key, text in _texts(by_subject[other.name]) if key in texts]
        if len(pairs) < 2 or any(one != another for one, another in pairs):
            continue
        is_confirmed = (baseline.adapter_digest, baseline.scale) != (other.adapter_digest, other.scale) and (
            other.adapter_digest is not None or baseline.adapter_digest is not None
        )
        why = "the server confirms which adapter answered" if is_confirmed else "nothing can be concluded from comparing them"
        yield Doubt(
            kind="same_replies",
            subjects=(baseline.name, other.name),
            words=f"All {len(pairs)} replies of {baseline.name} and {other.name} are the same, word for word; {why}.",
            is_grave=not is_confirmed and sum(len(text) for text, _ in pairs) >= MIN_CHARS,
        )


def _same_samples(by_subject: Mapping[str, Sequence[Record]]) -> Iterator[Doubt]:
    """Find subjects whose samples are drawn, and are all the same."""
    for name, records in by_subject.items():
        drawn = [record for record in records if _is_drawn(record)]
        by_probe: dict[str, list[str]] = {}
        for (id, _), text in _texts(drawn):
            by_probe.setdefault(id, []).append(text)
        repeated = [texts for texts in by_probe.values() if len(texts) > 1]
        if sum(len(texts) - 1 for texts in repeated) < 2 or any(len(set(texts)) > 1 for texts in repeated):
            continue
        seeds = {record.asked.seed for record in drawn}
        ignored = "the temperature, or answers what it has kept" if seeds == {None} else "the seed or the temperature"
        yield Doubt(
            kind="same_samples",
            subjects=(name,),
            words=f"The {max(map(len, repeated))} samples of each probe are the same for {name}: the endpoint ignores {ignored},"
            " and they count as one.",
            is_grave=sum(len(texts[0]) for texts in repeated) / len(repeated) >= MIN_MEAN_CHARS,
        )


def _texts(records: Iterable[Record]) -> Iterator[tuple[tuple[str, int], str]]:
    """Give each visible answer with its probe and sample."""
    for record in records:
        if record.reply.has_answer and not record.reply.is_blank:
            yield (record.asked.id, record.asked.sample), record.reply.text or ""


def _is_drawn(record: Record) -> bool:
    sampling = record.asked.sampling
    return bool(record.asked.temperature) and not (sampling is not None and sampling.top_k == GREEDY_TOP_K)


def _answerer(origin: SubjectOrigin) -> tuple[str, tuple[str, ...]]:
    return origin.endpoint, tuple(sorted(origin.answered_as))


def _asked_for(origin: SubjectOrigin) -> tuple[object, ...]:
    """Say what decides of a reply; the same model at two endpoints may well say the same."""
    return origin.model, origin.scale, origin.system, origin.is_system_prepended


def _stem(name: str) -> str:
    last = re.split(r"[/\\]", name.strip().rstrip("/\\"))[-1].casefold()
    return FILE_ENDING.sub("", last).removesuffix("-latest").removesuffix(":latest")


def _listed(names: Sequence[str]) -> str:
    """Name models as a server may have named them: on one line, and not without end."""
    shown = [f"{name[: MAX_NAME_CHARS - 1]}…" if len(name) > MAX_NAME_CHARS else name for name in map(one_line, names[:4])]
    more = [f"{len(names) - 4} others"] if len(names) > 4 else []
    *first, last = [*shown, *more]
    return f"{', '.join(first)} and {last}" if first else last
