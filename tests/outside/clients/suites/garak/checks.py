"""garak's probes, through its generator for compatible servers."""

import json
import os
import pathlib
import subprocess
import sys

from check import BASE_URL, KEY, MODEL, run_checks


def check_probe():
    options = {"openai": {"OpenAICompatible": {"uri": f"{BASE_URL}/", "max_tokens": 32}}}
    command = [sys.executable, "-m", "garak", "--target_type", "openai.OpenAICompatible", "--target_name", MODEL, "--probes", "test.Test"]
    command += ["--detectors", "always.Pass", "--generations", "1", "--generator_options", json.dumps(options), "--report_prefix", "found"]
    environment = os.environ | {"OPENAICOMPATIBLE_API_KEY": KEY, "XDG_DATA_HOME": str(pathlib.Path.cwd())}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=400, stdin=subprocess.DEVNULL, env=environment)
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 0, (ended.stderr or ended.stdout)[-300:]
    [report] = pathlib.Path.cwd().rglob("found.report.jsonl")
    entries = [json.loads(line) for line in report.read_text().splitlines()]
    attempts = [entry for entry in entries if entry["entry_type"] == "attempt" and entry["status"] == 2]
    assert attempts
    assert all(output and output["text"] is not None for attempt in attempts for output in attempt["outputs"])


run_checks(vars())
