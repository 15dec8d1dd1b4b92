"""What a record holds of its question."""

import msgspec

from clients.asking.exchange import MaxTokensField, Question, Sampler
from clients.asking.sampling_fields import SamplingFields

Key = tuple[str, str, int]  # subject, probe, sample


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Who was asked what, and how the reply was to be drawn; None where a file of replies does not say."""

    subject: str  # its name
    endpoint: str
    model: str
    scale: float | None = None  # of the adapter, as asked for
    system_digest: str | None = None  # of the system prompt; its text stands once, in the report's provenance
    is_system_prepended: bool = False
    id: str  # of the probe
    prompt: str
    sample: int
    seed: int | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    sampling: SamplingFields | None = None  # None also in files of earlier versions, which sent none of them
    max_tokens_field: MaxTokensField | None = None  # None: the older name, or the newer one where that is refused

    @property
    def is_temperature_left_out(self) -> bool:
        """Tell a temperature that was not sent from one that is not known: who notes the fields notes it, too."""
        return self.temperature is None and self.sampling is not None

    @property
    def key(self) -> Key:
        """Tell it from all other questions of a run."""
        return self.subject, self.id, self.sample


def make_asked(question: Question, sampler: Sampler) -> Asked:
    """Note a question as it is asked."""
    subject = question.subject
    return Asked(
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
        sampling=sampler.fields,
        max_tokens_field=sampler.max_tokens_field,
    )
