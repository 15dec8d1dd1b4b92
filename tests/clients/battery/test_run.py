"""The order of the questions and what is in flight."""

import asyncio
from contextlib import aclosing

import pytest

from clients.asking.channel import open_channel
from clients.asking.credentials import Credentials
from clients.asking.endpoint import read_api_root
from clients.asking.exchange import Sampler
from clients.asking.subject import Subject
from clients.battery.run import collect_records, list_questions
from clients.errors import EndpointFailure
from clients.probes.probe import Probe
from clients.records.instrument import Instrument
from clients.records.record import Record
from tests.clients.fake_endpoint import HANGING, Body, FakeAnswer, FakeEndpoint, completion, refusal

PROBES = (Probe(id="p1", prompt="Why?"), Probe(id="p2", prompt="How?"))

INSTRUMENT = Instrument(candor_version="0", scorer="lek-v1", scorer_version="1", detectors_version="1", probes_digest="sha256:0")


def make_subjects(root: str) -> tuple[Subject, ...]:
    return (Subject(name="before", endpoint=root, model="base"), Subject(name="after", endpoint=root, model="tuned"))


def test_questions_take_the_subjects_side_by_side_with_a_seed_a_sample() -> None:
    asked = list_questions(make_subjects("http://h/v1"), PROBES, num_samples=2, seed=5)
    assert [(q.sample, q.probe.id, q.subject.model, q.seed) for q in asked] == [
        (0, "p1", "base", 5),
        (0, "p1", "tuned", 5),
        (0, "p2", "base", 5),
        (0, "p2", "tuned", 5),
        (1, "p1", "base", 6),
        (1, "p1", "tuned", 6),
        (1, "p2", "base", 6),
        (1, "p2", "tuned", 6),
    ]


def test_questions_without_a_seed_send_none() -> None:
    assert {question.seed for question in list_questions(make_subjects("http://h/v1"), PROBES, num_samples=2, seed=None)} == {None}


def run(endpoint: FakeEndpoint, concurrency: int) -> list[Record]:
    async def gather() -> list[Record]:
        root = read_api_root(endpoint.url)
        asked = list_questions(make_subjects(root), PROBES, num_samples=1, seed=0)
        sampler = Sampler(temperature=0.4, max_tokens=64, timeout_s=60.0)
        async with (
            open_channel(root, Credentials(), most_at_once=concurrency) as channel,
            aclosing(
                collect_records({root: channel}, asked, sampler, instrument=INSTRUMENT, concurrency=concurrency, digests={})
            ) as coming,
        ):
            return [record async for record in coming]

    return asyncio.run(gather())


def test_one_at_a_time_keeps_the_order(endpoint: FakeEndpoint) -> None:
    came = run(endpoint, concurrency=1)
    places = [(record.asked.id, record.asked.subject) for record in came]
    assert places == [
        ("p1", "before"),
        ("p1", "after"),
        ("p2", "before"),
        ("p2", "after"),
    ]


def test_record_holds_the_score_beside_the_servers(endpoint: FakeEndpoint) -> None:
    metadata = {"scorer": "lek-v1", "lek_score": "1.5", "adapter": "tuned", "adapter_digest": "sha256:1"}
    endpoint.answer = lambda body: completion("e" if body["model"] == "tuned" else "", metadata=metadata)
    record = next(record for record in run(endpoint, concurrency=4) if record.asked.model == "tuned")
    told = record.told
    assert (record.scored.lek_score, told.server_lek_score, told.adapter, told.adapter_digest) == (
        -20.0,
        1.5,
        "tuned",
        "sha256:1",
    )


def test_base_has_no_adapter(endpoint: FakeEndpoint) -> None:
    endpoint.answer = lambda _: completion("Hello.", metadata={"adapter": "none", "adapter_digest": "none"})
    assert {(record.told.adapter, record.told.adapter_digest) for record in run(endpoint, concurrency=4)} == {(None, None)}


@pytest.mark.parametrize(
    "metadata", [{"scorer": "lek-v2", "lek_score": "3"}, {"lek_score": "3"}, {"scorer": "lek-v1", "lek_score": "nan"}, None]
)
def test_servers_score_counts_only_by_the_same_scorer(endpoint: FakeEndpoint, metadata: dict[str, str] | None) -> None:
    endpoint.answer = lambda _: completion("Hello.", metadata=metadata)
    assert {record.told.server_lek_score for record in run(endpoint, concurrency=4)} == {None}


def test_refused_model_drops_what_is_in_flight(endpoint: FakeEndpoint) -> None:
    def answer(body: Body) -> FakeAnswer:
        return HANGING if body["model"] == "base" else refusal(404, "no such model")

    endpoint.answer = answer
    with pytest.raises(EndpointFailure, match=r"tuned: .*no such model"):
        run(endpoint, concurrency=4)
