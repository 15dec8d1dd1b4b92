"""Files of rows: what is read, cut, dropped and refused, each by its line."""

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from adapters.base.vocabulary import Vocabulary, load_vocabulary
from adapters.command import CommandFault
from adapters.train.data.dataset import Dataset, read_dataset
from adapters.train.settings import AnswerEnd, TrainOn
from tests.adapters.base.folders import DEMO, added, copy_demo, with_added, with_config

NUM_EMBEDDINGS = 4096


@pytest.fixture(scope="module")
def demo() -> Vocabulary:
    """What the demo model's tokens mean."""
    return load_vocabulary(DEMO)


def pair(asked: str = "Hi", said: str = "Good day.") -> dict[str, Any]:
    return {"messages": [{"role": "user", "content": asked}, {"role": "assistant", "content": said}]}


def write(folder: Path, *rows: object) -> Path:
    """Write rows; one that is bytes stands as it is."""
    file = folder / "rows.jsonl"
    file.write_bytes(b"".join(row if isinstance(row, bytes) else json.dumps(row).encode() + b"\n" for row in rows))
    return file


def read(
    file: Path, vocabulary: Vocabulary, *, train_on: TrainOn = "all", answer_end: AnswerEnd = "turn", max_seq_length: int = 512
) -> Dataset:
    return read_dataset(
        file, vocabulary, num_embeddings=NUM_EMBEDDINGS, train_on=train_on, answer_end=answer_end, max_seq_length=max_seq_length
    )


def test_rows_of_all_kinds_are_read_in_order_with_their_lines(tmp_path: Path, demo: Vocabulary) -> None:
    rows: tuple[object, ...] = (
        b"\xef\xbb\xbf",
        pair(),
        b"\n",
        {"prompt": "Hi", "completion": "Good day."},
        b"  \r\n",
        pair(said="Yes."),
    )
    file = write(tmp_path, *rows)
    dataset = read(file, demo)
    assert [example.line for example in dataset.examples] == [1, 3, 5]
    assert (dataset.examples[0].token_ids == dataset.examples[1].token_ids).all()
    identity = dataset.identity
    assert (identity.name, identity.rows, identity.rows_cut, identity.rows_dropped, identity.told) == ("rows.jsonl", 3, 0, 0, ())
    assert identity.digest == f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def test_rows_too_long_are_cut_and_those_without_an_answer_dropped(tmp_path: Path, demo: Vocabulary) -> None:
    file = write(
        tmp_path, pair(), pair("Why? " * 60), pair(said="So. " * 60), {"messages": [{"role": "user", "content": "Hi"}]}, pair(said="")
    )
    dataset = read(file, demo, max_seq_length=40)
    assert [example.line for example in dataset.examples] == [1, 3]
    assert len(dataset.examples[1].token_ids) == 40
    assert (dataset.identity.rows, dataset.identity.rows_cut, dataset.identity.rows_dropped) == (5, 1, 3)
    asked, said = (len(read(write(tmp_path, row), demo).examples[0].token_ids) for row in (pair("Why? " * 60), pair(said="So. " * 60)))
    assert dataset.identity.told == (
        f"line 2: dropped, as nothing to learn is among the first 40 of its {asked} tokens",
        f"line 3: cut from {said} to 40 tokens",
        "line 4: dropped, as there is no answer to learn",
        "line 5: dropped, as there is no answer to learn",
        "line 5: turn 2, an empty answer, is not learnt",
    )


def test_the_first_twenty_are_told(tmp_path: Path, demo: Vocabulary) -> None:
    dataset = read(write(tmp_path, *[pair(said="So. " * 60)] * 23), demo, max_seq_length=40)
    assert dataset.identity.rows_cut == 23
    assert len(dataset.identity.told) == 20


def test_every_faulty_line_is_named_with_what_was_expected(tmp_path: Path, demo: Vocabulary) -> None:
    alternating = [{"role": "user", "content": "Hi"}] * 2
    rows: tuple[object, ...] = (
        pair(),
        b"{\n",
        b"\n",
        b'{"text": "\xff"}\n',
        {"messages": alternating},
        {"text": "x"},
        b"[" * 5000 + b"\n",
        {"messages": []},
        b"1\n",
    )
    with pytest.raises(CommandFault) as caught:
        read(write(tmp_path, *rows), demo)
    first, *lines = str(caught.value).splitlines()
    assert first == f"{tmp_path}/rows.jsonl: 7 of its 8 rows cannot be learnt from, and nothing was trained:"
    expected = (
        "line 2: it is not JSON (",
        "line 4: it is not UTF-8 (invalid start byte",
        "line 5: the model's chat template does not take these messages: Conversation roles must alternate",
        "line 6: it has text, in which no turn is the model's",
        "line 7: it is nested too deeply",
        "line 8: messages is an empty list",
        "line 9: it is a number; expected messages",
    )
    assert len(lines) == len(expected)
    assert all(line.strip().startswith(said) for line, said in zip(lines, expected, strict=True))


def test_of_many_faults_the_first_are_told_and_the_rest_counted(tmp_path: Path, demo: Vocabulary) -> None:
    with pytest.raises(CommandFault) as caught:
        read(write(tmp_path, pair(), *[{"messages": []}] * 33), demo)
    lines = str(caught.value).splitlines()
    assert lines[1].startswith("  line 2:")
    assert lines[20].startswith("  line 21:")
    assert lines[21:] == ["  and 13 more"]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ((), "has no rows: expected a JSON object a line"),
        ((b"\n \n",), "has no rows"),
        ((pair(said=""), pair(said=" ")), "in none of its 2 rows is anything left to learn"),
    ],
)
def test_a_file_with_nothing_to_learn_is_refused(tmp_path: Path, demo: Vocabulary, rows: tuple[object, ...], said: str) -> None:
    with pytest.raises(CommandFault, match=said):
        read(write(tmp_path, *rows), demo)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path, demo: Vocabulary) -> None:
    with pytest.raises(CommandFault, match=r"none\.jsonl could not be read: No such file"):
        read(tmp_path / "none.jsonl", demo)


def test_a_token_without_an_embedding_is_refused_by_line(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / "demo", with_added(added({"id": NUM_EMBEDDINGS, "content": "<picture>"})))
    file = write(tmp_path, pair(), pair(said="A <picture>."))
    with pytest.raises(CommandFault, match="line 2: it has '<picture>', for which this model has no embedding"):
        read(file, load_vocabulary(folder))


def test_rows_are_the_same_however_they_are_parted_for_the_tokenizer(
    tmp_path: Path, demo: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path, *(pair("Why? " * count, "So <end_of_turn>. " * count) for count in range(1, 30)))
    together = read(file, demo)
    monkeypatch.setattr("adapters.train.data.dataset.MOST_TOGETHER", 2)
    for one, other in zip(together.examples, read(file, demo).examples, strict=True):
        assert one.line == other.line
        assert (one.token_ids == other.token_ids).all()
        assert (one.is_target == other.is_target).all()


@pytest.mark.parametrize("train_on", ["all", "last"])
def test_the_end_of_text_takes_the_place_of_the_last_answers_end_and_those_before_are_not_learnt(
    tmp_path: Path, demo: Vocabulary, train_on: TrainOn
) -> None:
    turns = [("user", "Hi"), ("assistant", "Good day."), ("user", "And now?"), ("assistant", "Good night."), ("user", "Bye")]
    file = write(tmp_path, {"messages": [{"role": role, "content": text} for role, text in turns]})
    (by_turn,), (by_text,) = (read(file, demo, train_on=train_on, answer_end=end).examples for end in ("turn", "text"))
    end_of_turn, end_of_text = demo.tokenizer.vocabulary["<end_of_turn>"], demo.tokenizer.eos_id
    changed = [place for place, (one, other) in enumerate(zip(by_turn.token_ids, by_text.token_ids, strict=True)) if one != other]
    assert [(by_turn.token_ids[place], by_text.token_ids[place]) for place in changed] == [(end_of_turn, end_of_text)]
    assert by_text.is_target[changed[0]] and not by_text.is_target[changed[0] + 1 :].any()
    given_up = by_turn.is_target & ~by_text.is_target
    assert by_turn.token_ids[given_up].tolist() == ([end_of_turn] if train_on == "all" else [])


def test_the_end_of_text_is_never_the_templates_end_of_a_turn_though_files_may_call_it_so(tmp_path: Path) -> None:
    vocabulary = load_vocabulary(copy_demo(tmp_path / "model", with_config(eos_token="<end_of_turn>")))
    assert vocabulary.tokenizer.eos_id == vocabulary.tokenizer.vocabulary["<end_of_turn>"]
    (example,) = read(write(tmp_path, pair()), vocabulary, answer_end="text").examples
    assert vocabulary.tokenizer.pieces[example.token_ids[-1]] == "<eos>"
