"""A reply in the LEM project's shape: `{id, prompt, response}`, with `model` where a file holds several subjects.

`response` is the one name that is taken for the text: what other tools keep under `text` or `completion` may begin with the prompt.
A `response` of null, or an `error` beside it, is a request that failed; `finish_reason` and reasoning beside it are read too,
and further keys are no fault.
"""

from collections.abc import Iterator, Mapping
from typing import Any

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


def find_faults(value: Any) -> Iterator[str]:
    """Say everything that is wrong with an entry."""
    yield from probe_entry.find_faults(value)
    if not isinstance(value, dict):
        return
    if "response" not in value:
        yield f"has no response; its keys are {', '.join(value) or 'none'}"
    for key in ("response", "model", "error", "finish_reason"):
        text = value.get(key)
        if text is not None and not isinstance(text, str):
            yield f"{key}: expected text or null, got {text!r:.40}"
        elif text is not None and any("\ud800" <= character <= "\udfff" for character in text):
            yield f"{key}: holds half of a character (a lone surrogate)"


def make_record(value: Mapping[str, Any], probe: Probe, *, subject: str, endpoint: str, sample: int) -> Record:
    """Make a record of an entry without faults, as yet without scores; what nobody tells is None or empty."""
    response = value["response"]
    reasoning = next((text for key in REASONING_KEYS if (text := plain_text(value.get(key)))), "")
    failure = value.get("error") or (NO_REPLY if response is None and not reasoning else None)
    return Record(
        asked=Asked(subject=subject, endpoint=endpoint, model=subject, id=probe.id, prompt=probe.prompt, sample=sample),
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
