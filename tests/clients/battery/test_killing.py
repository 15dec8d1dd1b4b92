"""`kill -9` at a random moment, then `--resume`: nothing is lost, asked twice, or different in the end."""

import json
import multiprocessing
import sys
from collections import Counter
from multiprocessing.context import ForkServerContext
from pathlib import Path
from random import Random
from threading import Event, Timer
from typing import Any

import pytest

from clients.battery.__main__ import main
from tests.clients.fake_endpoint import Body, FakeAnswer, FakeEndpoint, completion
from tests.clients.report_files import read_report_file, without_times

NUM_KILLS = 20
ARGV = ("--baseline", "base", "--model", "tuned", "--samples", "3", "--concurrency", "5")
NUM_QUESTIONS = 6 * 2 * 3


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Processes that are forked from one that has imported the battery already."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["clients.battery.__main__", "clients.battery.battery"])
    return context


def answer(body: Body) -> FakeAnswer:
    text = f"{body['model']} feels {body['messages'][0]['content']} {body['seed']} times. " * (1 + body["seed"])
    return completion(text, system_fingerprint="fp")


def run(argv: list[str]) -> None:
    """Run the battery as a process of its own does, in silence."""
    with Path("/dev/null").open("w", encoding="utf-8") as nowhere:
        sys.stdout = sys.stderr = nowhere
        sys.exit(main(argv))


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> Any:
    fake = FakeEndpoint()
    try:
        fake.answer = answer
        output = tmp_path_factory.mktemp("uninterrupted") / "run.json"
        assert main(["--url", fake.url, *ARGV, "--output", str(output)]) == 0
        return at(fake, without_times(read_report_file(output)))
    finally:
        fake.close()


def at(fake: FakeEndpoint, report: Any) -> Any:
    """Take the endpoint's port, which each has of its own, out of a report."""
    return json.loads(json.dumps(report).replace(fake.url, "http://fake"))


@pytest.mark.parametrize("seed", range(NUM_KILLS))
def test_killed_run_is_taken_up_as_if_nothing_had_been(
    endpoint: FakeEndpoint, processes: ForkServerContext, uninterrupted: Any, tmp_path: Path, seed: int
) -> None:
    random = Random(seed)
    output = tmp_path / "run.json"
    argv = ["--url", endpoint.url, *ARGV, "--output", str(output)]
    last_answered = random.randrange(NUM_QUESTIONS)
    reached = Event()

    def count_and_answer(body: Body) -> FakeAnswer:
        if len(endpoint.asked) > last_answered:
            reached.set()
        return answer(body)

    endpoint.answer = count_and_answer
    battery = processes.Process(target=run, args=(argv,))
    battery.start()
    assert reached.wait(30)
    killer = Timer(random.random() * 0.01, battery.kill)  # somewhere within the next replies
    killer.start()
    battery.join(30)
    killer.join()

    replies = tmp_path / "run.jsonl"
    lines = replies.read_bytes().splitlines(keepends=True)
    if random.random() < 0.5 and lines:  # as if the kill had hit in the middle of a line
        replies.write_bytes(b"".join(lines[:-1]) + lines[-1][: random.randrange(len(lines[-1]))])
        lines = lines[:-1]
    saved = {question_of(json.loads(line)) for line in lines}
    # A key of its own tells what this run asks from what the killed one had left in its sockets.
    assert main([*argv, "--resume", "--api-key", "second"]) == 0
    second = [body for key, body in endpoint.asked_with if key == "Bearer second"]
    asked = Counter((body["model"], body["messages"][0]["content"], body["seed"]) for body in second)
    assert set(asked.values()) <= {1}
    assert not saved & set(asked)
    assert len(saved) + len(asked) == NUM_QUESTIONS
    assert at(endpoint, without_times(read_report_file(output))) == uninterrupted


def question_of(record: dict[str, Any]) -> tuple[str, str, int]:
    return record["model"], record["prompt"], record["seed"]


def test_the_answers_of_the_fake_differ() -> None:
    """Else a report made of mixed-up replies would pass for the right one."""
    bodies = [{"model": model, "messages": [{"content": text}], "seed": seed} for model in "ab" for text in "cd" for seed in range(3)]
    assert len({answer(body).body for body in bodies}) == len(bodies)
