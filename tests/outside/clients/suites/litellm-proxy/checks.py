"""litellm's proxy in front of the server: what its own users ask, also in Anthropic's words, and no cool-down after any of it."""

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

from check import BASE_URL, KEY, MODEL, PROMPT, run_checks

START_TIMEOUT_S = 90
PROXY_KEY = "sk-none"
MESSAGES = [{"role": "user", "content": PROMPT}]


def start():
    """Start the proxy and wait until it answers."""
    pathlib.Path("proxy.yaml").write_text(
        json.dumps(
            {
                "model_list": [{"model_name": MODEL, "litellm_params": {"model": f"openai/{MODEL}", "api_base": BASE_URL, "api_key": KEY}}],
                "general_settings": {"master_key": PROXY_KEY},
            }
        )
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(pathlib.Path(sys.executable).parent / "litellm"), "--config", "proxy.yaml", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/health/liveliness", timeout=5).close()
            return process, url
        except OSError:
            time.sleep(0.3)
    raise AssertionError("the proxy did not start")


def ask(path, **body):
    """Ask the proxy and give what it says as text; a refusal is an AssertionError with its words."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {PROXY_KEY}", "anthropic-version": "2023-06-01"}
    request = urllib.request.Request(f"{URL}{path}", data=json.dumps(body).encode() if body else None, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as response:
            return response.read().decode()
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{error.code}: {error.read().decode()[:300]}") from None


def ask_json(path, **body):
    return json.loads(ask(path, **body))


def check_chat():
    assert ask_json("/v1/chat/completions", model=MODEL, messages=MESSAGES)["choices"][0]["message"]["content"]


def check_stream():
    text = ask("/v1/chat/completions", model=MODEL, messages=MESSAGES, stream=True)
    assert text.rstrip().endswith("data: [DONE]")


def check_health():
    assert ask_json("/health")["healthy_count"] == 1


def check_tools():
    parameters = {"type": "object", "properties": {"city": {"enum": ["Paris", "Rome"]}}, "required": ["city"]}
    tool = {"type": "function", "function": {"name": "get_weather", "parameters": parameters}}
    choice = ask_json("/v1/chat/completions", model=MODEL, messages=MESSAGES, tools=[tool], tool_choice="required")["choices"][0]
    assert choice["message"]["tool_calls"][0]["function"]["name"] == "get_weather"


def check_completions():
    assert ask_json("/v1/completions", model=MODEL, prompt="The sky is", max_tokens=8)["choices"][0]["text"]


def check_responses():
    assert ask_json("/v1/responses", model=MODEL, input=PROMPT)["output"][0]["content"][0]["text"]


def check_anthropic_messages():
    assert ask_json("/v1/messages", model=MODEL, messages=MESSAGES, max_tokens=64)["content"][0]["text"]


def check_anthropic_messages_streamed():
    assert "content_block_delta" in ask("/v1/messages", model=MODEL, messages=MESSAGES, max_tokens=64, stream=True)


def check_no_cool_down_after_what_is_not_built():
    with contextlib.suppress(AssertionError):
        ask("/v1/embeddings", model=MODEL, input="Hello")
    assert ask_json("/v1/chat/completions", model=MODEL, messages=MESSAGES)["choices"][0]["message"]["content"]


proxy, URL = start()
try:
    run_checks(vars())
finally:
    os.kill(proxy.pid, signal.SIGKILL)
    proxy.wait()
