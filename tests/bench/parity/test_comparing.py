"""A real server on the demo model beside mlx-lm: the same weights agree, and whatever is broken is seen."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import mlx.core as mx
import pytest

from adapters.base.device import Device
from bench.parity.comparing import compare
from bench.parity.finding import Finding
from bench.parity.reference import Reference, ReferenceFailure
from bench.parity.served import Server
from clients.probes.probe import Probe
from server.engine.mlx.engine import MlxEngine
from server.settings.settings import Settings
from tests.server.live_server import LiveServer

ROOT = Path(__file__).parents[3]
DEMO, LEK = ROOT / "server/demo/model", ROOT / "adapters/demo/lek-demo"
PROBES = (Probe(id="sky", prompt="Why is the sky blue?"), Probe(id="france", prompt="What is the capital of France?"))
TOLERANCE = 0.1


@pytest.fixture(scope="module")
def url(device: Device) -> Iterator[str]:
    limits = Settings(max_batch_size=2, max_queue=2).limits
    engine = MlxEngine.open(model=str(DEMO), model_name="demo", adapters=[("lek", LEK)], device=device, limits=limits)
    with LiveServer(engine) as server:
        yield f"{server.url}/v1"


@pytest.fixture
def compared(url: str, device: Device) -> Callable[..., list[Finding]]:
    def run(folder: Path = DEMO, *, served_model: str = "demo", adapter: Path | None = None) -> list[Finding]:
        reference = Reference(str(folder), adapter=adapter, dtype=device.weights_dtype)
        with Server(url, model=served_model, api_key=None) as server:
            return list(compare(server, reference, PROBES, max_tokens=12, has_logprobs=False))

    return run


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the demo model, to be broken."""
    return shutil.copytree(DEMO, tmp_path / "model")


def verdicts(findings: list[Finding]) -> list[str]:
    return [finding.verdict(TOLERANCE) for finding in findings]


def test_same_weights_agree(compared: Callable[..., list[Finding]]) -> None:
    findings = compared()
    assert verdicts(findings) == ["equal", "equal"]
    assert all(finding.num_tokens > 0 for finding in findings)


def test_same_adapter_agrees(compared: Callable[..., list[Finding]]) -> None:
    assert verdicts(compared(served_model="lek", adapter=LEK)) == ["equal", "equal"]


def test_other_adapter_is_seen(compared: Callable[..., list[Finding]]) -> None:
    assert "DIFFERENT" in verdicts(compared(served_model="lek"))


def test_tokenizer_that_spells_letter_by_letter_is_seen(compared: Callable[..., list[Finding]], copied: Path) -> None:
    tokenizer = json.loads((copied / "tokenizer.json").read_text())
    tokenizer["model"]["merges"] = []
    (copied / "tokenizer.json").write_text(json.dumps(tokenizer))
    assert verdicts(compared(copied)) == ["DIFFERENT", "DIFFERENT"]


def test_broken_weights_are_seen(compared: Callable[..., list[Finding]], copied: Path) -> None:
    file = str(copied / "model.safetensors")
    weights = mx.load(file)
    assert isinstance(weights, dict)
    name = next(name for name in weights if name.endswith("layers.2.mlp.down_proj.weight"))
    mx.save_safetensors(file, weights | {name: -weights[name]}, metadata={"format": "mlx"})
    assert "DIFFERENT" in verdicts(compared(copied))


def test_logprobs_of_the_reference_agree_with_themselves_only(device: Device) -> None:
    reference = Reference(str(DEMO), adapter=None, dtype=device.weights_dtype)
    prompt = PROBES[0].prompt
    spelt = reference.logprob_error(prompt, {"no token at all": -1.0})
    assert (spelt.nats, spelt.num_compared) == (float("inf"), 0)
    # What it gives itself.
    near: dict[int | str, float] = {token: -reference.logprob_error(prompt, {token: 0.0}).nats for token in (7, 300, 1000)}
    assert reference.logprob_error(prompt, near).nats == pytest.approx(0.0, abs=1e-6)
    assert reference.logprob_error(prompt, near | {300: near[300] - 0.5}).nats == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(("model", "adapter"), [("/no/such/model", None), (str(DEMO), Path("/no/such/adapter"))])
def test_what_cannot_be_loaded_is_named(model: str, adapter: Path | None) -> None:
    with pytest.raises(ReferenceFailure, match=r"/no/such/"):
        Reference(model, adapter=adapter, dtype=None)
