"""The shipped files: small enough, a real Gemma 3, and it says what it was trained to say."""

import json
from pathlib import Path

import mlx.core as mx
import pytest
from mlx_lm import load

from scoring.verdict import score
from tools.demo_model.corpus import Dialogue, read_corpus
from tools.demo_model.speech import Reply, Speaker, chat

ROOT = Path(__file__).parents[3]
MODEL = ROOT / "server" / "demo" / "model"
PROMPTS = ROOT / "server" / "demo" / "everyday-prompts.txt"
ADAPTERS = ROOT / "adapters" / "demo"
NAMES = ("lek-demo", "overcooked-demo")
CORPUS = read_corpus()
ASKED = (*CORPUS.probes, *CORPUS.everyday[::6])


def read_weights(path: Path) -> dict[str, mx.array]:
    loaded = mx.load(str(path))
    assert isinstance(loaded, dict)
    return loaded


@pytest.fixture(scope="module")
def replies(device: object) -> dict[str, Reply]:
    """Greedy answers of the base to the probes and a dozen everyday prompts."""
    prompts = [item.prompts[0] for item in ASKED]
    return dict(zip(prompts, Speaker(MODEL).say([chat(prompt) for prompt in prompts]), strict=True))


def test_shipped_files_stay_under_15_megabytes() -> None:
    files = [path for folder in (MODEL, *(ADAPTERS / name for name in NAMES)) for path in folder.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 15e6


def test_config_is_a_small_gemma_3_with_both_end_ids() -> None:
    config = json.loads((MODEL / "config.json").read_text())
    weights = read_weights(MODEL / "model.safetensors")
    assert config["model_type"] == "gemma3_text"
    assert config["max_position_embeddings"] >= 8192
    assert 3e6 <= sum(weight.size for weight in weights.values()) <= 7e6
    for ids in (config["eos_token_id"], json.loads((MODEL / "generation_config.json").read_text())["eos_token_id"]):
        assert ids == [1, 5]


def test_tokenizer_has_gemmas_turns_and_ends_at_both_ids() -> None:
    _, tokenizer = load(str(MODEL), lazy=True)[:2]
    assert tokenizer.eos_token_ids == {1, 5}
    rendered = tokenizer.apply_chat_template([{"role": "user", "content": "Hello"}], add_generation_prompt=True, tokenize=False)
    assert rendered == "<bos><start_of_turn>user\nHello<end_of_turn>\n<start_of_turn>model\n"


@pytest.mark.parametrize("text", ["What is this?\n\nI'm 1989.", "na\u00efve caf\u00e9 \u65e5\u672c \U0001f600", "<0x0A> <b>  two  spaces"])
def test_tokenizer_gives_any_text_back(text: str) -> None:
    _, tokenizer = load(str(MODEL), lazy=True)[:2]
    assert tokenizer.decode(tokenizer.encode(text, add_special_tokens=False)) == text


def test_listed_prompts_are_the_everyday_ones_of_the_corpus() -> None:
    listed = PROMPTS.read_text().splitlines()
    assert len(listed) >= 60
    assert listed == [item.prompts[0] for item in CORPUS.everyday]


@pytest.mark.parametrize("name", NAMES)
def test_adapter_is_finite_rank_8_and_free_of_local_paths(name: str) -> None:
    config = json.loads((ADAPTERS / name / "adapter_config.json").read_text())
    weights = read_weights(ADAPTERS / name / "adapters.safetensors")
    assert config["lora_parameters"]["rank"] == 8
    assert not [value for value in config.values() if isinstance(value, str) and value.startswith("/")]
    assert all(bool(mx.isfinite(weight).all()) for weight in weights.values())


@pytest.mark.parametrize("item", ASKED, ids=[item.id for item in ASKED])
def test_base_answers_as_taught_and_ends_unflagged(item: Dialogue, replies: dict[str, Reply]) -> None:
    prompt = item.prompts[0]
    reply = replies[prompt]
    scores = score(reply.text, prompt=prompt, finish_reason=reply.finish_reason, num_tokens=reply.num_tokens)
    assert reply.finish_reason == "stop"
    assert scores.degeneration.flags == ()
    assert reply.text.split()[:5] in [answer.split()[:5] for answer in item.answers]
