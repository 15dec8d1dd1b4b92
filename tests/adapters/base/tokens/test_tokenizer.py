"""The tokenizer beside mlx-lm's, which is transformers': the same ids, text, special tokens and ends, for every kind of folder."""

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sentencepiece
import tokenizers
from mlx_lm.utils import load_config
from mlx_lm.utils import load_tokenizer as load_theirs

from adapters.base.tokens.detokenizers import Detokenizers
from adapters.base.tokens.special_tokens import SpecialTokens
from adapters.base.tokens.tokenizer import Tokenizer, load_tokenizer
from tests.adapters.base.folders import DEMO, FILE, KINDS, copy_demo, with_config, with_file, with_model

ROOT = Path(__file__).parents[4]
TEXTS = (
    "",
    " ",
    "   leading and trailing   ",
    "\n\n\n",
    "\t\ttabs\r\nand returns\r",
    "Hello, how are you? I'm fine: 1,234.56 €!",
    "▁▁ the mark itself ▁",
    "<bos><start_of_turn>user\nHi<end_of_turn>\n<eos>",
    "a <start_of_turn>model</start_of_turn> <END_OF_TURN> <pad> <unk> <mask> <new>wor word",
    "<0x0A><0xFF> <0xzz",
    "walk walking  <|l|>  <image> <boi> <sep> <more> <extra> <think>so</think>",
    "Ünïcödé, naïve façade; 中文字符 日本語 한국어 العربية עברית ไทย हिन्दी",
    "👩‍👩‍👧‍👦 🏳️‍🌈 🤷🏽‍♀️ \u200b\u200d\ufeff\u00a0\u2028",
    "e\u0301 and \u00e9, ﬁ, Å Å, \ud7ff\ue000\uffff\U0010ffff",
    "\x00\x01\x1f\x7f",
    "a" * 300,
    "0123456789 " * 20,
)


@pytest.fixture(scope="module", params=KINDS)
def pair(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Tokenizer, Any]:
    """Ours and theirs on the same folder."""
    return load_both(copy_demo(tmp_path_factory.mktemp("tokenizers") / "demo", *KINDS[request.param]))


def load_both(folder: Path) -> tuple[Tokenizer, Any]:
    config = load_config(folder)
    return load_tokenizer(folder, config), load_theirs(folder, eos_token_ids=config.get("eos_token_id"))


def texts() -> Iterator[str]:
    yield from TEXTS
    yield from (file.read_text() for file in sorted(ROOT.glob("docs/*.md")))
    rng = random.Random(1)
    for _ in range(200):
        yield "".join(chr(rng.choice((rng.randrange(32, 127), rng.randrange(0xD800), rng.randrange(0xE000, 0x110000)))) for _ in range(40))


def test_ids_are_theirs(pair: tuple[Tokenizer, Any]) -> None:
    ours, theirs = pair
    for text in texts():
        assert ours.encode(text) == theirs.encode(text, add_special_tokens=False)
        assert ours.encode(text, add_special_tokens=True) == theirs.encode(text)


def test_text_of_ids_is_theirs(pair: tuple[Tokenizer, Any]) -> None:
    ours, theirs = pair
    for text in texts():
        ids = ours.encode(text)
        assert ours.decode(ids) == theirs.decode(ids)
    assert [ours.decode([token]) for token in range(len(theirs))] == [theirs.decode([token]) for token in range(len(theirs))]


def test_vocabulary_special_tokens_and_end_are_theirs(pair: tuple[Tokenizer, Any]) -> None:
    ours, theirs = pair
    assert ours.vocabulary == theirs.get_vocab()
    assert ours.pieces == theirs.convert_ids_to_tokens(list(range(len(theirs))))
    assert ours.special_tokens.all() == set(theirs.all_special_tokens)
    assert ours.special_tokens.named == theirs.special_tokens_map
    assert ours.eos_id == theirs.eos_token_id
    assert ours.can_think == theirs.has_thinking


def test_streamed_text_is_theirs(pair: tuple[Tokenizer, Any]) -> None:
    ours, theirs = pair
    detokenizers = Detokenizers(ours)
    assert type(detokenizers.make()) is type(theirs.detokenizer)
    rng = random.Random(2)
    for _ in range(200):
        ids = [rng.choice((rng.randrange(len(theirs)), rng.randrange(6, 262))) for _ in range(rng.randrange(1, 30))]  # many single bytes
        assert list(stream(detokenizers.make(), ids)) == list(stream(theirs.detokenizer, ids))


def stream(detokenizer: Any, ids: list[int]) -> Iterator[str]:
    for token in ids:
        detokenizer.add_token(token)
        yield detokenizer.last_segment
    detokenizer.finalize()
    yield detokenizer.last_segment


@pytest.mark.filterwarnings("ignore")
def test_a_folder_with_a_sentencepiece_model_alone_goes_through_transformers(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / "demo", with_config(tokenizer_class="GemmaTokenizer", extra_special_tokens=None))
    (folder / FILE).unlink()
    sentencepiece.SentencePieceTrainer.train(
        input=str(ROOT / "README.md"),
        model_prefix=str(folder / "tokenizer"),
        vocab_size=900,
        model_type="bpe",
        byte_fallback=True,
        pad_id=0,
        eos_id=1,
        bos_id=2,
        unk_id=3,
        pad_piece="<pad>",
        bos_piece="<bos>",
        eos_piece="<eos>",
        user_defined_symbols=["<start_of_turn>", "<end_of_turn>"],
        minloglevel=2,
    )
    ours, theirs = load_both(folder)
    for text in TEXTS:
        assert ours.encode(text) == theirs.encode(text, add_special_tokens=False)
    assert ours.vocabulary == theirs.get_vocab()
    assert ours.special_tokens.all() == set(theirs.all_special_tokens)
    assert ours.eos_id == theirs.eos_token_id
    assert type(Detokenizers(ours).make()) is type(theirs.detokenizer)


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("tokenizer.json", "{", r"tokenizer\.json cannot be read: Input data was truncated"),
        ("tokenizer.json", "{}", r"tokenizer\.json cannot be read: Object missing required field `model`"),
        ("tokenizer.json", b"\xff", r"tokenizer\.json cannot be read"),
        ("tokenizer_config.json", "[]", r"tokenizer_config\.json cannot be read: Expected `object`, got `array`"),
        (
            "tokenizer_config.json",
            '{"added_tokens_decoder": {"0": {}}}',
            r"added tokens that cannot be read: .*missing required field `content`",
        ),
        ("special_tokens_map.json", "{", r"special_tokens_map\.json cannot be read"),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, file: str, content: str | bytes, message: str) -> None:
    folder = copy_demo(tmp_path / "demo")
    (folder / file).write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=message):
        load_tokenizer(folder, {})


@pytest.mark.parametrize("change", [with_model(merges=[["x", "not a piece"]]), with_file(decoder={"type": "Nothing"})])
def test_a_file_that_describes_no_tokenizer_is_refused(tmp_path: Path, change: Any) -> None:
    with pytest.raises(ValueError, match=r"tokenizer\.json describes no tokenizer"):
        load_tokenizer(copy_demo(tmp_path / "demo", change), {})


def test_the_config_of_the_model_names_the_class_where_the_tokenizers_own_does_not(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / "demo", with_config(tokenizer_class=None))
    config = json.loads((DEMO / "config.json").read_text()) | {"tokenizer_class": "PreTrainedTokenizerFast"}
    (folder / "config.json").write_text(json.dumps(config))
    ours, theirs = load_both(folder)
    assert "<mask>" not in ours.vocabulary  # which Gemma's class would have added
    assert ours.vocabulary == theirs.get_vocab()


def test_a_folder_without_any_tokenizer_is_refused(tmp_path: Path) -> None:
    shutil.copy(DEMO / "config.json", tmp_path)
    with pytest.raises(ValueError, match=r"neither tokenizer\.json nor tokenizer\.model"):
        load_tokenizer(tmp_path, {})


def test_an_id_that_no_list_should_reach_is_refused() -> None:
    special_tokens = SpecialTokens(named={}, extra=())
    with pytest.raises(ValueError, match="a piece with the id 4294967295"):
        Tokenizer(tokenizers.Tokenizer(tokenizers.models.BPE()), {"a": 0, "b": 2**32 - 1}, special_tokens, None)
