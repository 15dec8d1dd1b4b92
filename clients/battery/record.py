"""A record: one question with its scored reply, the same in `FILE.jsonl` and among the samples of the report."""

import math

import msgspec

from clients.battery.exchange import Question, Reply, Sampler
from clients.battery.subject import Role
from scoring.scores import Degeneration
from scoring.verdict import score


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one reply; it stands alone, so that a run can be taken up again from its records."""

    role: Role
    endpoint: str
    model: str
    id: str  # of the probe
    prompt: str
    sample: int
    seed: int | None
    temperature: float
    max_tokens: int
    scorer: str
    response: str | None
    lek_score: float | None
    heuristic: dict[str, float] | None
    flags: tuple[str, ...]
    degeneration: Degeneration | None
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float
    retries: int | None
    error: str | None
    system_fingerprint: str | None
    adapter: str | None
    adapter_digest: str | None
    server_lek_score: float | None  # what the server itself says, by the same scorer


def record(question: Question, reply: Reply, sampler: Sampler, scorer: str) -> Record:
    """Score a reply; an empty one is scored like any other, a failed one is not scored."""
    scores = None
    if reply.text is not None:
        scores = score(
            reply.text,
            prompt=question.probe.prompt,
            scorer=scorer,
            finish_reason=reply.finish_reason,
            num_tokens=reply.num_completion_tokens,
            max_tokens=sampler.max_tokens,
        )
    return Record(
        role=question.subject.role,
        endpoint=question.subject.endpoint,
        model=question.subject.model,
        id=question.probe.id,
        prompt=question.probe.prompt,
        sample=question.sample,
        seed=question.seed,
        temperature=sampler.temperature,
        max_tokens=sampler.max_tokens,
        scorer=scorer,
        response=reply.text,
        lek_score=scores.lek_score if scores else None,
        heuristic=scores.heuristic if scores else None,
        flags=tuple(dict.fromkeys(flag.flag for flag in scores.degeneration.flags)) if scores else (),
        degeneration=scores.degeneration if scores else None,
        finish_reason=reply.finish_reason,
        prompt_tokens=reply.num_prompt_tokens,
        completion_tokens=reply.num_completion_tokens,
        seconds=round(reply.seconds, 3),
        retries=reply.num_retries,
        error=reply.error,
        system_fingerprint=reply.system_fingerprint,
        adapter=_adapter(reply, "adapter"),
        adapter_digest=_adapter(reply, "adapter_digest"),
        server_lek_score=_server_score(reply, scorer),
    )


def _adapter(reply: Reply, key: str) -> str | None:
    """Read what candor tells of the adapter; it calls the base's `none`, as its metrics do."""
    word = reply.metadata.get(key)
    return None if word == "none" else word


def _server_score(reply: Reply, scorer: str) -> float | None:
    if reply.metadata.get("scorer") != scorer:
        return None
    try:
        number = float(reply.metadata.get("lek_score", ""))
    except ValueError:
        return None
    return number if math.isfinite(number) else None
