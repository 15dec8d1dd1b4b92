"""A real Prometheus with the shipped rules, scraping what a test gives it, on a past that the test made up."""

import json
import re
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pytest

from tests.programs import find_program
from tests.server_process import ROOT

RULES = ROOT / "deploy" / "prometheus" / "rules"
START_TIMEOUT_S = 30
PACKAGE = "prometheus"  # Debian's, with both programs


class Prometheus:
    """Scrapes every second, and evaluates the shipped rules as often: only their pace is changed."""

    def __init__(self, folder: Path, targets: Mapping[str, str], past: str = "") -> None:
        """Prepare in `folder`; `targets` are addresses by job, `past` is OpenMetrics text with times."""
        self._folder = folder
        rules = [self._quicken(file) for file in sorted(RULES.glob("*.yml"))]
        config = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(file) for file in rules],
            "scrape_configs": [{"job_name": job, "static_configs": [{"targets": [address]}]} for job, address in targets.items()],
        }
        (folder / "prometheus.yml").write_text(json.dumps(config))  # JSON is YAML
        if past:
            (folder / "past.txt").write_text(past)
            check_with_promtool("tsdb", "create-blocks-from", "openmetrics", str(folder / "past.txt"), str(folder / "data"))

    def _quicken(self, rules: Path) -> Path:
        quick = self._folder / rules.name
        quick.write_text(re.sub(r"^    interval: .*\n", "", rules.read_text(), flags=re.MULTILINE))
        return quick

    def __enter__(self) -> Self:
        self._log = (self._folder / "prometheus.log").open("w")
        command = [find_program("prometheus", package=PACKAGE), f"--config.file={self._folder / 'prometheus.yml'}"]
        command += [f"--storage.tsdb.path={self._folder / 'data'}"]
        command += ["--web.listen-address=127.0.0.1:0", "--log.format=json", "--enable-feature=exemplar-storage"]
        self._process = subprocess.Popen(command, stdout=self._log, stderr=subprocess.STDOUT)
        self.url = f"http://{self._address()}"
        return self

    def __exit__(self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None) -> None:
        self._process.terminate()
        self._process.wait(START_TIMEOUT_S)
        self._log.close()

    def query(self, expression: str) -> list[dict[str, Any]]:
        """Evaluate an expression now; a fault in it fails the test."""
        result: list[dict[str, Any]] = self._get("query", query=expression)["result"]
        return result

    def exemplars(self, expression: str) -> list[dict[str, Any]]:
        """List the exemplars of the last hour."""
        found = self._get("query_exemplars", query=expression, start=time.time() - 3600, end=time.time())
        return [exemplar for series in found for exemplar in series["exemplars"]]

    def wait_for(self, expressions: Sequence[str], timeout_s: float) -> list[str]:
        """Wait until every expression gives data; return those that never did."""
        deadline_s = time.monotonic() + timeout_s
        missing = list(expressions)
        while missing and time.monotonic() < deadline_s:
            missing = [expression for expression in missing if not self.query(expression)]
            if missing:
                time.sleep(0.5)
        return missing

    def _get(self, what: str, **parameters: str | float) -> Any:
        try:
            with urllib.request.urlopen(f"{self.url}/api/v1/{what}?{urllib.parse.urlencode(parameters)}", timeout=10) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as exc:
            pytest.fail(f"{parameters}: {exc.read().decode()}")

    def _address(self) -> str:
        """Read in its log which port it took."""
        deadline_s = time.monotonic() + START_TIMEOUT_S
        path = self._folder / "prometheus.log"
        while time.monotonic() < deadline_s:
            log = path.read_text()
            assert self._process.poll() is None, log
            if "Server is ready" in log and (found := re.search(r'"address":"(127\.0\.0\.1:[1-9]\d*)"', log)):
                return found[1]
            time.sleep(0.1)
        raise AssertionError(path.read_text())


def check_with_promtool(*arguments: str, page: str | None = None) -> None:
    """Run `promtool`, which must find nothing; `page` is what it reads on standard input."""
    checked = subprocess.run([find_program("promtool", package=PACKAGE), *arguments], input=page, capture_output=True, text=True)
    assert checked.returncode == 0 and not checked.stderr, checked.stdout + checked.stderr
