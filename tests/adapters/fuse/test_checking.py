from pathlib import Path

import numpy as np
import pytest

from adapters.base.device import Device
from adapters.command import UsageFault
from adapters.files.reading import AdapterWeights, read_adapter
from adapters.fuse.check_prompts import SHIPPED, read_check_prompts
from adapters.fuse.checking import Reference, answer_with_adapter, compare_answers
from adapters.fuse.fusing import fuse

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "server" / "demo" / "model"
PROMPTS = ("Hello there", "What is a rainbow?", "How do I stay healthy?")
TOKENS = 12


@pytest.fixture(scope="module")
def adapter() -> AdapterWeights:
    return read_adapter(ROOT / "adapters" / "demo" / "lek-demo")


@pytest.fixture(scope="module")
def reference(adapter: AdapterWeights, device: Device) -> Reference:
    return answer_with_adapter(DEMO, adapter, device, scale=0.5, prompts=PROMPTS, most_tokens=TOKENS)


def test_stored_exactly_the_fused_model_answers_as_the_adapter_on_its_base(
    tmp_path: Path, adapter: AdapterWeights, reference: Reference, device: Device
) -> None:
    fuse(DEMO, adapter, tmp_path / "out", scale=0.5, dtype="float32")
    check = compare_answers(tmp_path / "out", reference, device)
    assert (check.num_prompts, check.num_equal, check.first_differences) == (3, 3, ())
    assert check.largest_difference < 1e-3
    assert check.adapter_effect > 0.5
    assert check.num_tokens == sum(len(one.answer) for one in reference.answers) <= len(PROMPTS) * TOKENS


def test_another_model_is_told_apart_with_the_token_where_it_begins(adapter: AdapterWeights, reference: Reference, device: Device) -> None:
    check = compare_answers(DEMO, reference, device)  # the base, without the adapter
    assert check.num_equal < 3
    assert len(check.first_differences) == 3 - check.num_equal
    assert all(1 <= place <= TOKENS for place in check.first_differences)
    assert check.largest_difference == pytest.approx(check.adapter_effect, abs=1e-3)


def test_the_likeliest_tokens_are_weighed_and_the_answer_is_among_them(reference: Reference) -> None:
    for one in reference.answers:
        chosen = one.likeliest == np.array(one.answer)[:, None]
        assert chosen.sum(axis=1).tolist() == [1] * len(one.answer)
        np.testing.assert_allclose(one.logprobs[chosen], one.logprobs.max(axis=1))
        assert (np.exp(one.logprobs).sum(axis=1) <= 1.001).all()


def test_candors_own_prompts_are_twelve_different_ones() -> None:
    prompts = read_check_prompts(SHIPPED)
    assert len(set(prompts)) == len(prompts) == 12


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"\n \n", "is empty: expected text, one prompt a line"), (b"\xff\xfe", "cannot be read"), (b"a" * 2_000_000, "has 2000000 bytes")],
)
def test_prompts_that_cannot_be_read_are_refused(tmp_path: Path, content: bytes, refusal: str) -> None:
    (tmp_path / "prompts.txt").write_bytes(content)
    with pytest.raises(UsageFault, match=refusal):
        read_check_prompts(tmp_path / "prompts.txt")
    with pytest.raises(UsageFault, match="there is no such file"):
        read_check_prompts(tmp_path / "gone.txt")


def test_prompts_that_leave_no_room_are_named(adapter: AdapterWeights, device: Device) -> None:
    with pytest.raises(UsageFault, match=r"prompt 2: it has \d+ tokens"):
        answer_with_adapter(DEMO, adapter, device, scale=1, prompts=("short", "long " * 9000), most_tokens=TOKENS)
