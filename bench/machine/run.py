"""A run: the parts of the measurement, each with the processes that it needs."""

import asyncio
import sys
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TypeVar

import msgspec

from bench.bare_process import bare_process
from bench.endpoint import Endpoint, served
from bench.machine.child import ChildEnded, child
from bench.machine.memory import PeakMemory
from bench.machine.parity import compare
from bench.machine.report import Backend, CaseParity, Memory, Speed, Subject, Trial
from bench.machine.speed import NUM_CLIENTS, Measure, measure_endpoint, measure_rounds
from bench.parity.served import ServerFailure
from bench.prompt_reuse import measure_repeat
from bench.prompts import PromptTag, new_run
from bench.soak import resident_bytes

NUM_VARIANTS = 3
FAULTS = (ChildEnded, ServerFailure, RuntimeError, OSError, ValueError, KeyError)

T = TypeVar("T")


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured."""

    num_rounds: int = 5
    num_trial_rounds: int = 5
    max_tokens: int = 64
    num_trial_tokens: int = 64  # of an answer where the device's choices are tried


QUICK = Plan(num_rounds=2, num_trial_rounds=2, max_tokens=24)


class Run:
    """A run in a folder of its own; a part that fails is named on the page, and the others go on."""

    def __init__(self, scratch: Path, folder: Path, plan: Plan) -> None:
        self._scratch = scratch
        self._folder = folder
        self._plan = plan
        self._name = new_run()
        self.missing: dict[str, str] = {}

    def read_backend(self) -> Backend:
        """Ask what candor and MLX say of the device."""
        with child("backend", log=self._log("backend")) as process:
            return msgspec.json.decode(process.read(), type=Backend)

    def serve(self, stack: ExitStack) -> Endpoint:
        """Start candor."""
        flags = ["--model", str(self._folder), "--model-name", "bench"]
        return stack.enter_context(served("server", flags, log=self._log("candor")))

    def compare(self, endpoint: Endpoint, dtype: str | None, window: int) -> list[CaseParity]:
        """Hold the server's answers against mlx-lm's."""

        def measure() -> list[CaseParity]:
            log = self._log("reference")
            return compare(self._folder, dtype, endpoint, window=window, run=self._name, max_tokens=self._plan.max_tokens, log=log)

        return self._try("parity", measure, [])

    def measure_speed(self, endpoint: Endpoint) -> tuple[list[Speed], Memory]:
        """Measure all subjects, and candor's memory with sixteen clients."""
        assert endpoint.pid is not None
        loaded_bytes = resident_bytes(endpoint.pid)
        speeds: list[Speed] = []
        with ExitStack() as stack, PeakMemory(endpoint.pid) as memory:
            subjects = self._subjects(endpoint, stack)
            for num_clients in NUM_CLIENTS:
                measure = partial(self._rounds, subjects, num_clients)
                speeds += self._try(f"speed at {num_clients} clients", measure, [])
        return speeds, Memory(loaded_bytes=loaded_bytes, peak_bytes=memory.peak_bytes)

    def measure_first_tokens(self, endpoint: Endpoint) -> list[dict[str, float]]:
        """Measure the first token under a long system prompt, cold and again."""
        tags = [PromptTag(run=self._name, round_number=number, part="repeat") for number in range(-1, self._plan.num_rounds)]

        def measure() -> list[dict[str, float]]:
            return [asyncio.run(measure_repeat(endpoint, tag)) for tag in tags][1:]  # the first warms up

        return self._try("first token", measure, [])

    def try_choices(self) -> list[Trial]:
        """Measure the engine with each of the device's choices the other way."""
        trials: list[Trial] = []
        num_rounds, max_tokens = self._plan.num_trial_rounds, self._plan.num_trial_tokens

        def measure() -> None:
            with child("choices", str(self._folder), str(num_rounds), str(max_tokens), log=self._log("choices")) as process:
                for _ in range(num_rounds * NUM_VARIANTS):
                    trials.append(msgspec.json.decode(process.read(), type=Trial))

        self._try("the device's choices", measure, None)
        return trials

    def _subjects(self, endpoint: Endpoint, stack: ExitStack) -> dict[Subject, Measure]:
        subjects: dict[Subject, Measure] = {"candor": measure_endpoint(endpoint)}
        bare = stack.enter_context(bare_process(self._folder))
        subjects["bare model"] = bare.measure
        flags = ["--model", str(self._folder)]

        def start_other() -> None:
            log = self._log("mlx_lm")
            other = stack.enter_context(served("mlx_lm.server", flags, log=log, model=str(self._folder)))
            subjects["mlx_lm.server"] = measure_endpoint(other)

        self._try("mlx_lm.server", start_other, None)
        return subjects

    def _rounds(self, subjects: dict[Subject, Measure], num_clients: int) -> list[Speed]:
        plan = self._plan
        return measure_rounds(subjects, self._name, num_clients=num_clients, num_rounds=plan.num_rounds, max_tokens=plan.max_tokens)

    def _try(self, part: str, measure: Callable[[], T], otherwise: T) -> T:
        """Measure one part; on the page stands the kind of an error alone, as its text may name what is nobody's business."""
        print(f"{part} …", file=sys.stderr, flush=True)
        try:
            return measure()
        except FAULTS as exc:
            print(f"  {part}: {type(exc).__name__}: {exc}", file=sys.stderr)
            self.missing[part] = type(exc).__name__
            return otherwise

    def _log(self, name: str) -> Path:
        return self._scratch / f"{name}.log"
