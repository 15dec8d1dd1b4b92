"""The run: all questions put to their endpoints, a few at a time, each reply scored and handed on as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

from clients.asking.asking import ask
from clients.asking.channel import Channel
from clients.asking.exchange import Question, Reply, Sampler
from clients.asking.subject import Subject
from clients.errors import EndpointFailure
from clients.probes.checks.judge import Check
from clients.probes.probe import Probe
from clients.records.asked import Asked, make_asked
from clients.records.instrument import Instrument
from clients.records.record import Record, score_record
from clients.records.told import Told, find_unhonoured, read_told

Digests = Mapping[tuple[str, str], str]  # of adapters, by endpoint and model
SHORT_CHARS = 1 << 13  # some ten milliseconds of work


def list_questions(subjects: Sequence[Subject], probes: Sequence[Probe], *, num_samples: int, seed: int | None) -> tuple[Question, ...]:
    """List what to ask, the subjects side by side, so that a drifting or slowing endpoint meets all of them alike.

    All subjects get a sample's seed alike; the next sample has the next seed.
    """
    return tuple(
        Question(subject=subject, probe=probe, sample=sample, seed=None if seed is None else seed + sample)
        for sample in range(num_samples)
        for probe in probes
        for subject in subjects
    )


async def collect_records(
    channels: Mapping[str, Channel],
    asked: Sequence[Question],
    sampler: Sampler,
    *,
    instrument: Instrument,
    concurrency: int,
    digests: Digests,
) -> AsyncGenerator[Record, None]:
    """Yield each question's record as it is there; `channels` are by endpoint.

    Raises EndpointFailure, and drops what is in flight, where going on is pointless: also where a reply does not confirm what was asked
    for beyond OpenAI's fields. `digests` are those of the adapters that endpoints list with one.
    """
    room = asyncio.Semaphore(concurrency)

    async def one(question: Question) -> Record:
        async with room:
            received = await ask(channels[question.subject.endpoint], question, sampler)
        told = read_told(received.metadata, instrument.scorer)
        record = await _score(make_asked(question, sampler), received.reply, told, question.probe.checks, instrument)
        _check_honoured(record, digests.get((question.subject.endpoint, question.subject.model)))
        return record

    tasks = [asyncio.create_task(one(question)) for question in asked]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for unfinished in tasks:
            unfinished.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _score(asked: Asked, reply: Reply, told: Told, checks: Sequence[Check], instrument: Instrument) -> Record:
    """Score a reply; a long one on a thread, so that the others do not time out meanwhile."""
    if len(reply.text or "") + len(reply.reasoning or "") <= SHORT_CHARS:
        return score_record(asked, reply, told, checks, instrument)
    return await asyncio.to_thread(score_record, asked, reply, told, checks, instrument)


def _check_honoured(record: Record, listed_digest: str | None) -> None:
    """See that an answer is by the adapter, and at the scale, that was asked for; raises EndpointFailure."""
    if record.reply.error is not None or record.reply.is_withheld:
        return
    words = find_unhonoured(record.asked, record.told)
    if words is None and listed_digest is not None and record.told.adapter_digest is None:
        words = f"asked for the adapter {record.asked.model}, listed with a digest, the endpoint's reply does not say that it answered"
    if words is not None:
        raise EndpointFailure(f"{record.asked.subject}: {words}")
