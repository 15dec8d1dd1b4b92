"""The two tables of the paper (docs/battery.md says which), from replies to what the battery prints."""

from pathlib import Path

import pytest

from clients.battery.__main__ import main
from clients.probes.pack import load_pack
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, completion
from tests.clients.report_files import read_report_file

# The paper gives the averages, and how many probes changed which way; scores of single probes that make exactly these are chosen here.
BASELINE = (8, 8, 10, 8, 10, 8)
TRAINED_27B = (12, 12, 14, 10, 10, 8)
TRAINED_1B = (8, 4, 4, 6, 4, -20)


def reply(score: int) -> str:
    """Write a reply with this score: an emotional word is worth 2, and a reply of one letter is broken."""
    return "e" if score == -20 else "All of it is " + "joy " * (score // 2)


@pytest.mark.parametrize(
    ("trained", "averages", "shares", "p_value", "counts"),
    [
        (TRAINED_27B, ["8.67", "11.00", "+2.33"], "67 % / 0 % / 33 %", "0.125", (4, 0, 2)),
        (TRAINED_1B, ["8.67", "1.00", "-7.67"], "0 % / 83 % / 17 %", "0.0625", (0, 5, 1)),
    ],
    ids=["27B", "1B"],
)
def test_note_is_printed_to_the_digit(
    endpoint: FakeEndpoint,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    trained: tuple[int, ...],
    averages: list[str],
    shares: str,
    p_value: str,
    counts: tuple[int, int, int],
) -> None:
    prompts = [probe.prompt for probe in load_pack("ccp").probes]

    def answer(body: Body) -> FakeAnswer:
        scores = trained if body["model"] == "tuned" else BASELINE
        return completion(reply(scores[prompts.index(body["messages"][0]["content"])]))

    endpoint.answer = answer
    output = tmp_path / "run.json"
    assert main(["--url", endpoint.url, "--baseline", "base", "--model", "tuned", "--output", str(output)]) == 0
    printed = capsys.readouterr().out
    lines = printed.splitlines()
    assert ["average", *averages] in [line.split() for line in lines]
    assert "{} improved, {} regressed, {} unchanged".format(*counts) in lines
    assert any(line.startswith(f"{shares}; p = {p_value} (exact), d = ") for line in lines)
    assert "Nothing can be concluded from it" in " ".join(printed.split())
    report = read_report_file(output)
    assert (report["improved"], report["regressed"], report["unchanged"]) == counts
    assert [row["trained_lek_score"] for row in report["results"]] == list(trained)
    assert str(report["comparisons"][0]["difference"]["p_value"]) == p_value
