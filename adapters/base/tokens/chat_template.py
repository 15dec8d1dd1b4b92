"""A model's chat template, rendered as transformers does: the same sandbox, filters, globals and variables."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from jinja2 import Template, TemplateError, nodes
from jinja2.exceptions import SecurityError
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Macro
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.utils import Namespace

from adapters.base.model_file import REMEDY, is_there, read_model_text
from adapters.base.tokens.special_tokens import CONFIG_NAME, read_json

TEMPLATE_NAME = "chat_template.jinja"
MORE_TEMPLATES = "additional_chat_templates"
PROCESSOR_NAME = "chat_template.json"
DEFAULT = "default"
GEMMA_TEMPLATE = Path(__file__).with_name("gemma_chat_template.jinja")  # as every instruction-tuned Gemma 3 has it


# What a template's expressions may raise beside jinja2's own; SyntaxError: loops in loops, more than Python takes.
FAULTS = (ArithmeticError, AttributeError, LookupError, MemoryError, RuntimeError, SyntaxError, TypeError, ValueError)


class TemplateFault(TemplateError):
    """The template cannot be carried out. One that refuses messages by `raise_exception` raises TemplateError itself."""


class ChatTemplate:
    """Turns messages into a prompt. Compiled at its first use."""

    def __init__(self, templates: Mapping[str, str], variables: Mapping[str, object]) -> None:
        """Take the templates by name, and what they may use besides the messages: special tokens by their names."""
        self._templates = templates
        self._variables = variables

    @property
    def source(self) -> str:
        """The template as it is written; empty without one."""
        return self._templates.get(DEFAULT, "")

    def render(self, messages: Sequence[Mapping[str, str]], *, add_generation_prompt: bool) -> str:
        """Give the prompt as text. Raises jinja2's TemplateError, which the template itself may raise over the messages."""
        given = {
            "messages": [dict(message) for message in messages],
            "tools": None,
            "documents": None,
            "add_generation_prompt": add_generation_prompt,
        }
        try:
            return self._compiled.render({**self._variables, **given})
        except TemplateError:
            raise
        except FAULTS as exc:
            raise TemplateFault(f"{type(exc).__name__}: {exc}") from exc

    @cached_property
    def _compiled(self) -> Template:
        if not self._templates:
            raise TemplateError("the model has no chat template")
        if DEFAULT not in self._templates:
            raise TemplateError(f"the model has the chat templates {', '.join(sorted(self._templates))}, none of them named {DEFAULT!r}")
        return _make_environment().from_string(self._templates[DEFAULT])


class FoundTemplates(NamedTuple):
    """A folder's templates by name, and the file of the one that is used."""

    by_name: Mapping[str, str]
    file: Path


def read_chat_templates(folder: Path) -> FoundTemplates:
    """Read the folder's templates: those in files of their own go before those in the tokenizer's configuration. Raises ValueError."""
    files = {file.stem: file for file in sorted((folder / MORE_TEMPLATES).glob("*.jinja"))}
    if is_there(own := folder / TEMPLATE_NAME):
        files.setdefault(DEFAULT, own)
    if files:
        by_name = {name: text for name, file in files.items() if (text := read_model_text(file)) is not None}
        return FoundTemplates(by_name, files.get(DEFAULT, own))
    for file in (folder / CONFIG_NAME, folder / PROCESSOR_NAME):
        if (configured := read_json(file).get("chat_template")) not in (None, ""):
            return FoundTemplates(_convert_configured(configured, file.name), file)
    return FoundTemplates({}, own)


def _convert_configured(configured: object, file_name: str) -> dict[str, str]:
    try:
        match configured:
            case str():
                return {DEFAULT: configured}
            case list():
                return {entry.name: entry.template for entry in msgspec.convert(configured, list[_NamedTemplate])}
            case _:
                return msgspec.convert(configured, dict[str, str])
    except msgspec.ValidationError as exc:
        raise ValueError(f"{file_name} has a chat_template that cannot be read: {exc}; {REMEDY}") from exc


class _NamedTemplate(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    template: str


def _make_environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols])
    environment.filters["tojson"] = _to_json
    environment.globals |= {
        "raise_exception": _raise_exception,
        "strftime_now": _strftime_now,
        "dict": _DictMaker(),
        "namespace": _CheckedNamespace,
    }
    return environment


class _Generation(Extension):
    """`{% generation %}` marks what the model has said, for training; the text in it is text."""

    tags: set[str] = {"generation"}  # noqa: RUF012  (jinja2 declares it so)

    def parse(self, parser: Parser) -> nodes.Node:
        line = next(parser.stream).lineno
        body = parser.parse_statements(("name:endgeneration",), drop_needle=True)
        return nodes.CallBlock(self.call_method("_give_back"), [], [], body).set_lineno(line)

    def _give_back(self, caller: Macro) -> str:
        return caller()


def _raise_exception(message: str) -> None:
    raise TemplateError(message)


def _strftime_now(format: str) -> str:
    return datetime.now().strftime(format)


def _to_json(
    value: object, ensure_ascii: bool = False, indent: int | None = None, separators: tuple[str, str] | None = None, sort_keys: bool = False
) -> str:
    """Write JSON without jinja2's own escapes for HTML."""
    return json.dumps(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


class _DictMaker:
    """`dict` for templates, without the class behind it."""

    def __call__(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict(*args, **kwargs)

    def fromkeys(self, *args: Any, **kwargs: Any) -> dict[Any, Any]:
        return dict.fromkeys(*args, **kwargs)


class _CheckedNamespace(Namespace):
    """`namespace` for templates: no name that begins with an underscore."""

    def __init__(*args: Any, **kwargs: Any) -> None:
        self, *given = args  # as jinja2 does it, so that `namespace(self=…)` works
        attributes = dict(*given, **kwargs)
        for name in attributes:
            _check_name(name)
        Namespace.__init__(self, attributes)

    def __setitem__(self, name: str, value: Any) -> None:
        _check_name(name)
        super().__setitem__(name, value)


def _check_name(name: object) -> None:
    if isinstance(name, str) and name.startswith("_"):
        raise SecurityError(f"a chat template cannot keep {name!r} in a namespace: names must not begin with an underscore")
