"""What candor says of an answer in `metadata`, a map of strings, beside what the request has in its own."""

import time

import msgspec

from scoring.scorers import SCORERS
from server.adapter_loading.names import NO_ADAPTER
from server.answers.answer import Scored
from server.engine.protocol import Generation, Sampling, ServedModel, join_parts
from server.wire.generation_fields import GenerationFields

# What the metadata does not say of every answer: never echoed from a request either, or it would read as if candor had said it.
SOMETIMES_OURS = frozenset({"scorer", "scorer_version", "lek_score", "degeneration_flags", "stopped_by", "adapter_scale"})


class AnswerHead(msgspec.Struct, frozen=True, kw_only=True):
    """What every chunk of one reply repeats, and what its metadata says of the request."""

    id: str
    created: int
    model: str  # as asked for
    system_fingerprint: str
    served: ServedModel
    adapter_scales: tuple[float, ...]  # one an adapter
    sampling: Sampling
    request_metadata: dict[str, str]


def make_head(request: GenerationFields, generation: Generation, served: ServedModel, *, id: str, fingerprint: str) -> AnswerHead:
    """Make the head of the reply to a request, now; `generation` is the first that it comes to."""
    return AnswerHead(
        id=id,
        created=int(time.time()),
        model=request.model,
        system_fingerprint=fingerprint,
        served=served,
        adapter_scales=tuple(use.scale for use in generation.adapters),
        sampling=generation.sampling,
        request_metadata=request.metadata or {},
    )


def echo_metadata(head: AnswerHead) -> dict[str, str]:
    """Give the request's metadata but for what would read as if candor had said it."""
    return {key: value for key, value in head.request_metadata.items() if not _may_be_ours(key)}


def describe_answer(head: AnswerHead, scored: Scored) -> dict[str, str]:
    """Join the request's metadata and ours, which wins a clash."""
    finish = scored.finish
    metadata = echo_metadata(head)
    if (scores := scored.scores) is not None:
        metadata["scorer"] = scores.scorer
        metadata["scorer_version"] = scores.scorer_version
        metadata["lek_score"] = write_shortest(scores.lek_score)
        metadata |= {dimension: write_shortest(value) for dimension, value in scores.heuristic.items()}
        metadata["degeneration_flags"] = ",".join(scores.degeneration.names)
    if finish.stopped_by is not None:
        metadata["stopped_by"] = finish.stopped_by
    metadata["adapter"] = NO_ADAPTER if head.served.parent is None else head.served.id
    # Of the version that answered: the one that is served under the name may be another by now.
    metadata["adapter_digest"] = finish.adapter_digest or NO_ADAPTER
    if any(scale != 1 for scale in head.adapter_scales):
        metadata["adapter_scale"] = join_parts(map(write_shortest, head.adapter_scales))
    metadata["sampling"] = write_sampling(head.sampling)
    return metadata


def write_shortest(number: float) -> str:
    """Write a number with no needless digit: 11, -20, 1.5."""
    return str(int(number)) if number == int(number) else repr(float(number))


def write_sampling(sampling: Sampling) -> str:
    """Write all of a sampling as compact JSON, the keys in the order of `Sampling`, numbers with no needless digit."""
    values = msgspec.structs.asdict(sampling)
    # Integers are left alone: a seed may have more digits than a float holds.
    return msgspec.json.encode(
        {name: int(value) if isinstance(value, float) and value.is_integer() else value for name, value in values.items()}
    ).decode()


def _may_be_ours(key: str) -> bool:
    return key in SOMETIMES_OURS or any(key in scorer.dimensions for scorer in SCORERS)
