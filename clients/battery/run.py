"""The run: all questions put to their endpoints, a few at a time, each reply scored and handed on as it comes."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

from clients.asking.asking import ask
from clients.asking.channel import Channel
from clients.asking.exchange import Question, Sampler
from clients.asking.subject import Subject
from clients.probes.probe import Probe
from clients.records.asked import make_asked
from clients.records.instrument import Instrument
from clients.records.record import Record, score_record
from clients.records.told import read_told


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
    channels: Mapping[str, Channel], asked: Sequence[Question], sampler: Sampler, *, instrument: Instrument, concurrency: int
) -> AsyncGenerator[Record, None]:
    """Yield each question's record as it is there; `channels` are by endpoint.

    Raises EndpointFailure, and drops what is in flight, where going on is pointless.
    """
    room = asyncio.Semaphore(concurrency)

    async def one(question: Question) -> Record:
        async with room:
            received = await ask(channels[question.subject.endpoint], question, sampler)
        told = read_told(received.metadata, instrument.scorer)
        return score_record(make_asked(question, sampler), received.reply, told, question.probe.checks, instrument)

    tasks = [asyncio.create_task(one(question)) for question in asked]
    try:
        for task in asyncio.as_completed(tasks):
            yield await task
    finally:
        for unfinished in tasks:
            unfinished.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
