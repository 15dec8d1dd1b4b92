"""The GGUF file that the folder was made of, served as it is: what it says, with adapters and bound to a form, is what the folder says."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench.soak import resident_bytes
from tests.outside.real.real_structured import ASKED, PERSON
from tests.server.structured.judging import is_valid
from tests.server_process import Server
from tools.random_adapter import write_random_adapter
from tools.real_gemma.sources import GGUF_NAME

NUM_TOKENS = 10
TEXTS = ("The capital of France is", "Once upon a time there was a", "def add(a, b):\n    return", "Die Donau fließt durch")
MOST_OF_FOLDERS = 1.25  # of its resident memory


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that both may load adapters from."""
    return tmp_path_factory.mktemp("adapters")


@pytest.fixture(scope="module")
def folder(real_gemma: Path, adapters: Path) -> Iterator[Server]:
    with Server("--model", str(real_gemma), "--adapter-dir", str(adapters)) as server:
        yield server


@pytest.fixture(scope="module")
def file(real_gemma: Path, adapters: Path) -> Iterator[Server]:
    gguf = real_gemma.parent / GGUF_NAME
    if not gguf.exists():
        pytest.skip(f"no {GGUF_NAME} beside the model's folder: make real-gemma ARGS=--keep-gguf, where the folder is not there yet")
    began_s = time.perf_counter()
    with Server("--model", str(gguf), "--adapter-dir", str(adapters)) as server:
        print(f"{time.perf_counter() - began_s:.1f} s to ready")
        yield server


@pytest.fixture(scope="module", autouse=True)
def adapted(file: Server, folder: Server, real_gemma: Path, adapters: Path) -> None:
    """One adapter, made for the folder, on both."""
    write_random_adapter(adapters / "mine", base=real_gemma, rank=8, seed=1, size=0.01)
    for server in (file, folder):
        httpx.post(f"{server.url}/v1/adapters", json={"name": "mine", "path": str(adapters / "mine")}, timeout=60).raise_for_status()


def complete(server: Server, model: str, text: str) -> str:
    with server.connect() as client:
        completion = client.completions.create(model=model, prompt=text, max_tokens=NUM_TOKENS, temperature=0)
    return completion.choices[0].text


def chat(server: Server, **options: Any) -> Any:
    with server.connect() as client:
        asked: dict[str, Any] = {"model": server.announced, "messages": ASKED, "temperature": 0, "max_tokens": NUM_TOKENS} | options
        return client.chat.completions.create(**asked) if not options.get("stream") else list(client.chat.completions.create(**asked))


def test_greedy_texts_are_the_folders_with_an_adapter_and_without(file: Server, folder: Server) -> None:
    of_file, of_folder = (
        [complete(server, model, text) for model in (server.announced, "mine") for text in TEXTS] for server in (file, folder)
    )
    assert of_file == of_folder
    assert of_file[: len(TEXTS)] != of_file[len(TEXTS) :]


def test_a_chat_and_its_stream_are_the_folders(file: Server, folder: Server) -> None:
    whole, of_folder = (chat(server).choices[0].message.content for server in (file, folder))
    chunks = chat(file, stream=True)
    assert whole == of_folder == "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices)
    assert whole


def test_an_answer_by_a_schema_is_what_it_says(file: Server) -> None:
    form = {"type": "json_schema", "json_schema": {"name": "person", "schema": PERSON, "strict": True}}
    (choice,) = chat(file, response_format=form, temperature=1, seed=1, max_tokens=150).choices
    assert choice.finish_reason == "stop"
    assert is_valid(choice.message.content, PERSON)


def test_it_takes_about_the_folders_memory(file: Server, folder: Server) -> None:
    share = resident_bytes(file.process.pid) / resident_bytes(folder.process.pid)
    print(f"{share:.2f} of the folder's resident memory")
    assert share < MOST_OF_FOLDERS
