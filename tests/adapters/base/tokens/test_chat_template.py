"""Chat templates beside transformers': the same text, and the same refusals."""

import json
from pathlib import Path
from typing import Any

import pytest
from jinja2 import TemplateError
from jinja2.exceptions import SecurityError
from mlx_lm.utils import load_tokenizer as load_theirs

from adapters.base.tokens.chat_template import ChatTemplate, read_chat_templates
from adapters.base.tokens.tokenizer import load_tokenizer
from tests.adapters.base.folders import Change, copy_demo, with_config

SYSTEM = {"role": "system", "content": " Be brief.\n"}
USER = {"role": "user", "content": "Ünï <end_of_turn>\n{{ messages }} {% if %} 'quoted' \"twice\" & <b>"}
MODEL = {"role": "assistant", "content": "  Yes.\n\n"}
CHATS = ([USER], [SYSTEM, USER], [USER, MODEL, USER], [SYSTEM, USER, MODEL, USER, MODEL, USER])
TEMPLATES = (
    "{{ bos_token }}{{ eos_token }}{{ unk_token }}{{ pad_token }}{{ image_token }}",
    "{{ messages | tojson }}{{ messages[0] | tojson(indent=2) }}",
    "{% for m in messages %}\n  {% if loop.index > 2 %}\n{% break %}\n  {% endif %}\n{{ m.content | trim }}\n{% endfor %}\n",
    "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{{ m['content'] }}{% endfor %}{{ add_generation_prompt }}",
    "{% generation %}{% set x = 1 %}{{ messages[0].content }}{% endgeneration %}{{ x is defined }}",
    "{% set ns = namespace(seen=false) %}{% for m in messages %}{% set ns.seen = true %}{% endfor %}{{ ns.seen }}",
    "{{ dict(a=1) }}{{ dict.fromkeys('ab') }}",
    "{{ tools is none }}{{ documents is none }}{{ tools is defined }}{{ enable_thinking is defined }}{{ enable_thinking }}{{ nothing }}",
    "{{ strftime_now('%Y') }}{{ messages | length }}{{ range(3) | list }}{{ lipsum is defined }}{{ cycler is defined }}",
    "  {# a comment #}\n  {% if true %}\n  kept\n  {% endif %}\n  {{ 'end' }}\n",
)
REFUSALS = (
    "{{ raise_exception('only so: ' + messages[0].role) }}",
    "{{ messages.append(1) }}",
    "{{ ''.__class__.__mro__ }}",
    "{% set ns = namespace() %}{% set ns._hidden = 1 %}{{ ns }}",
    "{{ namespace(_hidden=1) }}",
    "{% if %}",
    "{{ nothing.at_all }}",
    "{% unknown %}",
)


def load_ours(folder: Path) -> ChatTemplate:
    tokenizer = load_tokenizer(folder, {})
    return ChatTemplate(read_chat_templates(folder).by_name, {**tokenizer.special_tokens.named, "enable_thinking": tokenizer.can_think})


def with_template(text: str) -> Change:
    return lambda folder: write(folder / "chat_template.jinja", text)


def with_more_templates(folder: Path) -> None:
    write(folder / "additional_chat_templates" / "rag.jinja", "another one")


def without_template(folder: Path) -> None:
    (folder / "chat_template.jinja").unlink()


def write(file: Path, text: str) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def render_both(folder: Path, chat: list[dict[str, str]], *, opened: bool = True) -> tuple[str, str]:
    theirs: Any = load_theirs(folder)
    return (
        load_ours(folder).render(chat, add_generation_prompt=opened),
        theirs.apply_chat_template(chat, add_generation_prompt=opened, tokenize=False),
    )


@pytest.mark.parametrize("opened", [True, False])
@pytest.mark.parametrize("chat", CHATS)
def test_the_demos_template_gives_their_text(tmp_path: Path, chat: list[dict[str, str]], opened: bool) -> None:
    ours, theirs = render_both(copy_demo(tmp_path / "demo"), chat, opened=opened)
    assert ours == theirs


@pytest.mark.parametrize("template", TEMPLATES)
def test_whatever_a_template_uses_gives_their_text(tmp_path: Path, template: str) -> None:
    folder = copy_demo(tmp_path / "demo", with_template(template), with_config(image_token="<image>"))
    for chat in CHATS:
        ours, theirs = render_both(folder, chat)
        assert ours == theirs


@pytest.mark.parametrize("template", REFUSALS)
def test_what_their_template_refuses_ours_does(tmp_path: Path, template: str) -> None:
    folder = copy_demo(tmp_path / "demo", with_template(template))
    with pytest.raises(TemplateError) as theirs:
        load_theirs(folder).apply_chat_template(CHATS[0], tokenize=False)
    with pytest.raises(TemplateError) as ours:
        load_ours(folder).render(CHATS[0], add_generation_prompt=True)
    assert type(ours.value) is type(theirs.value)
    assert isinstance(ours.value, SecurityError) or str(ours.value) == str(theirs.value)


@pytest.mark.parametrize(
    "changes",
    [
        (without_template, with_config(chat_template="configured: {{ messages[0].content }}")),
        (with_config(chat_template="configured, and not used"),),
        (without_template, with_config(chat_template=[{"name": "default", "template": "named"}, {"name": "tool_use", "template": "no"}])),
        (with_more_templates,),
    ],
    ids=["in the configuration", "in both", "a list of named ones", "more of them"],
)
def test_a_template_is_found_where_they_find_it(tmp_path: Path, changes: tuple[Change, ...]) -> None:
    ours, theirs = render_both(copy_demo(tmp_path / "demo", *changes), CHATS[0])
    assert ours == theirs


def test_a_processors_template_is_used_where_there_is_no_other(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / "demo", without_template)
    write(folder / "chat_template.json", json.dumps({"chat_template": "the processor's"}))
    assert load_ours(folder).render(CHATS[0], add_generation_prompt=True) == "the processor's"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ((without_template,), "the model has no chat template"),
        ((without_template, with_more_templates), r"the chat templates rag, none of them named 'default'"),
    ],
)
def test_a_model_without_a_template_says_so_when_it_is_asked(tmp_path: Path, changes: tuple[Change, ...], message: str) -> None:
    template = load_ours(copy_demo(tmp_path / "demo", *changes))
    with pytest.raises(TemplateError, match=message):
        template.render(CHATS[0], add_generation_prompt=True)


def test_a_template_of_another_kind_is_refused_when_it_is_read(tmp_path: Path) -> None:
    folder = copy_demo(tmp_path / "demo", without_template, with_config(chat_template=[{"name": "default"}]))
    with pytest.raises(ValueError, match=r"chat_template that cannot be read: .*missing required field `template`"):
        read_chat_templates(folder)
