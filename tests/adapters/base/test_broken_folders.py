"""A model's folder with one thing broken: it is refused when it is read, in one line that names the file, and never half understood."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from adapters.base.errors import ModelLoadError
from adapters.base.vocabulary import Vocabulary, load_vocabulary
from tests.adapters.base.folders import CONFIG, DEMO, FILE, MAP, Change, copy_demo, with_config, with_file, with_map, with_model

NUM_ROWS = 4096
GENERATION, TEMPLATE, ADDED = "generation_config.json", "chat_template.jinja", "added_tokens.json"
SMALL_FILES = (GENERATION, CONFIG, FILE, MAP, ADDED)
ALL = (*SMALL_FILES, TEMPLATE)
PIECES: dict[str, int] = json.loads((DEMO / FILE).read_text())["model"]["vocab"]


def load(folder: Path) -> Vocabulary:
    vocabulary = load_vocabulary(folder)
    vocabulary.check_rows(folder, NUM_ROWS)
    return vocabulary


def refuse(folder: Path, message: str) -> None:
    with pytest.raises(ModelLoadError, match=message) as refused:
        load(folder)
    assert str(folder) in str(refused.value)


def with_bytes(name: str, content: bytes | str) -> Change:
    return lambda folder: write(folder / name, content)


def write(file: Path, content: bytes | str) -> None:
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def with_template(configured: Any) -> Change:
    def change(folder: Path) -> None:
        (folder / TEMPLATE).unlink()
        with_config(chat_template=configured)(folder)

    return change


def with_ends(**by_file: Any) -> Change:
    """Give config.json and generation_config.json these end ids, and the tokenizer none."""

    def change(folder: Path) -> None:
        config = json.loads((folder / "config.json").read_text()) | {"eos_token_id": by_file.get("config")}
        write(folder / "config.json", json.dumps(config))
        write(folder / GENERATION, json.dumps({"eos_token_id": by_file.get("generation")}))

    return change


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("content", [b"\xff\xfe{\x00", b'{"a": "\xe9"}'], ids=["UTF-16", "Latin-1"])
def test_a_file_in_another_encoding_is_named(tmp_path: Path, name: str, content: bytes) -> None:
    refuse(copy_demo(tmp_path / "demo", with_bytes(name, content)), f"{name} cannot be read: ")


@pytest.mark.parametrize("name", SMALL_FILES)
@pytest.mark.parametrize("content", ["", "[]", "null", "5", '{"a": 1', '{"a": 1} x', "{'a': 1}", "[" * 200_000])
def test_a_file_that_is_no_object_is_named(tmp_path: Path, name: str, content: str) -> None:
    refuse(copy_demo(tmp_path / "demo", with_bytes(name, content)), f"{name} cannot be read: ")


@pytest.mark.parametrize("name", [GENERATION, CONFIG, MAP, ADDED])
def test_a_key_that_stands_twice_is_named_where_it_says_how_answers_end(tmp_path: Path, name: str) -> None:
    twice = '{"eos_token": "<eos>", "eos_token": "<pad>"}'
    refuse(copy_demo(tmp_path / "demo", with_bytes(name, twice)), f"{name} cannot be read: the key 'eos_token' stands twice")


def make_folder(file: Path) -> None:
    file.mkdir()


def make_loop(file: Path) -> None:
    file.symlink_to(file.name)


def make_lost_link(file: Path) -> None:
    file.symlink_to("blobs/gone")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("make", [make_folder, make_loop, make_lost_link, os.mkfifo])
def test_what_is_no_file_in_a_files_place_is_named_and_not_taken_for_missing(tmp_path: Path, name: str, make: Any) -> None:
    folder = copy_demo(tmp_path / "demo")
    (folder / name).unlink(missing_ok=True)
    make(folder / name)
    refuse(folder, f"{name} cannot be read: ")


@pytest.mark.parametrize("name", ALL)
def test_a_byte_order_mark_is_no_part_of_a_file(tmp_path: Path, name: str) -> None:
    content = (DEMO / name).read_bytes() if (DEMO / name).exists() else b"{}"
    vocabulary = load(copy_demo(tmp_path / "demo", with_bytes(name, b"\xef\xbb\xbf" + content)))
    assert vocabulary.template.source == load(DEMO).template.source
    assert vocabulary.end_ids == load(DEMO).end_ids


@pytest.mark.parametrize("value", ["1", 1.5, 1.0, True, False, [True], [1, "x"], -1, [-1], {}, [[1]], ""])
@pytest.mark.parametrize("file", ["config", "generation"])
def test_an_end_that_is_no_id_is_named_with_its_file(tmp_path: Path, file: str, value: Any) -> None:
    folder = copy_demo(tmp_path / "demo", with_ends(**{file: value}))
    refuse(folder, f"{'generation_config' if file == 'generation' else 'config'}.json: eos_token_id has ")


@pytest.mark.parametrize("value", [NUM_ROWS, [1, 10**9], 2**70])
@pytest.mark.parametrize("file", ["config", "generation"])
def test_an_end_beyond_the_embedding_is_named(tmp_path: Path, file: str, value: Any) -> None:
    refuse(copy_demo(tmp_path / "demo", with_ends(**{file: value})), "has ids to 4095, but its eos_token_id names ")


@pytest.mark.parametrize(
    ("by_file", "expected"),
    [
        ({"generation": 0, "config": 7}, {0}),
        ({"generation": [1, 5], "config": 7}, {1, 5}),
        ({"generation": [], "config": [7]}, {7}),
        ({"config": 7}, {7}),
        ({}, set()),
    ],
)
def test_the_ends_are_those_of_the_first_file_that_names_some(tmp_path: Path, by_file: dict[str, Any], expected: set[int]) -> None:
    assert load(copy_demo(tmp_path / "demo", with_ends(**by_file))).configured_ends == expected


def test_a_model_whose_answers_nothing_ends_is_refused(tmp_path: Path) -> None:
    pieces = {("<turn>" if piece == "<end_of_turn>" else piece): token for piece, token in PIECES.items()}
    added = [one for one in json.loads((DEMO / FILE).read_text())["added_tokens"] if one["content"] != "<end_of_turn>"]
    changes = (with_ends(), with_model(vocab=pieces), with_file(added_tokens=added), with_config(eos_token=None, extra_special_tokens=None))
    refuse(copy_demo(tmp_path / "demo", *changes), "nothing ends an answer of the model in")


@pytest.mark.parametrize("name", ["bos_token", "eos_token", "pad_token", "unk_token"])
@pytest.mark.parametrize("value", [5, [], {}, True, {"content": 5}])
def test_a_special_token_of_another_type_is_named(tmp_path: Path, name: str, value: Any) -> None:
    refuse(copy_demo(tmp_path / "demo", with_config(**{name: value})), rf"tokenizer_config\.json: {name} is ")
    refuse(copy_demo(tmp_path / "other", with_map(**{name: value})), rf"special_tokens_map\.json: {name} is ")


@pytest.mark.parametrize(
    "entries",
    [
        {"extra_special_tokens": 5},
        {"extra_special_tokens": "<x>"},
        {"extra_special_tokens": [5]},
        {"extra_special_tokens": {"image_token": 5}},
        {"additional_special_tokens": True},
        {"tokenizer_class": 5},
        {"tokenizer_class": ["GemmaTokenizer"]},
        {"added_tokens_decoder": 5},
        {"added_tokens_decoder": {"x": {"content": "a"}}},
        {"added_tokens_decoder": {"1": {"content": 5}}},
    ],
)
def test_an_entry_of_another_type_is_named(tmp_path: Path, entries: dict[str, Any]) -> None:
    refuse(copy_demo(tmp_path / "demo", with_config(**entries)), r"tokenizer_config\.json(:| has added tokens)")


@pytest.mark.parametrize("content", ['{"x": "y"}', '{"x": -1}', '{"x": true}', '{"x": 1.0}'])
def test_added_tokens_without_ids_are_named(tmp_path: Path, content: str) -> None:
    refuse(copy_demo(tmp_path / "demo", with_bytes(ADDED, content)), r"added_tokens\.json cannot be read: expected ids")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (with_model(vocab={piece: token + 1000 for piece, token in PIECES.items()}), "<bos> has the id 1002, and bos_token_id"),
        (with_model(vocab=dict.fromkeys(PIECES, 0)), "<bos> has the id 0, and bos_token_id"),
        (with_model(vocab={}, merges=[]), "is another model's|<bos> has the id"),
        (with_model(merges=[]), "4096 pieces and no merges"),
        (
            with_model(vocab=dict(sorted(PIECES.items(), key=lambda one: one[1])[:1000]), merges=[["▁", "t"]]),
            "is another model's: of its 1000",
        ),
        (
            with_model(vocab=PIECES | {f"<piece {place}>": NUM_ROWS + place for place in range(300)}),
            "is another model's: of its 4396 ids 4096 are among the 4096",
        ),
        (with_config(bos_token="<begin>"), "<begin> has the id 4096, and bos_token_id of config.json is 2"),
        (with_bytes(FILE, (DEMO / FILE).read_bytes()[:100_000]), r"tokenizer\.json cannot be read: Input data was truncated"),
        (with_file(post_processor={"type": "x"}), r"tokenizer\.json describes no tokenizer"),
        (with_config(tokenizer_class="ByT5Tokenizer"), "transformers cannot make a tokenizer of its files: ByT5"),
    ],
)
def test_another_models_tokenizer_is_refused(tmp_path: Path, change: Change, message: str) -> None:
    refuse(copy_demo(tmp_path / "demo", change), message)


@pytest.mark.parametrize("value", [5, True, [5], [{"name": "default"}], {"default": 5}])
def test_a_template_of_another_type_is_named(tmp_path: Path, value: Any) -> None:
    refuse(copy_demo(tmp_path / "demo", with_template(value)), r"tokenizer_config\.json has a chat_template that cannot be read")


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{% if %}", "cannot be used: Expected an expression"),
        ("{{ raise_exception('no') }}", "cannot be used: no;"),
        ("{{ messages[5].content }}", "cannot be used: list object has no element 5"),
        ("{{ 1 / 0 }}", "cannot be used: ZeroDivisionError"),
        ("{% include 'x' %}", "cannot be used: TypeError"),
        ("{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}", "cannot be used: RecursionError"),
        ("{% for a in 'a' %}" * 40 + "{% endfor %}" * 40, "cannot be used: SyntaxError"),
        ("hello", "leaves out what the user says"),
        ("{{ messages[0].content }}", "leaves out what the user says"),
        ("{{ messages[-1].content | upper }}", "leaves out what the user says"),
        ("{{ messages[-1].content[0].text }}", "leaves out what the user says"),
        ("{{ messages[-1].content }}{% if messages | length > 1 %}{{ nothing.at_all }}{% endif %}", "cannot be used: 'nothing'"),
    ],
)
@pytest.mark.parametrize("is_configured", [True, False])
def test_the_models_own_template_is_tried_and_named_by_its_file(tmp_path: Path, is_configured: bool, template: str, message: str) -> None:
    change = with_template(template) if is_configured else with_bytes(TEMPLATE, template)
    name = CONFIG if is_configured else TEMPLATE
    refuse(copy_demo(tmp_path / "demo", change), rf"the chat template in \S+/{name} {message}")


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ("{% for m in messages %}{% if m.role != 'system' %}{{ m.content }}{% endif %}{% endfor %}", ["leaves out every system text"]),
        ("{{ messages[-1].content }}", ["leaves out every system text", "leaves out every earlier turn"]),
        (
            "{% for m in messages %}{% if m.role == 'system' %}{{ raise_exception('none here') }}{% endif %}{{ m.content }}{% endfor %}",
            ["takes no system text: none here"],
        ),
    ],
)
def test_what_a_template_leaves_out_of_some_conversations_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, template: str, told: list[str]
) -> None:
    load(copy_demo(tmp_path / "demo", with_bytes(TEMPLATE, template)))
    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) == len(told)
    assert all(part in message for part, message in zip(told, messages, strict=True))
