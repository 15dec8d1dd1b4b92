"""`python -m server` on the demo model, as its users start it."""

import re
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import Self

import httpx
import openai
from prometheus_client.parser import text_string_to_metric_families

ROOT = Path(__file__).parents[1]
START_TIMEOUT_S = 60


class Server:
    """`python -m server` as a process of its own."""

    def __init__(self, *flags: str) -> None:
        command = [sys.executable, "-m", "server", "--port", "0", *flags]
        self.process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert self.process.stdout is not None and self.process.stderr is not None
        self.log: list[str] = []
        self._reader = threading.Thread(target=self.log.extend, args=(self.process.stderr,))
        self._reader.start()
        watchdog = threading.Timer(START_TIMEOUT_S, self.process.kill)
        watchdog.start()
        announced = re.search(r"serving (.*) on (http://\S+)", self.process.stdout.readline())
        watchdog.cancel()
        assert announced, "".join(self.log)
        self.announced = announced[1]
        self.url = announced[2]

    def connect(self) -> openai.OpenAI:
        """Open OpenAI's own client on it, unmodified."""
        return openai.OpenAI(base_url=f"{self.url}/v1", api_key="unused", max_retries=0)

    def samples(self) -> dict[tuple[str, str, str], float]:
        """Read `/metrics`: values by sample, model and adapter, other labels added up."""
        values: dict[tuple[str, str, str], float] = {}
        for family in text_string_to_metric_families(httpx.get(f"{self.url}/metrics").text):
            for sample in family.samples:
                key = (sample.name, sample.labels.get("model", ""), sample.labels.get("adapter", ""))
                values[key] = values.get(key, 0) + sample.value
        return values

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        self.process.send_signal(signal.SIGTERM)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()
        try:
            self.process.wait(30)
        finally:
            self.process.kill()
            self._reader.join()
            for pipe in (self.process.stdout, self.process.stderr):
                assert pipe is not None
                pipe.close()
