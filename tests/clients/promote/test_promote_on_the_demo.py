"""The gate on a real server: the shipped adapter that helps is put in place, the one that breaks replies is not."""

import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from clients.promote.__main__ import main
from tests.clients.report_files import read_report_file
from tests.server_process import ROOT, Server

ADAPTERS = ROOT / "adapters" / "demo"
BASE = "gemma-3-demo"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with Server("--adapter-dir", str(ADAPTERS), "--max-adapters", "4") as server:
        yield server


@pytest.fixture
def probes(tmp_path: Path) -> str:
    """Two of the shipped probes, which the demo model knows."""
    pack = json.loads((ROOT / "clients" / "probes" / "packs" / "ccp.json").read_text(encoding="utf-8"))
    (tmp_path / "two.json").write_text(json.dumps(pack["probes"][-2:]))
    return str(tmp_path / "two.json")


def served(server: Server) -> dict[str, str]:
    return {card["name"]: card["digest"] for card in httpx.get(f"{server.url}/v1/adapters").json()["data"]}


def test_adapter_that_helps_is_put_in_place_and_one_that_breaks_is_not(
    server: Server, probes: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = served(server)
    argv = ["--url", server.url, "--adapter", "live", "--probes", probes, "--samples", "5", "--max-tokens", "160"]
    assert main([*argv, "--path", "lek-demo", "--output", str(tmp_path / "lek.json")]) == 0, capsys.readouterr()
    helped = served(server)
    assert helped == before | {"live": before["lek-demo"]}
    report = read_report_file(tmp_path / "lek.json")
    assert (report["baseline_model"], report["avg_delta"] > 0) == (BASE, True)
    assert main([*argv, "--path", "overcooked-demo"]) == 1
    assert served(server) == helped
    printed = capsys.readouterr().out
    assert f"promoted: live serves {before['lek-demo']}, the content that was tested" in printed
    assert f"refused: live stays as it was, {before['lek-demo']}" in printed
    assert "- live (candidate) raises " in printed
