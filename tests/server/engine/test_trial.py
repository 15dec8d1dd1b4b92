"""No adapter is served that makes logits which are not finite in the model's own dtype, or that changes none of them."""

from pathlib import Path

import mlx.core as mx
import msgspec
import pytest

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.errors import FailedTrial
from server.engine.mlx import trial
from server.engine.mlx.engine import MlxEngine
from server.engine.mlx.forward.gemma import GemmaForward
from server.settings.settings import Settings
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run
from tools.random_adapter import write_random_adapter


def write(folder: Path, base: Path, *, size: float = 0.2, scale: float = 20.0) -> Path:
    write_random_adapter(folder, base=base, rank=2, seed=3, size=size, scale=scale)
    return folder


def write_overflow(folder: Path, base: Path, module: str) -> Path:
    """Both factors of one module are finite, and their product is not."""
    write(folder, base)
    file = folder / "adapters.safetensors"
    tensors = mx.load(str(file))
    assert isinstance(tensors, dict)
    for name in (f"{module}.lora_a", f"{module}.lora_b"):
        tensors[name] = mx.full(tensors[name].shape, 1e30)
    mx.save_safetensors(str(file), tensors)
    return folder


@pytest.fixture
def engine(empty_engine: MlxEngine) -> MlxEngine:
    return empty_engine


def test_weights_that_overflow_together_are_refused_and_named(engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path) -> None:
    folder = write_overflow(tmp_path / "huge", small_gemma, "model.layers.1.mlp.up_proj")
    message = (
        r"'huge' makes the model's logits infinite or no numbers in float32: its scale is 20, .* 2e\+31, in model.layers.1.mlp.up_proj"
    )
    with pytest.raises(FailedTrial, match=message):
        run(engine.adapters.load("huge", folder, replace=False))
    assert engine.adapters.statuses() == ()
    assert run(ask(engine, question("Hello"))).token_ids


def test_a_scale_that_overflows_is_refused_and_named(engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path) -> None:
    with pytest.raises(FailedTrial, match=r"its scale is 1e\+38"):
        run(engine.adapters.load("far", write(tmp_path / "far", small_gemma, scale=1e38), replace=False))


def test_what_rounding_leaves_nothing_of_is_refused(engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path) -> None:
    with pytest.raises(FailedTrial, match=r"'tiny' changes no logit: in float32 nothing is left of its updates"):
        run(engine.adapters.load("tiny", write(tmp_path / "tiny", small_gemma, size=1e-9), replace=False))


def test_the_version_that_is_served_stays_where_its_replacement_fails(
    engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path, folders: list[tuple[Path, Path]]
) -> None:
    served = run(engine.adapters.load("a", folders[0][0], replace=False))
    before = run(ask(engine, question("Hello", adapter="a")))
    bad = [
        write(tmp_path / "tiny", small_gemma, size=1e-9),
        write_overflow(tmp_path / "huge", small_gemma, "model.layers.0.self_attn.q_proj"),
    ]
    for folder in bad * 5:  # more often than there are slots
        with pytest.raises(FailedTrial):
            run(engine.adapters.load("a", folder, replace=True))
    assert engine.adapters.statuses() == (served,)
    assert run(ask(engine, question("Hello", adapter="a"))).token_ids == before.token_ids


def test_a_start_ends_with_the_adapter_and_the_reason(small_gemma: Path, device: Device, tmp_path: Path) -> None:
    folder = write(tmp_path / "tiny", small_gemma, size=1e-9)
    with pytest.raises(ModelLoadError, match=r"adapter 'tiny' could not be loaded: .*changes no logit"):
        MlxEngine.open(model=str(small_gemma), adapters=[("tiny", folder)], device=device, limits=Settings().limits)


def test_a_small_update_that_is_not_lost_is_served(engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path) -> None:
    assert run(engine.adapters.load("small", write(tmp_path / "small", small_gemma, size=1e-3, scale=1.0), replace=False)).state == "loaded"


def test_no_logits_are_made_of_a_trial(
    engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a small Gemma the head reads more weights than all layers together, and tells nothing that they do not."""
    monkeypatch.delattr(GemmaForward, "logits")
    assert run(engine.adapters.load("a", write(tmp_path / "a", small_gemma), replace=False)).state == "loaded"


@pytest.mark.parametrize(
    ("dtype", "size", "scale", "message"),
    [("float16", 0.2, 1e6, "no numbers in float16"), ("bfloat16", 1e-5, 1.0, "changes no logit: in bfloat16")],
)
def test_the_models_own_dtype_decides(
    dtype: str, size: float, scale: float, message: str, small_gemma: Path, device: Device, run: Run, tmp_path: Path
) -> None:
    folder = write(tmp_path / "a", small_gemma, size=size, scale=scale)
    for one, is_served in (("float32", True), (dtype, False)):
        # The operations of a GPU: the compositions for a CPU keep sums in float32, which is all that a CPU has.
        changed = msgspec.structs.replace(device, weights_dtype=one, has_no_kernels=False, has_second_stream=False, num_lanes=1)
        engine = MlxEngine.open(model=str(small_gemma), device=changed, limits=Settings().limits)
        try:
            if is_served:
                run(engine.adapters.load("a", folder, replace=False))
            else:
                with pytest.raises(FailedTrial, match=message):
                    run(engine.adapters.load("a", folder, replace=False))
        finally:
            run(engine.close(0))


def test_what_few_tokens_do_not_show_is_looked_for_in_more(
    engine: MlxEngine, run: Run, small_gemma: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "NUM_TOKENS", 1)  # a token by itself has nothing to choose from: queries change nothing of it
    folder = tmp_path / "queries"
    write_random_adapter(folder, base=small_gemma, rank=2, seed=3, size=0.2, keys=["self_attn.q_proj"])
    assert run(engine.adapters.load("queries", folder, replace=False)).targets == ("self_attn.q_proj",)
    monkeypatch.setattr(trial, "NUM_TOKENS_OF_DOUBT", 1)
    with pytest.raises(FailedTrial, match="changes no logit"):
        run(engine.adapters.load("again", folder, replace=False))
