"""Taking up a run."""

from typing import Any

import pytest

from clients.asking.exchange import Question, Reply, Sampler
from clients.asking.subject import Subject
from clients.battery.run import list_questions
from clients.errors import UsageFault
from clients.probes.probe import Probe
from clients.records.asked import make_asked
from clients.records.flat_record import FIELDS
from clients.records.instrument import Instrument
from clients.records.record import Record, score_record
from clients.records.resuming import take_up
from clients.records.told import Told
from tests.clients.samples import change_record

INSTRUMENT = Instrument(candor_version="0", scorer="lek-v1", scorer_version="1", detectors_version="1", probes_digest="sha256:0")
SAMPLER = Sampler(temperature=0.4, max_tokens=64, timeout_s=60.0)
SUBJECTS = (Subject(name="base", endpoint="http://h/v1", model="m"), Subject(name="tuned", endpoint="http://h/v1", model="t"))
PROBES = (Probe(id="p1", prompt="Why?"), Probe(id="p2", prompt="How?"))
ASKED = list_questions(SUBJECTS, PROBES, num_samples=2, seed=5)


def answered(question: Question, *, error: str | None = None) -> Record:
    reply = Reply(text=None if error else "Because.", error=error, seconds=1.0)
    return score_record(make_asked(question, SAMPLER), reply, Told(), question.probe.checks, INSTRUMENT)


def test_what_is_answered_is_not_asked_again() -> None:
    saved = [answered(question) for question in (ASKED[3], ASKED[0])]
    resumed = take_up(saved, ASKED, SAMPLER, INSTRUMENT)
    assert resumed.records == tuple(saved)
    assert resumed.questions == (*ASKED[1:3], *ASKED[4:])


def test_what_failed_is_asked_again_and_its_later_answer_counts() -> None:
    failed, later = answered(ASKED[0], error="HTTP 500"), answered(ASKED[0])
    assert take_up([failed], ASKED, SAMPLER, INSTRUMENT).questions == ASKED
    assert take_up([failed, later], ASKED, SAMPLER, INSTRUMENT).records == (later,)


def test_what_the_endpoint_refused_in_a_saved_run_is_no_difference() -> None:
    saved = change_record(answered(ASKED[0]), unsent=("top_k",))
    assert take_up([saved], ASKED, SAMPLER, INSTRUMENT).records == (saved,)


def test_more_samples_may_be_asked_for() -> None:
    once = list_questions(SUBJECTS, PROBES, num_samples=1, seed=5)
    assert take_up([answered(question) for question in once], ASKED, SAMPLER, INSTRUMENT).questions == ASKED[4:]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"endpoint": "http://other/v1"}, r"endpoint was 'http://other/v1' and is 'http://h/v1' \(base\)"),
        ({"model": "other"}, "model was 'other' and is 'm'"),
        ({"scale": 0.5}, "scale was 0.5 and is None"),
        ({"system_digest": "sha256:1"}, "system_digest was"),
        ({"is_system_prepended": True}, "is_system_prepended was True and is False"),
        ({"prompt": "Whence?"}, "prompt was 'Whence"),
        ({"seed": 6}, "seed was 6 and is 5"),
        ({"temperature": 1.0, "max_tokens": 65}, "temperature was 1.0 and is 0.4.*max_tokens was 65 and is 64"),
        ({"sampling": None}, r"sampling was None and is SamplingFields\(top_p=1.0"),
        ({"scorer": "lek-v2"}, "scorer was"),
        ({"scorer_version": "0"}, "scorer_version was"),
        ({"detectors_version": "0"}, "detectors_version was"),
        ({"probes_digest": "sha256:1"}, "probes_digest was"),
        ({"subject": "third"}, "they hold a subject 'third'"),
        ({"id": "p3"}, "they hold a probe 'p3'"),
        ({"sample": 2}, "they hold a sample number 2"),
    ],
)
def test_other_settings_are_refused_by_name(changes: dict[str, Any], expected: str) -> None:
    saved = [change_record(answered(ASKED[0]), **changes), answered(ASKED[1])]
    with pytest.raises(UsageFault, match=expected):
        take_up(saved, ASKED, SAMPLER, INSTRUMENT)


def test_many_differences_are_not_all_told() -> None:
    probes = tuple(Probe(id=str(number), prompt="Why?") for number in range(30))
    asked = list_questions(SUBJECTS, probes, num_samples=1, seed=5)
    saved = [change_record(answered(question), prompt=f"{number}?") for number, question in enumerate(asked)]
    with pytest.raises(UsageFault, match="and 52 more"):
        take_up(saved, asked, SAMPLER, INSTRUMENT)


def test_every_field_of_the_question_is_a_setting_but_not_the_programs_version() -> None:
    told = {"subject", "id", "sample", "candor_version"}
    for part, name, encoded in FIELDS:
        if part in ("asked", "instrument") and name not in told:
            saved = change_record(answered(ASKED[0]), **{encoded: object()})
            with pytest.raises(UsageFault, match=f"{encoded} was"):
                take_up([saved], ASKED, SAMPLER, INSTRUMENT)
    assert take_up([change_record(answered(ASKED[0]), candor_version="9")], ASKED, SAMPLER, INSTRUMENT).questions == ASKED[1:]
