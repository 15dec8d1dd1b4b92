"""A record: one question with its scored reply, the same in `FILE.jsonl` and among the samples of the report."""

import math

import msgspec

from clients.asking.exchange import Question, Reply, Sampler
from clients.asking.sampling_fields import SamplingFields
from clients.probes.checks.fault import CheckedReply
from clients.probes.checks.judge import Judgement, judge
from clients.probes.checks.no_refusal import NoRefusal
from clients.records.instrument import Instrument
from scoring.scores import Degeneration, Scores
from scoring.verdict import score


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """Everything known of one reply; it stands alone, so that a run can be taken up again from its records."""

    subject: str  # its name
    endpoint: str
    model: str
    scale: float | None  # of the adapter, as asked for
    system_digest: str | None  # of the system prompt; its text stands once, in the report's provenance
    is_system_prepended: bool
    id: str  # of the probe
    prompt: str
    sample: int
    seed: int | None
    temperature: float | None  # None where a file of replies does not say
    max_tokens: int | None
    candor_version: str | None
    scorer: str
    scorer_version: str
    detectors_version: str
    probes_digest: str
    response: str | None
    lek_score: float | None
    heuristic: dict[str, float] | None
    flags: tuple[str, ...]
    degeneration: Degeneration | None
    judgement: Judgement | None  # by the probe's own checks; None where it has none
    refusal: str | None  # the endpoint's own word that it refused
    finish_reason: str | None
    prompt_tokens: int | None
    completion_tokens: int | None
    seconds: float | None  # likewise
    retries: int | None
    error: str | None
    system_fingerprint: str | None
    adapter: str | None
    adapter_digest: str | None
    server_lek_score: float | None  # what the server itself says, by the same scorer
    server_flags: tuple[str, ...] | None
    stopped_by: str | None = None  # the flag by which the server's guard ended the reply early
    sampling: SamplingFields | None = None  # as asked for; None where a file of replies does not say, as those of earlier versions
    unsent: tuple[str, ...] = ()  # of these, what the endpoint refused and was asked without

    @property
    def hard_flags(self) -> tuple[str, ...]:
        """List the flags that mark a broken reply."""
        flags = self.degeneration.flags if self.degeneration else ()
        return tuple(dict.fromkeys(flag.flag for flag in flags if flag.tier == "hard"))

    @property
    def sampling_words(self) -> str | None:
        """Say how tokens were chosen beside temperature and seed; None where that is not known."""
        if self.sampling is None:
            return None
        return (self.sampling.words or "all off") + (f" ({', '.join(self.unsent)} not sent)" if self.unsent else "")

    @property
    def is_empty(self) -> bool:
        """Say whether there is nothing to see in the reply."""
        return self.response is not None and not self.response.strip()

    @property
    def refusing_words(self) -> str | None:
        """Say by what the reply is known for a refusal: the endpoint's word, or the reply's own at its beginning."""
        if self.refusal is not None or self.finish_reason == "content_filter":
            return self.refusal or "finish reason content_filter"
        fault = NoRefusal().find_fault(CheckedReply(text=self.response or ""))
        return fault.why if fault else None


def record(question: Question, reply: Reply, sampler: Sampler, instrument: Instrument) -> Record:
    """Score a reply; an empty one is scored like any other, a failed one is not scored."""
    scores = _scores(question, reply, sampler, instrument)
    subject = question.subject
    return Record(
        subject=subject.name,
        endpoint=subject.endpoint,
        model=subject.model,
        scale=subject.scale,
        system_digest=subject.system_digest,
        is_system_prepended=subject.is_system_prepended,
        id=question.probe.id,
        prompt=question.probe.prompt,
        sample=question.sample,
        seed=question.seed,
        temperature=sampler.temperature,
        max_tokens=sampler.max_tokens,
        candor_version=instrument.candor_version,
        scorer=instrument.scorer,
        scorer_version=instrument.scorer_version,
        detectors_version=instrument.detectors_version,
        probes_digest=instrument.probes_digest,
        response=reply.text,
        lek_score=scores.lek_score if scores else None,
        heuristic=scores.heuristic if scores else None,
        flags=tuple(dict.fromkeys(flag.flag for flag in scores.degeneration.flags)) if scores else (),
        degeneration=scores.degeneration if scores else None,
        judgement=_judgement(question, reply, scores),
        refusal=reply.refusal,
        finish_reason=reply.finish_reason,
        prompt_tokens=reply.num_prompt_tokens,
        completion_tokens=reply.num_completion_tokens,
        seconds=round(reply.seconds, 3),
        retries=reply.num_retries,
        error=reply.error,
        system_fingerprint=reply.system_fingerprint,
        adapter=_adapter(reply, "adapter"),
        adapter_digest=_adapter(reply, "adapter_digest"),
        server_lek_score=_server_score(reply, instrument.scorer),
        server_flags=_server_flags(reply),
        stopped_by=reply.metadata.get("stopped_by"),
        sampling=sampler.fields,
        unsent=reply.unsent,
    )


def _scores(question: Question, reply: Reply, sampler: Sampler, instrument: Instrument) -> Scores | None:
    if reply.text is None:
        return None
    return score(
        reply.text,
        prompt=question.probe.prompt,
        scorer=instrument.scorer,
        finish_reason=reply.finish_reason,
        num_tokens=reply.num_completion_tokens,
        max_tokens=sampler.max_tokens,
    )


def _judgement(question: Question, reply: Reply, scores: Scores | None) -> Judgement | None:
    if reply.text is None or scores is None:
        return None
    checked = CheckedReply(text=reply.text, flags=scores.degeneration.flags)
    return judge(question.probe.checks, checked, is_cut_off=reply.finish_reason == "length")


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


def _server_flags(reply: Reply) -> tuple[str, ...] | None:
    flags = reply.metadata.get("degeneration_flags")
    return None if flags is None else tuple(flag for flag in flags.split(",") if flag)
