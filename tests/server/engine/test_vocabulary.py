"""A tokenizer and a model whose vocabularies differ, as Gemma 3's do: one piece too many on 270M and 1B, 63 rows too many above.

And which chat template a model is served with.
"""

import asyncio
from pathlib import Path

import pytest
from transformers import AutoTokenizer

from adapters.base.device import Device
from adapters.base.errors import ModelLoadError
from adapters.base.tokens.chat_template import GEMMA_TEMPLATE
from adapters.base.vocabulary import load_vocabulary
from server.engine.errors import InvalidGeneration
from server.engine.mlx.engine import MlxEngine
from server.engine.protocol import Sampling
from server.settings.settings import Settings
from tests.adapters.base.folders import DEMO, copy_demo
from tests.conftest import SMALL
from tests.server.engine.asking import ask, question
from tests.server.engine.conftest import Run
from tools.random_gemma3 import Shape, write_random_gemma3

STRANGER, SPECIAL_STRANGER = "strange", "<image_soft_token>"
NUM_SPARE_ROWS = 512


@pytest.fixture(scope="module")
def one_piece_too_many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model's folder whose tokenizer has pieces that the embedding has no row for: one of text, one special."""
    folder = tmp_path_factory.mktemp("models") / "one-piece-too-many"
    write_random_gemma3(folder, SMALL)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokenizer.add_tokens([STRANGER])
    tokenizer.add_tokens([SPECIAL_STRANGER], special_tokens=True)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def rows_to_spare(tmp_path_factory: pytest.TempPathFactory, small_gemma: Path) -> Path:
    """A model's folder with many rows beyond the tokenizer's pieces."""
    folder = tmp_path_factory.mktemp("models") / "rows-to-spare"
    shape = Shape(
        hidden=64, layers=4, intermediate=128, heads=2, head_dim=32, vocabulary=SMALL.vocabulary + NUM_SPARE_ROWS, window=32, pattern=3
    )
    write_random_gemma3(folder, shape)
    AutoTokenizer.from_pretrained(small_gemma).save_pretrained(folder)
    return folder


def test_a_message_with_a_piece_that_has_no_embedding_is_refused_by_name_and_the_next_answered(
    one_piece_too_many: Path, device: Device, run: Run
) -> None:
    engine = MlxEngine.open(model=str(one_piece_too_many), device=device, limits=Settings().limits)
    try:
        with pytest.raises(InvalidGeneration, match=STRANGER) as refused:
            run(ask(engine, question(f"what is {STRANGER}?")))
        assert refused.value.param == "messages"
        assert run(ask(engine, question(f"what is {SPECIAL_STRANGER}?"))).finish.num_completion_tokens > 0  # as the text that it is
    finally:
        run(engine.close(grace_s=1))


def test_rows_without_a_piece_are_never_drawn(rows_to_spare: Path, device: Device, run: Run) -> None:
    async def ask_eight(engine: MlxEngine) -> list[int]:
        hot = [question(f"number {n}", id=f"row-{n}", sampling=Sampling(temperature=2.0, seed=n), max_tokens=40) for n in range(8)]
        answers = await asyncio.gather(*(ask(engine, one) for one in hot))
        return [token for answer in answers for token in answer.token_ids]

    engine = MlxEngine.open(model=str(rows_to_spare), device=device, limits=Settings().limits)
    try:
        drawn = run(ask_eight(engine))
    finally:
        run(engine.close(grace_s=1))
    assert len(drawn) > 200  # a third of which would be rows to spare
    assert max(drawn) < SMALL.vocabulary


def render(folder: Path, chat_template: Path | None = None) -> str:
    return load_vocabulary(folder, chat_template).template.render([{"role": "user", "content": "Hi"}], add_generation_prompt=True)


def without_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def test_gemmas_own_template_is_the_demos() -> None:
    assert GEMMA_TEMPLATE.read_text() == (DEMO / "chat_template.jinja").read_text()


def test_a_model_without_a_chat_template_gets_gemmas_and_the_log_says_so(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = render(copy_demo(tmp_path / "demo", without_template))
    assert text == "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n"
    (record,) = caplog.records
    assert record.getMessage() == "the model has no chat template: Gemma's own is used; --chat-template names another"
    render(DEMO)
    assert len(caplog.records) == 1


def test_a_model_with_other_templates_only_gets_gemmas_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = copy_demo(tmp_path / "demo", without_template)
    (folder / "additional_chat_templates").mkdir()
    (folder / "additional_chat_templates" / "rag.jinja").write_text("another one")
    assert "<start_of_turn>model" in render(folder)
    assert "no chat template but for rag: Gemma's own" in caplog.text


def test_a_chosen_template_goes_before_the_models_own(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    file = tmp_path / "mine.jinja"
    file.write_text("{{ bos_token }}{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}model:")
    assert render(DEMO, file) == render(copy_demo(tmp_path / "demo", without_template), file) == "<bos>user: Hi\nmodel:"
    assert not caplog.records


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{% if %}", r"mine\.jinja cannot be used: Expected an expression"),
        (b"{{ raise_exception('not so') }}", r"mine\.jinja cannot be used: not so"),
        (b"{{ 1 + 'a' }}", r"mine\.jinja cannot be used: TypeError: unsupported operand"),
        (b"{{ nothing.at_all }}", r"mine\.jinja cannot be used: 'nothing' is undefined"),
        (b"", r"mine\.jinja leaves out what the user says"),
        (b"\xff", r"mine\.jinja could not be read: .*not UTF-8"),
        (None, r"mine\.jinja could not be read: there is no such file"),
    ],
)
def test_a_chosen_template_that_cannot_be_used_is_refused_at_start(tmp_path: Path, content: bytes | None, message: str) -> None:
    file = tmp_path / "mine.jinja"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(ModelLoadError, match=message):
        load_vocabulary(DEMO, file)
