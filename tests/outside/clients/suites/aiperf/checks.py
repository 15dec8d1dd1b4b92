"""aiperf's profile of a chat endpoint, with its defaults: text that it makes up itself."""

import json
import os
import pathlib
import subprocess
import sys

from check import MODEL, TOKENIZER, URL, run_checks


def profile(*flags):
    """Profile with a few requests and check that all were answered and counted."""
    command = [str(pathlib.Path(sys.executable).parent / "aiperf"), "profile", "--model", MODEL, "--url", URL, "--endpoint-type", "chat"]
    command += ["--tokenizer", TOKENIZER, "--synthetic-input-tokens-mean", "40", "--output-tokens-mean", "16", "--request-count", "4"]
    command += ["--concurrency", "1", "--artifact-dir", "artifacts", "--ui", "none", *flags]
    # Told to stay offline, it takes a folder for the name of a model.
    environment = {name: value for name, value in os.environ.items() if name != "HF_HUB_OFFLINE"}
    ended = subprocess.run(command, capture_output=True, text=True, timeout=250, stdin=subprocess.DEVNULL, env=environment)
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 0, (ended.stderr or ended.stdout)[-300:]
    [report] = pathlib.Path("artifacts").rglob("profile_export_aiperf.json")
    found = json.loads(report.read_text())
    report.unlink()
    assert found["request_count"]["avg"] == 4
    assert found["output_sequence_length"]["avg"] > 0


def check_profile():
    profile()


def check_profile_streamed():
    profile("--streaming")


run_checks(vars())
