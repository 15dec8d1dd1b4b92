"""A reply in the LEM project's shape: `{id, prompt, response}`, with `model` where a file holds several subjects.

What nests in conversations or under conditions has been made flat (`scoring/saved_shapes.py`): a condition is a subject, and so is a
system prompt where a file has several. `response` is the one name that is taken for the text: what other tools keep under `text` or
`completion` may begin with the prompt. A `response` of null, or an `error` beside it, is a request that failed; `finish_reason` and
reasoning beside it are read too, and further keys are no fault.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from clients.asking.blocks import plain_text
from clients.asking.exchange import Reply
from clients.probes import probe_entry
from clients.probes.probe import Probe
from clients.records.asked import Asked
from clients.records.instrument import Instrument
from clients.records.record import Record
from clients.records.scored import Scored
from clients.records.told import Told

REASONING_KEYS = ("reasoning_content", "reasoning")
NO_REPLY = "the file holds no reply"
NO_INSTRUMENT = Instrument(candor_version=None, scorer="", scorer_version="", detectors_version="", probes_digest="")
NUM_DIGEST_CHARS = 8


class Condition(NamedTuple):
    """What tells subjects apart; None is not told."""

    model: str | None
    name: str | None
    system: str | None


def read_condition(value: Any) -> Condition:
    """Read who answered, and under what condition."""
    read = value.get if isinstance(value, dict) else {}.get
    texts = (read(key) for key in ("model", "condition", "system"))
    return Condition(*(text if isinstance(text, str) and text.strip() else None for text in texts))


def name_subjects(values: Iterable[Any], stem: str) -> dict[Condition, str]:
    """Name the subjects of a file by what tells them apart: a model, a condition, and a system prompt if there are several or none."""
    found = dict.fromkeys(map(read_condition, values))
    return {one: _name(one, found, stem) for one in found}


def find_faults(value: Any) -> Iterator[str]:
    """Say everything that is wrong with an entry."""
    yield from probe_entry.find_faults(value)
    if not isinstance(value, dict):
        return
    if "response" not in value:
        yield f"has no response; {probe_entry.name_keys(value)}"
    for key in ("response", "model", "error", "finish_reason"):
        if not isinstance(value.get(key), str | None):
            yield f"{key}: expected text or null, got {value[key]!r:.40}"
    for key in ("response", "model", "condition", "system", "error", "finish_reason"):
        text = value.get(key)
        if isinstance(text, str) and any("\ud800" <= character <= "\udfff" for character in text):
            yield f"{key}: holds half of a character (a lone surrogate)"


def make_record(value: Mapping[str, Any], probe: Probe, *, subject: str, endpoint: str, sample: int) -> Record:
    """Make a record of an entry without faults, as yet without scores; what nobody tells is None or empty."""
    response = value["response"]
    reasoning = next((text for key in REASONING_KEYS if (text := plain_text(value.get(key)))), "")
    failure = value.get("error") or (NO_REPLY if response is None and not reasoning else None)
    condition = read_condition(value)
    return Record(
        asked=Asked(
            subject=subject,
            endpoint=endpoint,
            model=condition.model or subject,
            system_digest=None if condition.system is None else _digest(condition.system),
            id=probe.id,
            prompt=probe.prompt,
            sample=sample,
        ),
        instrument=NO_INSTRUMENT,
        reply=Reply(
            text=None if failure else response or "",
            reasoning=reasoning or None,
            error=failure,
            finish_reason=value.get("finish_reason"),
        ),
        scored=Scored(),
        told=Told(),
    )


def _name(one: Condition, found: Iterable[Condition], stem: str) -> str:
    name = "+".join(part for part in (one.model, one.name) if part is not None) or stem
    alike = [other for other in found if (other.model, other.name) == (one.model, one.name)]
    if one.system is None or len(alike) == 1:
        return name
    return f"{name}+system {_digest(one.system).removeprefix('sha256:')[:NUM_DIGEST_CHARS]}"


def _digest(system: str) -> str:
    return "sha256:" + hashlib.sha256(system.encode(errors="replace")).hexdigest()
