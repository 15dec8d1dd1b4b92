"""The losses' file: what was not saved is cut, and equal losses are equal bytes."""

from pathlib import Path

from adapters.train.loss_log import LossLog, StepLoss, ValidationLoss


def step(number: int, loss: float = 2.0, targets: int = 10) -> StepLoss:
    return StepLoss(step=number, loss=loss, targets=targets, learning_rate=1e-4, gradient_norm=1.5)


def write(file: Path, *, first: int = 1, last: int, until: int = 0) -> bytes:
    log = LossLog(file, until=until)
    with log.open():
        if not first - 1:
            log.add(ValidationLoss(step=0, validation_loss=3.0, targets=7))
        for number in range(first, last + 1):
            log.add(step(number, 1 / number))
    return file.read_bytes()


def test_lines_behind_the_step_are_cut_and_written_again(tmp_path: Path) -> None:
    whole = write(tmp_path / "whole.jsonl", last=9)
    write(tmp_path / "cut.jsonl", last=7)
    assert write(tmp_path / "cut.jsonl", first=5, last=9, until=4) == whole


def test_a_torn_line_ends_what_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "losses.jsonl"
    whole = write(file, last=4)
    file.write_bytes(whole[:-9])
    log = LossLog(file, until=4)
    assert [line.step for line in log.steps] == [1, 2, 3]
    file.write_bytes(b"\xff{}\n" + whole)
    assert LossLog(file, until=4).steps == []


def test_nothing_is_written_before_it_is_opened(tmp_path: Path) -> None:
    file = tmp_path / "losses.jsonl"
    whole = write(file, last=4)
    LossLog(file, until=2)
    assert file.read_bytes() == whole


def test_the_mean_weighs_each_token_alike(tmp_path: Path) -> None:
    log = LossLog(tmp_path / "losses.jsonl", until=0)
    with log.open():
        for line in (step(1, 9.0, 50), step(2, 4.0, 30), step(3, 1.0, 10)):
            log.add(line)
    assert log.find_mean(2) == (4.0 * 30 + 1.0 * 10) / 40
    assert LossLog(tmp_path / "none.jsonl", until=0).find_mean(2) is None


def test_a_validation_is_found_by_its_step(tmp_path: Path) -> None:
    file = tmp_path / "losses.jsonl"
    write(file, last=3)
    log = LossLog(file, until=3)
    assert log.find_validation(0) == 3.0
    assert log.find_validation(3) is None


def test_curves_are_drawn_without_a_name_of_the_machine(tmp_path: Path) -> None:
    file = tmp_path / "losses.jsonl"
    write(file, last=3)
    LossLog(file, until=3).draw(tmp_path / "losses.svg")
    drawn = (tmp_path / "losses.svg").read_text()
    assert drawn.startswith("<svg") and "validation" in drawn
    assert str(tmp_path) not in drawn
