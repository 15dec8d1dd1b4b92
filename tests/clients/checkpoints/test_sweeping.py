"""The sweep, at a fake endpoint: what is judged, what is said of it, and what is left behind."""

import json
import os
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clients.checkpoints.__main__ import main
from tests.clients.checkpoints.runs import add_checkpoint, make_run, write_adapter, write_record
from tests.clients.fake_adapters import FLAG, FakeAdapters
from tests.clients.fake_endpoint import DROPPED, Body, FakeAnswer, FakeEndpoint, refusal

GOOD, PLAIN = "The light of a whisper. I feel joy.", "A plain reply."
STEP = re.compile(r"\.step-(\d+)\.candidate-")


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clients.checkpoints.watching.POLL_S", 0.01)


class Sweep:
    """A run with its server: each step answers the text that it is given, the base a plain one."""

    def __init__(
        self, endpoint: FakeEndpoint, run: Path, texts: dict[int, str], *, state: str = "finished", served: str | None = None
    ) -> None:
        self.endpoint = endpoint
        self.run = make_run(run, *texts, state=state)
        self.texts = texts
        self.adapters = endpoint.adapters = FakeAdapters({"lek": "old"} if served is None else {})
        for step in texts:
            self.see(step)
        endpoint.answer = self.answer

    def see(self, step: int) -> None:
        """Let the server see a checkpoint."""
        self.adapters.contents[f"{self.run.resolve()}/checkpoints/{step}"] = f"sha256:{step}"

    def answer(self, body: Body) -> FakeAnswer:
        match = STEP.search(body["model"])
        return self.adapters.reply(body["model"], PLAIN if match is None else self.texts[int(match[1])])

    def __call__(self, *flags: str) -> int:
        return main(["--url", self.endpoint.url, "--run", str(self.run), "--samples", "1", *flags])

    @property
    def asked(self) -> list[str]:
        """Name whom each question went to: the base, or a step."""
        return [match[1] if (match := STEP.search(body["model"])) else body["model"] for body in self.endpoint.asked]

    @property
    def order(self) -> list[str]:
        """Name whom was asked, each once, in their order."""
        return list(dict.fromkeys(self.asked))

    @property
    def leftovers(self) -> list[str]:
        """Name what is served beside what was there before."""
        return [name for name in self.adapters.served if name != "lek"]


def read(path: Path) -> dict[str, Any]:
    report: dict[str, Any] = json.loads(path.read_text())
    return report


def test_each_checkpoint_is_judged_in_its_order_beside_a_base_that_is_asked_once(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1000: FLAG, 200: GOOD, 90: PLAIN})
    output = tmp_path / "sweep.json"
    files = ("--output", str(output), "--html", str(tmp_path / "a.html"), "--markdown", str(tmp_path / "a.md"))
    assert sweep(*files) == 0
    assert sweep.order == ["base", "90", "200", "1000"]
    assert len(sweep.asked) == 24
    assert sweep.leftovers == []
    report = read(output)
    assert [step["step"] for step in report["steps"]] == [90, 200, 1000]
    assert [step["digest"] for step in report["steps"]] == ["sha256:90", "sha256:200", "sha256:1000"]
    assert (report["is_complete"], report["best"]["step"], report["degeneration"]["step"]) == (True, 200, 1000)
    last = report["steps"][-1]
    assert last["measured"]["hard_flagged"] == {"count": 6, "num_replies": 6, "share": 1.0, "interval": [0.609666, 1.0]}
    assert last["measured"]["hard_flags"][0]["flag"] == "token_loop"
    assert (last["training"]["rows_trained"], last["training"]["tokens_trained"], last["training"]["final_loss"]) == (4000, 9000, 1.5)
    assert report["steps"][1]["delta"]["n"] == 6
    assert len(output.with_suffix(".jsonl").read_text().splitlines()) == 24
    printed = " ".join(capsys.readouterr().out.split())
    assert "The best checkpoint is step 200" in printed
    assert "Degeneration begins at step 1000: 6 of 6 replies (100 %) have a hard flag (token_loop)" in printed
    assert f"--path {tmp_path}/run/checkpoints/200" in printed
    assert "step 1000" in (tmp_path / "a.md").read_text()


def test_all_get_the_same_questions_and_seeds(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN})
    assert sweep("--samples", "2", "--seed", "7") == 0
    by_subject: dict[str, list[str]] = {}
    for whom, body in zip(sweep.asked, endpoint.asked, strict=True):
        by_subject.setdefault(whom, []).append(json.dumps({**body, "model": ""}, sort_keys=True))
    questions = [sorted(own) for own in by_subject.values()]
    assert questions[0] == questions[1] == questions[2]
    assert {body["seed"] for body in endpoint.asked} == {7, 8}


def test_best_one_is_to_be_promoted_with_other_seeds(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "my run", {1: GOOD})
    sweep.adapters.contents["served/checkpoints/1"] = "sha256:1"
    flags = ("--server-run", "served", "--samples", "3", "--seed", "2", "--adapter", "live", "--probes", "ccp", "--temperature", "0.7")
    assert sweep(*flags) == 0
    command = capsys.readouterr().out.partition("python -m clients.promote")[2]
    words = command.replace("\\\n", "").split()
    given = dict(zip(words[::2], words[1::2], strict=True))
    wanted = {
        "--adapter": "live",
        "--path": "served/checkpoints/1",
        "--samples": "3",
        "--seed": "5",
        "--temperature": "0.7",
        "--probes": "ccp",
    }
    assert given | wanted == given


def test_where_none_is_better_there_is_nothing_to_promote(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert Sweep(endpoint, tmp_path / "run", {1: PLAIN})() == 0
    printed = capsys.readouterr().out
    assert "No checkpoint is better than the base" in printed
    assert "clients.promote" not in printed


@pytest.mark.parametrize(("flags", "asked"), [(("--steps", "2,4"), ["base", "2", "4"]), (("--every-nth", "2"), ["base", "2", "4"])])
def test_some_may_be_chosen(endpoint: FakeEndpoint, tmp_path: Path, flags: tuple[str, str], asked: list[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", dict.fromkeys((1, 2, 3, 4), PLAIN))
    assert sweep(*flags) == 0
    assert sweep.order == asked


def test_step_that_is_not_there_is_wrong_usage(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN})
    assert sweep("--steps", "2,5") == 2
    assert f"--steps 5: {sweep.run} has no such checkpoint, but 1, 2" in capsys.readouterr().err
    assert sweep.asked == []


def test_gate_that_cannot_fire_is_wrong_usage(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "two.json").write_text('[{"id": "a", "prompt": "Why?"}, {"id": "b", "prompt": "How?"}]')
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    assert sweep("--fail-on-regression", "--probes", str(tmp_path / "two.json")) == 2
    assert "--fail-on-regression cannot fail on any score here" in capsys.readouterr().err
    assert sweep.asked == []


@pytest.mark.parametrize("make", [lambda run: None, lambda run: run.mkdir(), lambda run: (run / "checkpoints").mkdir(parents=True)])
def test_run_without_a_checkpoint_is_a_fault_of_files(
    endpoint: FakeEndpoint, tmp_path: Path, make: Callable[[Path], object], capsys: pytest.CaptureFixture[str]
) -> None:
    make(tmp_path / "run")
    assert main(["--url", endpoint.url, "--run", str(tmp_path / "run")]) == 3
    assert str(tmp_path / "run") in capsys.readouterr().err


def test_gate_names_the_step(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: GOOD, 2: FLAG})
    assert sweep("--fail-on-flags") == 1
    told = capsys.readouterr().err
    assert "regression: step 2 raises token_loop in 100 % of its replies, base in 0 %" in told
    assert "step 1 raises" not in told


def test_server_that_does_not_see_the_run_is_said_with_the_flags_that_help(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    assert sweep("--server-run", "/elsewhere") == 2
    told = capsys.readouterr().err
    assert "There is no folder '/elsewhere/checkpoints/1'" in told
    assert "--server-run" in told
    assert "--adapter-dir" in told
    assert sweep.asked == []


def test_server_that_finds_another_training_is_said_with_the_flag_that_helps(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    sweep.adapters.contents["/elsewhere/checkpoints/1"] = "sha256:another"
    assert sweep("--server-run", "/elsewhere") == 3
    told = capsys.readouterr().err
    assert "the server finds sha256:another at /elsewhere/checkpoints/1, and the record in" in told
    assert "is of sha256:1: say with --server-run" in told
    assert sweep.order == ["base"]


def test_checkpoint_that_is_taken_away_is_marked_and_the_others_go_on(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN, 3: GOOD})

    def take_away(body: Body) -> FakeAnswer:
        if ".step-1." in body["model"] and (sweep.run / "checkpoints" / "2").exists():
            shutil.rmtree(sweep.run / "checkpoints" / "2")
            del sweep.adapters.contents[f"{sweep.run.resolve()}/checkpoints/2"]
        return sweep.answer(body)

    endpoint.answer = take_away
    assert sweep() == 3
    assert sweep.order == ["base", "1", "3"]
    assert "checkpoints/2 is there no longer" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("method", "refused", "told"),
    [
        ("DELETE", refusal(401, "not the admin key"), "Give the key with --admin-key"),
        ("POST", refusal(409, "all are taken: unload one first"), "all are taken: unload one first"),
        ("GET", refusal(404, "no such route"), "could not list adapters"),
    ],
)
def test_server_that_would_load_none_is_said_before_anybody_is_asked(
    method: str, refused: FakeAnswer, told: str, endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    sweep.adapters.before = lambda called, _: refused if called == method else None
    assert sweep() == 3
    err = capsys.readouterr().err
    assert told in err
    assert "COULD NOT BE UNLOADED" not in err
    assert sweep.asked == []


def test_what_was_never_loaded_is_not_said_to_take_a_slot(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    sweep.adapters.before = lambda _, name: refusal(403, "not you") if "step-1." in name else None
    assert sweep() == 3
    assert "COULD NOT BE UNLOADED" not in capsys.readouterr().err


def test_of_chosen_ones_the_server_need_not_see_the_others(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: GOOD})
    del sweep.adapters.contents[f"{sweep.run.resolve()}/checkpoints/1"]
    assert sweep("--steps", "2") == 0


def test_checkpoint_that_cannot_be_loaded_is_marked_and_the_others_go_on(
    endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN, 3: GOOD})
    sweep.adapters.before = lambda method, name: (
        refusal(400, "weights that are no numbers") if method == "POST" and "step-1." in name else None
    )
    assert sweep("--output", str(tmp_path / "o.json")) == 3
    assert sweep.order == ["base", "2", "3"]
    captured = capsys.readouterr()
    assert "step 1: could not load" in captured.err
    assert "weights that are no numbers" in captured.out
    report = read(tmp_path / "o.json")
    assert [step["error"] is None for step in report["steps"]] == [False, True, True]
    assert report["best"]["step"] == 3


def test_endpoint_that_fails_for_one_checkpoint_is_asked_for_the_others(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: GOOD})
    endpoint.answer = lambda body: refusal(401, "no") if ".step-1." in body["model"] else sweep.answer(body)
    assert sweep("--output", str(tmp_path / "o.json")) == 3
    assert "2" in sweep.order
    assert sweep.leftovers == []


def test_server_that_dies_ends_it_with_what_there_is(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: GOOD, 2: PLAIN, 3: PLAIN})
    is_dead = False

    def before(method: str, name: str) -> FakeAnswer | None:
        nonlocal is_dead
        is_dead = is_dead or (method == "POST" and "step-2." in name)
        return DROPPED if is_dead else None

    sweep.adapters.before = before
    assert sweep("--output", str(tmp_path / "o.json")) == 3
    report = read(tmp_path / "o.json")
    assert ([step["step"] for step in report["steps"]], report["is_complete"]) == ([1], False)
    assert "--resume asks for the rest" in capsys.readouterr().err


def test_where_nothing_was_judged_nothing_is_said_of_degeneration(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    sweep.adapters.before = lambda method, name: refusal(400, "no numbers") if method == "POST" else None
    assert sweep("--output", str(tmp_path / "o.json")) == 3
    assert read(tmp_path / "o.json")["findings"] == ["No checkpoint has a score: there is none to promote."]


def test_replies_by_another_content_are_no_measure(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    sweep.adapters.digests["base"] = "sha256:other"
    endpoint.answer = lambda body: sweep.adapters.reply("base" if "step" in body["model"] else "nobody", PLAIN)
    assert sweep() == 3
    assert "step 1: it was loaded as sha256:1, and its replies name sha256:other" in capsys.readouterr().err


def test_base_that_does_not_answer_ends_it(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    endpoint.answer = lambda _: refusal(401, "no")
    assert sweep() == 3
    assert set(sweep.asked) == {"base"}


def test_another_baseline_may_be_named(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: GOOD})
    assert sweep("--baseline", "lek") == 0
    assert sweep.order == ["lek", "1"]
    assert "--baseline lek" in capsys.readouterr().out


@pytest.mark.parametrize(("digest", "asked"), [("sha256:2", ["base", "1", "2"]), ("sha256:final", ["base", "1", "2", "9"])])
def test_final_adapter_is_judged_unless_its_content_was(endpoint: FakeEndpoint, tmp_path: Path, digest: str, asked: list[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN})
    write_adapter(sweep.run)
    write_record(sweep.run, steps=9, digest=digest)
    sweep.adapters.contents[str(sweep.run.resolve())] = digest
    sweep.texts[9] = GOOD
    assert sweep("--output", str(tmp_path / "o.json")) == 0
    assert sweep.order == asked
    assert read(tmp_path / "o.json")["steps"][-1]["is_final"] == (len(asked) == 4)


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(("num_answered", "num_judged"), [(0, None), (8, 0), (14, 1)])
def test_nothing_stays_loaded_when_it_is_stopped(
    endpoint: FakeEndpoint, tmp_path: Path, stop: signal.Signals, num_answered: int, num_judged: int | None
) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN})

    def answer_and_stop(body: Body) -> FakeAnswer:
        if len(endpoint.asked) == num_answered + 1:
            os.kill(os.getpid(), stop)
        return sweep.answer(body)

    endpoint.answer = answer_and_stop
    output = tmp_path / "o.json"
    assert sweep("--concurrency", "1", "--output", str(output)) == 130
    assert sweep.leftovers == []
    assert (len(read(output)["steps"]) if output.exists() else None) == num_judged


def test_sweep_that_was_cut_short_is_gone_on_with(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: GOOD})

    def answer_and_stop(body: Body) -> FakeAnswer:
        if len(endpoint.asked) == 15:
            os.kill(os.getpid(), signal.SIGINT)
        return sweep.answer(body)

    endpoint.answer = answer_and_stop
    output = tmp_path / "o.json"
    flags = ("--concurrency", "1", "--output", str(output))
    assert sweep(*flags) == 130
    num_kept = len(output.with_suffix(".jsonl").read_text().splitlines())
    endpoint.answer = sweep.answer
    endpoint.asked.clear()
    assert sweep(*flags) == 2
    assert "of a run that was cut short: --resume goes on with them" in capsys.readouterr().err
    assert sweep(*flags, "--resume") == 0
    assert sweep.order == ["2"]
    assert len(sweep.asked) == 18 - num_kept
    report = read(output)
    assert [step["measured"]["asked"] for step in report["steps"]] == [6, 6]
    assert report["is_complete"]
    endpoint.asked.clear()
    assert sweep(*flags, "--resume") == 0
    assert sweep.asked == []
    assert sweep(*flags) == 0  # whole: a new one may replace it


def test_checkpoint_of_another_content_is_not_taken_up(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: PLAIN})
    flags = ("--output", str(tmp_path / "o.json"))
    assert sweep(*flags) == 0
    sweep.adapters.contents[f"{sweep.run.resolve()}/checkpoints/1"] = "sha256:trained anew"
    write_record(sweep.run / "checkpoints" / "1", state="running", steps=1, digest="sha256:trained anew")
    assert sweep(*flags, "--resume") == 3
    assert "step 1: its saved replies are by sha256:1, and it is sha256:trained anew now" in capsys.readouterr().err


def test_server_that_listens_elsewhere_by_now_is_gone_on_with(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    flags = ("--output", str(tmp_path / "o.json"))
    assert sweep(*flags) == 0
    shutil.rmtree(sweep.run)
    elsewhere = FakeEndpoint()
    try:
        there = Sweep(elsewhere, tmp_path / "run", {1: PLAIN, 2: GOOD})
        assert there(*flags, "--resume") == 0
        assert there.order == ["2"]
        assert there(*flags, "--resume") == 0  # with replies of both
        assert there.order == ["2"]
    finally:
        elsewhere.close()
    assert read(tmp_path / "o.json")["best"]["step"] == 2


def test_server_of_another_base_is_not_gone_on_with(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    flags = ("--output", str(tmp_path / "o.json"))
    fingerprint = "fp_1"

    def answer(body: Body) -> FakeAnswer:
        told = json.loads(sweep.answer(body).body)
        return FakeAnswer(body=json.dumps(told | {"system_fingerprint": fingerprint}).encode())

    endpoint.answer = answer
    assert sweep(*flags) == 0
    add_checkpoint(sweep.run, 2)
    sweep.see(2)
    sweep.texts[2] = GOOD
    fingerprint = "fp_2"
    assert sweep(*flags, "--resume") == 3
    assert "step 2: the server has changed: of step 2 it says fp_2, and of base it said fp_1" in capsys.readouterr().err


def test_other_settings_are_not_gone_on_with(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    flags = ("--output", str(tmp_path / "o.json"))
    assert sweep(*flags) == 0
    assert sweep(*flags, "--resume", "--max-tokens", "9") == 2
    assert "max_tokens was 1024 and is 9" in capsys.readouterr().err
    assert sweep(*flags, "--resume", "--baseline", "lek") == 2
    assert "they hold base, step 1, and no baseline lek" in capsys.readouterr().err


def test_training_is_followed_until_it_ends(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN}, state="running")
    sweep.texts |= {2: GOOD, 3: GOOD}

    def train(body: Body) -> FakeAnswer:
        num_asked = len(endpoint.asked)
        if num_asked in (7, 13):  # the first question to step 1, and to step 2
            step = num_asked // 6 + 1
            sweep.see(step)
            add_checkpoint(sweep.run, step)
        if num_asked == 24:
            write_record(sweep.run, state="finished", steps=3, digest="sha256:3")
        return sweep.answer(body)

    endpoint.answer = train
    assert sweep("--follow", "--concurrency", "1", "--output", str(tmp_path / "o.json")) == 0
    assert sweep.order == ["base", "1", "2", "3"]
    assert read(tmp_path / "o.json")["training"]["state"] == "finished"


def test_training_that_degenerates_is_told_to_stop(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: FLAG, 3: FLAG}, state="running")
    assert sweep("--follow", "--stop-on-degeneration", "--output", str(tmp_path / "o.json")) == 0
    assert sweep.order == ["base", "1", "2"]
    words = (sweep.run / "stop").read_text()
    assert words.startswith("Degeneration begins at step 2: 6 of 6 replies (100 %) have a hard flag")
    assert f"The training is told to stop, by {sweep.run}/stop." in capsys.readouterr().err
    assert read(tmp_path / "o.json")["was_stopped"]


def test_training_that_does_not_degenerate_is_left_alone(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN, 2: GOOD})
    assert sweep("--follow", "--stop-on-degeneration") == 0
    assert not (sweep.run / "stop").exists()


def test_training_that_has_ended_is_not_told_to_stop(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: FLAG})
    assert sweep("--follow", "--stop-on-degeneration") == 0
    assert not (sweep.run / "stop").exists()
    assert "The training has ended before it could be stopped (finished)" in capsys.readouterr().err


def test_training_that_is_dead_ends_with_what_there_is(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: GOOD}, state="running")
    assert sweep("--follow", "--patience-s", "0.2") == 0
    captured = capsys.readouterr()
    assert "the training is taken for dead (--patience-s)" in captured.err
    assert "The best checkpoint is step 1" in captured.out


def test_run_that_never_comes_is_a_fault_of_files(endpoint: FakeEndpoint, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    endpoint.adapters = FakeAdapters({})
    argv = ["--url", endpoint.url, "--run", str(tmp_path / "none"), "--follow", "--patience-s", "0.1", "--samples", "1"]
    assert main(argv) == 3
    told = capsys.readouterr().err
    assert "is not there yet: waiting for it" in told
    assert "no checkpoint came" in told


def test_unload_goes_with_the_admin_key(endpoint: FakeEndpoint, tmp_path: Path) -> None:
    sweep = Sweep(endpoint, tmp_path / "run", {1: PLAIN})
    assert sweep("--api-key", "sk-ask", "--admin-key", "sk-admin") == 0
    assert {key for key, _ in endpoint.asked_with} == {"Bearer sk-ask"}
    assert "Bearer sk-admin" in endpoint.keys
