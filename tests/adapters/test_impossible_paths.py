"""How commands end, whatever paths they are given."""

from collections.abc import Callable

import pytest

from adapters.compare.__main__ import main as compare
from adapters.curriculum.__main__ import main as curriculum
from adapters.fuse.__main__ import main as fuse
from adapters.train.__main__ import main as train

TOO_LONG = "x" * 300
NOBODY = "~nobody-of-this-name/x"


@pytest.mark.parametrize(
    ("main", "argv"),
    [
        (compare, ["ADAPTER"]),
        (compare, ["name=ADAPTER"]),
        (fuse, ["--model", "ADAPTER", "--adapter", "x", "--output", "y"]),
        (fuse, ["--model", "demo", "--adapter", "ADAPTER", "--output", "y"]),
        (train, ["--model", "demo", "--data", "ADAPTER", "--output", "y"]),
        (curriculum, ["ADAPTER"]),
    ],
)
@pytest.mark.parametrize("path", [TOO_LONG, NOBODY])
def test_paths_that_cannot_be_are_one_line(
    main: Callable[[list[str]], int], argv: list[str], path: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.base.device.prepare_device", lambda: None)
    assert main([part.replace("ADAPTER", path) for part in argv]) in (2, 3)
    assert capsys.readouterr().err.splitlines()[-1].count(path)
