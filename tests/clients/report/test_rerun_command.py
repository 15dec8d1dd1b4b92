"""The command that runs a battery again: the battery's own parser reads from it what the report says."""

import shlex
from pathlib import Path
from typing import Any

import msgspec
import pytest

from clients.asking.sampling_fields import SamplingFields
from clients.battery.options import Options, parse_options
from clients.report.provenance import EndpointOrigin, LockedFrom, Provenance, SubjectOrigin
from clients.report.rerun_command import name_system_file, write_rerun_command
from tests.clients.samples import make_outcome, make_report


def origin(*names: str, **fields: Any) -> Provenance:
    """Make the provenance of subjects; the fields are those of the last."""
    provenance = make_report({name: [make_outcome(1.0)] for name in names}).provenance
    *others, last = provenance.subjects
    return msgspec.structs.replace(provenance, subjects=(*others, msgspec.structs.replace(last, **fields)))


def read(provenance: Provenance) -> Options:
    python, dash_m, module, *argv = shlex.split(write_rerun_command(provenance).replace("\\\n", ""))
    assert (python, dash_m, module) == ("python", "-m", "clients.battery")
    return parse_options(argv)


def test_conditions_are_the_same() -> None:
    provenance = origin("m")
    options = read(provenance)
    assert options.choice.endpoint == provenance.endpoint
    assert (options.probes, options.samples, options.seed) == (provenance.probes.name, provenance.samples, provenance.seed)
    assert (options.temperature, options.max_tokens, options.scorer) == (0.4, 1024, "lek-v1")
    assert read(msgspec.structs.replace(provenance, seed=None, seeds=())).seed is None


def test_every_field_of_the_sampling_is_the_same() -> None:
    provenance = origin("m")
    assert read(provenance).sampling == SamplingFields()
    fields = SamplingFields(top_p=0.1 + 0.2, top_k=40, min_p=1e-5, repetition_penalty=1.1, presence_penalty=-0.5, frequency_penalty=-2.0)
    sampler = msgspec.structs.replace(provenance.sampler, fields=fields)
    assert read(msgspec.structs.replace(provenance, sampler=sampler)).sampling == fields


def test_what_was_sent_and_by_which_names_is_the_same() -> None:
    provenance = origin("m")
    sampler = msgspec.structs.replace(
        provenance.sampler, temperature=None, is_temperature_sent=False, max_tokens_field="max_completion_tokens", is_streamed=True
    )
    options = read(msgspec.structs.replace(provenance, sampler=sampler))
    assert (options.temperature, options.max_tokens_field, options.is_streamed) == (None, "max_completion_tokens", True)


def test_headers_are_named_and_left_to_variables() -> None:
    azure = "https://h/openai/deployments/d?api-version=1"
    provenance = origin("base", "m", endpoint=azure)
    endpoints = tuple(
        EndpointOrigin(endpoint=endpoint, answers_at=endpoint, headers=headers, num_limited=0, waited_s=0.0)
        for endpoint, headers in ((provenance.endpoint, ("X-Team",)), (azure, ("api-key", "X-Team")))
    )
    credentials = read(msgspec.structs.replace(provenance, endpoints=endpoints)).credentials
    assert credentials[provenance.endpoint].headers == {"X-Team": "$X_TEAM"}
    assert credentials[azure].headers == {"api-key": "$API_KEY", "X-Team": "$X_TEAM"}


@pytest.mark.parametrize("endpoint", ["http://h", "http://h/v1", "http://h/api/v4", "http://h/proxy/v1", "https://h/a?api-version=1"])
def test_address_is_the_same(endpoint: str) -> None:
    provenance = msgspec.structs.replace(origin("m", endpoint=endpoint), endpoint=endpoint)
    assert read(provenance).choice.endpoint == endpoint


def test_bare_models_need_no_subject_flag() -> None:
    assert read(origin("m")).choice.model == "m"
    choice = read(origin("base", "m")).choice
    assert (choice.baseline, choice.model, choice.named) == ("base", "m", ())


@pytest.mark.parametrize("fields", [{"scale": 0.5}, {"model": "other"}, {"endpoint": "http://h:9/v1"}])
def test_anything_more_is_a_subject(fields: dict[str, Any]) -> None:
    subject = read(origin("base", "m", **fields)).choice.named[1]
    assert subject.name == "m"
    assert {name: getattr(subject, name) for name in fields} == fields


def test_several_subjects_keep_their_order() -> None:
    assert [subject.name for subject in read(origin("b", "a", "c")).choice.named] == ["b", "a", "c"]


def test_system_prompt_is_read_from_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    provenance = origin("base", "base+a/b c", system="Be brief.", is_system_prepended=True)
    subject: SubjectOrigin = provenance.subjects[1]
    assert name_system_file(subject) == "base+a_b_c.system.txt"
    (tmp_path / name_system_file(subject)).write_text("Be brief.")
    choice = read(provenance).choice
    assert (choice.named[1].system, choice.is_system_prepended) == ("Be brief.", True)


@pytest.mark.parametrize(("name", "expected"), [("base", "old run.json#base"), ("base (old run.json)", "old run.json#base")])
def test_locked_baseline_is_named_by_its_file(name: str, expected: str) -> None:
    locked = LockedFrom(file="old run.json", digest="sha256:0", created="2025-01-01", candor_version="0")
    provenance = origin(name, "m")
    before, after = provenance.subjects
    subjects = (msgspec.structs.replace(before, locked_from=locked), after)
    options = read(msgspec.structs.replace(provenance, subjects=subjects))
    assert (options.locked, options.choice.model) == (expected, "m")
