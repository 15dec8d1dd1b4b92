"""The rank and scale of each module, with the patterns that make exceptions."""

from pathlib import Path

import numpy as np
import pytest

from adapters.errors import MismatchedAdapter, UnsupportedAdapter
from adapters.files.reading import read_adapter
from tests.adapters.adapter_files import MODULES, PEFT_CONFIG, mlx_lm_tensors, peft_tensors, write_peft


@pytest.mark.parametrize(("fields", "scale"), [({}, 20.0), ({"use_rslora": True}, 40 / 2**0.5), ({"lora_alpha": 3}, 1.5)])
def test_the_scale_is_alpha_by_rank_or_by_its_root(tmp_path: Path, fields: dict[str, object], scale: float) -> None:
    adapter = read_adapter(write_peft(tmp_path, PEFT_CONFIG | fields))
    assert adapter.scale == scale
    assert np.array_equal(adapter.pairs[MODULES[0]].b, mlx_lm_tensors()[f"{MODULES[0]}.lora_b"] * np.float32(scale))


@pytest.mark.parametrize(
    ("pattern", "scaled"),
    [
        ({"up_proj": 80}, {0, 2}),
        ({"mlp.up_proj": 80}, {0, 2}),
        ({r"mlp\.up_proj": 80}, {0, 2}),
        ({"model.layers.0.mlp.up_proj": 80}, {0}),
        ({"^model.layers.0.mlp.up_proj": 80}, {0}),
        ({"layers.1.mlp.up_proj$": 80}, {2}),
        ({"^layers.1.mlp.up_proj": 80}, set()),
        ({"p_proj": 80}, set()),
        ({"0.mlp.up_proj": 80, "up_proj": 40}, {0}),
        ({"up_proj": 40, "0.mlp.up_proj": 80}, set()),  # the first that fits
        ({r".*\.layers\.0\..*(q_proj|v_proj)$": 80}, {1}),
        ({".*up_proj": 80}, {0, 2}),
        ({r"layers\.\d+": 80}, set()),  # it is not the end
        ({r"layers\.\d+\..*": 80}, {0, 1, 2, 3}),
        ({"[qv]_proj": 80}, {1, 3}),
        ({"q.proj": 80}, {1, 3}),  # any character
        ({"(a+)+$": 80}, set()),
        ({"": 80}, set()),
        ({"1.*": 40, ".*": 80}, {0, 1}),  # a dot before it, or the start
        ({"up_proj": 40, ".*": 80}, {1, 3}),
        ({".*0.*": 80, "up_proj": 40, "q_proj": 80}, {0, 1, 3}),
        ({r"^model\.layers\.1\.": 80}, set()),
        ({r"^model\.layers\.1\..*": 80}, {2, 3}),
        ({"^q_proj|up_proj": 80}, {0, 2}),
        ({r"(?!.*up_).*": 80}, {1, 3}),
        ({r"\b(?:q|up)_proj": 80}, {0, 1, 2, 3}),
    ],
)
def test_alpha_pattern_names_modules_as_peft_reads_it(tmp_path: Path, pattern: dict[str, object], scaled: set[int]) -> None:
    plain = read_adapter(write_peft(tmp_path / "plain"))
    adapter = read_adapter(write_peft(tmp_path / "scaled", PEFT_CONFIG | {"alpha_pattern": pattern}))
    for number, module in enumerate(MODULES):
        assert np.array_equal(adapter.pairs[module].b, plain.pairs[module].b * (2 if number in scaled else 1)), module


def test_keys_that_overlap_are_noted_since_peft_sorts_them_when_it_saves(tmp_path: Path) -> None:
    apart = read_adapter(write_peft(tmp_path / "apart", PEFT_CONFIG | {"alpha_pattern": {"0.mlp.up_proj": 3, ".*_proj": 3}}))
    assert apart.record.note is None  # whichever it was, it was the same
    both = {"alpha_pattern": {"0.mlp.up_proj": 3, ".*up_proj": 80}}
    note = read_adapter(write_peft(tmp_path / "both", PEFT_CONFIG | both)).record.note
    assert note is not None and note.startswith("alpha_pattern has several keys for model.layers.0.mlp.up_proj, and the first")


def test_rank_pattern_gives_modules_ranks_of_their_own(tmp_path: Path) -> None:
    tensors = peft_tensors() | peft_tensors(modules=("model.layers.1.mlp.up_proj",), rank=5)
    adapter = read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"rank_pattern": {"1.mlp.up_proj": 5}}, tensors))
    assert (adapter.rank, adapter.scale) == (5, 20.0)
    wide = mlx_lm_tensors(modules=("model.layers.1.mlp.up_proj",), rank=5)["model.layers.1.mlp.up_proj.lora_b"]
    assert np.array_equal(adapter.pairs["model.layers.1.mlp.up_proj"].b, 8 * wide)


def test_of_overlapping_keys_the_tensors_say_which_gave_the_rank(tmp_path: Path) -> None:
    """PEFT sorts the keys when it saves, and then cannot load what it trained with another one first."""
    pattern = PEFT_CONFIG | {"rank_pattern": {"1.mlp.up_proj": 3, "up_proj": 5}}
    first = peft_tensors() | peft_tensors(modules=("model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj"), rank=5)
    adapter = read_adapter(write_peft(tmp_path / "first", pattern, first))
    assert {pair.a.shape[1] for module, pair in adapter.pairs.items() if "up_proj" in module} == {5}
    wide = mlx_lm_tensors(modules=("model.layers.0.mlp.up_proj", "model.layers.1.mlp.up_proj"), rank=5)
    assert np.array_equal(adapter.pairs["model.layers.1.mlp.up_proj"].b, 8 * wide["model.layers.1.mlp.up_proj.lora_b"])
    with pytest.raises(MismatchedAdapter, match=r"layers\.1\.mlp\.up_proj: its rank is 4, in the configuration 3 or 5"):
        read_adapter(write_peft(tmp_path / "none", pattern, first | peft_tensors(modules=("model.layers.1.mlp.up_proj",), rank=4)))


@pytest.mark.parametrize("field", ["rank_pattern", "alpha_pattern"])
@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (r"(.)\1_proj", r"it uses \\1"),
        (r"(?<=mlp\.)up_proj", r"it uses \(\?<="),
        ("(?i)UP_PROJ", r"it uses \(\?i"),
        ("up_proj(", "a . is missing"),
        ("a{1000}{1000}", "it repeats what cannot be repeated"),
        ("((a{90}){90}){90}", "more than 3000 states"),
        ("a" * 2001, "longer than 2000"),
    ],
)
def test_an_expression_that_cannot_be_matched_is_refused_where_it_decides_the_scale(
    tmp_path: Path, field: str, key: str, reason: str
) -> None:
    with pytest.raises(UnsupportedAdapter, match=rf"(?s){field} has the regular expression .*{reason}.* write out the modules' names"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {field: {key: 4}}))


def test_more_expressions_than_can_be_matched_in_no_time_are_refused(tmp_path: Path) -> None:
    names = {f"layers.{number}.mlp.up_proj": 40 for number in range(400)}  # plain names are looked up
    assert read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"alpha_pattern": names}))
    with pytest.raises(UnsupportedAdapter, match="alpha_pattern has 51 regular expressions, expected up to 50"):
        read_adapter(write_peft(tmp_path, PEFT_CONFIG | {"alpha_pattern": {f".*{number}.*": 40 for number in range(51)}}))
