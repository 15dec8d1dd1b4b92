"""guidellm's benchmark, with its defaults: streamed chat, and text that it makes up itself."""

import json
import pathlib
import subprocess
import sys

from check import MODEL, TOKENIZER, URL, run_checks


def benchmark(data, **backend):
    """Run it for three requests and give those that succeeded: it ends with status 0 even where none did."""
    pathlib.Path("report.json").unlink(missing_ok=True)
    settings = {"backend": {"kind": "openai_http", "target": URL, "model": MODEL} | backend, "profile": {"kind": "synchronous"}}
    command = [
        str(pathlib.Path(sys.executable).parent / "guidellm"),
        "run",
        "--constraint",
        "kind=max_requests,count=3",
        "--disable-console",
    ]
    command += ["--output", "kind=json,path=report.json", "--data", data]
    for name, fields in settings.items():
        command += [f"--{name}", ",".join(f"{key}={value}" for key, value in fields.items())]
    if "synthetic" in data:
        command += ["--tokenizer", f"kind=huggingface_auto,model={TOKENIZER}"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=280, stdin=subprocess.DEVNULL)
    print(ended.stdout, ended.stderr)
    assert ended.returncode == 0, (ended.stderr or ended.stdout)[-300:]
    requests = json.loads(pathlib.Path("report.json").read_text())["benchmarks"][0]["requests"]
    assert len(requests["successful"]) == 3, {kind: len(found) for kind, found in requests.items()}
    return requests["successful"]


def check_own_prompts():
    pathlib.Path("prompts.jsonl").write_text("".join(json.dumps({"prompt": f"What is honesty, in {i} words?"}) + "\n" for i in range(3)))
    assert all(request["output_tokens"] > 0 for request in benchmark("kind=json_file,path=prompts.jsonl"))


def check_synthetic_text():
    # It asks for so many tokens exactly, with ignore_eos.
    assert benchmark("kind=synthetic_text,prompt_tokens=32,output_tokens=8")


run_checks(vars())
