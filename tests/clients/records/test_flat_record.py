"""Records as files hold them."""

import msgspec
import pytest

from clients.records.flat_record import FIELDS, LATER_FIELDS, flatten, unflatten
from clients.records.record import Record
from tests.clients.samples import change_record, make_record

# The fields by which the first files of replies are read, and users' own programs.
NAMES = {
    *("subject", "endpoint", "model", "scale", "system_digest", "is_system_prepended", "id", "prompt", "sample", "seed"),
    *("temperature", "max_tokens", "candor_version", "scorer", "scorer_version", "detectors_version", "probes_digest"),
    *("response", "lek_score", "heuristic", "flags", "degeneration", "judgement", "refusal", "finish_reason", "prompt_tokens"),
    *("completion_tokens", "seconds", "retries", "error", "system_fingerprint", "adapter", "adapter_digest"),
    *("server_lek_score", "server_flags"),
}


def encode(record: Record) -> bytes:
    return msgspec.json.encode(record, enc_hook=flatten)


def decode(line: bytes) -> Record:
    return msgspec.json.decode(line, type=Record, dec_hook=unflatten)


def test_fields_of_all_parts_stand_side_by_side_under_names_of_their_own() -> None:
    names = [encoded for _, _, encoded in FIELDS]
    assert len(set(names)) == len(names)
    assert set(names) - LATER_FIELDS >= NAMES
    assert list(msgspec.json.decode(encode(make_record()))) == names


def test_a_record_comes_back_as_it_was() -> None:
    record = make_record(unsent=("top_k",), stopped_by="token_loop")
    assert decode(encode(record)) == record
    assert decode(encode(change_record(record, error="x"))) != record


def test_what_a_file_of_an_earlier_version_lacks_has_its_default() -> None:
    flat = msgspec.json.decode(encode(make_record()))
    earlier = {name: value for name, value in flat.items() if name not in LATER_FIELDS}
    assert decode(msgspec.json.encode(earlier)) == make_record()


@pytest.mark.parametrize("name", sorted(NAMES))
def test_anything_else_that_lacks_is_a_fault(name: str) -> None:
    flat = msgspec.json.decode(encode(make_record()))
    del flat[name]
    with pytest.raises(msgspec.ValidationError, match=f"required fields: {name}"):
        decode(msgspec.json.encode(flat))


@pytest.mark.parametrize(("line", "fault"), [(b"3", "Expected `object`"), (b'{"id": 3}', "required fields: subject, ")])
def test_what_is_no_record_is_refused(line: bytes, fault: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=fault):
        decode(line)


def test_a_wrong_value_is_told_with_its_place() -> None:
    flat = msgspec.json.decode(encode(make_record())) | {"seconds": "long"}
    with pytest.raises(msgspec.ValidationError, match=r"Expected `float \| null`, got `str` - at `\$\.seconds`"):
        decode(msgspec.json.encode(flat))
