"""llm, the command, with a model of ours named in its configuration."""

import json
import os
import pathlib
import subprocess
import sys

from check import BASE_URL, KEY, MODEL, PROMPT, run_checks

COMMAND = [sys.executable, "-m", "llm"]


def llm(*arguments):
    """Run the command and give what it printed."""
    ended = subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=120)
    assert ended.returncode == 0, ended.stderr[-300:]
    return ended.stdout.strip()


def check_prompt():
    assert llm("-m", "candor", PROMPT, "-s", "Be brief.", "--key", KEY)


def check_continue():
    assert llm("-c", "And at night?", "--key", KEY)


def check_no_stream():
    assert llm("-m", "candor", "--no-stream", PROMPT, "-o", "max_tokens", "8", "--key", KEY)


def check_schema():
    schema = {
        "type": "object",
        "properties": {"colour": {"enum": ["blue", "grey"]}, "is_clear": {"type": "boolean"}},
        "required": ["colour", "is_clear"],
    }
    assert json.loads(llm("-m", "candor", "--schema", json.dumps(schema), PROMPT, "--key", KEY))["colour"] in ("blue", "grey")


def check_tools():
    assert llm("-m", "candor", "-T", "llm_version", PROMPT, "--key", KEY)


def check_completion():
    assert llm("-m", "candor-text", "The sky is", "-o", "max_tokens", "8", "--key", KEY)


home = pathlib.Path("llm").absolute()
home.mkdir()
os.environ["LLM_USER_PATH"] = str(home)
named = {"model_name": MODEL, "api_base": BASE_URL}
(home / "extra-openai-models.yaml").write_text(
    json.dumps(
        [
            {"model_id": "candor", "supports_schema": True, "supports_tools": True} | named,
            {"model_id": "candor-text", "completion": True} | named,
        ]
    )
)
run_checks(vars())
