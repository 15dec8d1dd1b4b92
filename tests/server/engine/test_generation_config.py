"""What a model's generation_config.json says of how to draw, and what is made of one that is broken."""

import json
from pathlib import Path

import pytest

from adapters.base.errors import ModelLoadError
from adapters.base.generation_config import FILE_NAME, read_generation_config
from server.engine.generation_config import find_sampling_defaults
from server.engine.sampling_defaults import SamplingDefaults

GEMMAS = {"bos_token_id": 2, "eos_token_id": [1, 106], "do_sample": True, "top_k": 64, "top_p": 0.95, "transformers_version": "4.57"}


def read(folder: Path, text: str | bytes) -> SamplingDefaults:
    (folder / FILE_NAME).write_bytes(text if isinstance(text, bytes) else text.encode())
    return find_sampling_defaults(read_generation_config(folder))


def test_gemmas_own_is_read(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert read(tmp_path, json.dumps(GEMMAS)) == SamplingDefaults(top_k=64, top_p=0.95)
    assert [record.levelname for record in caplog.records] == ["INFO"]
    assert "top_p 0.95, top_k 64" in caplog.text


def test_the_fields_are_those_that_vllm_takes(tmp_path: Path) -> None:
    taken = {"temperature": 0.7, "top_p": 0.9, "top_k": 20.0, "min_p": 0.05, "repetition_penalty": 1.05, "max_new_tokens": 2048}
    others = {"do_sample": True, "typical_p": 0.5, "length_penalty": 2, "num_beams": 4}
    expected = SamplingDefaults(temperature=0.7, top_p=0.9, top_k=20, min_p=0.05, repetition_penalty=1.05, max_tokens=2048)
    assert read(tmp_path, json.dumps(taken | others)) == expected


def test_a_folder_without_the_file_says_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert find_sampling_defaults(read_generation_config(tmp_path)) == SamplingDefaults()
    assert caplog.records == []


def test_null_is_unset(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read(tmp_path, '{"temperature": null, "top_k": null}') == SamplingDefaults()
    assert caplog.records == []


@pytest.mark.parametrize("value", ["-0.1", "2.5", '"hot"', "true", "[1]", "NaN", "Infinity", "1e999", "{}", "1" + "0" * 400])
def test_a_value_out_of_range_is_left_out_with_a_warning_that_names_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    assert read(tmp_path, f'{{"temperature": {value}, "top_k": 64}}') == SamplingDefaults(top_k=64)
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert f"{FILE_NAME}: temperature is ignored: " in caplog.text
    assert len(caplog.text) < 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [("top_p", 1.1), ("top_k", -2), ("top_k", 1.5), ("top_k", 2**64), ("min_p", -1), ("repetition_penalty", 0), ("max_new_tokens", 0)],
)
def test_every_field_has_its_range(tmp_path: Path, caplog: pytest.LogCaptureFixture, field: str, value: float) -> None:
    assert read(tmp_path, json.dumps({field: value})) == SamplingDefaults()
    assert f"{field} is ignored" in caplog.text


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff\xfe{", b"null", b"[]", b"5", b"[" * 200_000, b'{"a": ' * 200_000], ids=lambda content: str(content[:9])
)
def test_a_file_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(ModelLoadError) as raised:
        read(tmp_path, content)
    assert str(raised.value).startswith(f"{tmp_path / FILE_NAME} cannot be read: ")


def test_a_folder_in_the_files_place_is_an_error_too(tmp_path: Path) -> None:
    (tmp_path / FILE_NAME).mkdir()
    with pytest.raises(ModelLoadError, match="cannot be read"):
        read_generation_config(tmp_path)


def test_do_sample_false_is_said_to_be_ignored(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert read(tmp_path, '{"do_sample": false}') == SamplingDefaults()
    assert "--default-temperature 0" in caplog.text


def test_what_is_set_goes_before_the_others_and_zero_is_set() -> None:
    flags = SamplingDefaults(temperature=0, top_k=0)
    assert flags.over(SamplingDefaults(temperature=0.7, top_k=64, top_p=0.95)) == SamplingDefaults(temperature=0, top_k=0, top_p=0.95)
