"""Where settings come from: a TOML file, then `CANDOR_*` in the environment, then flags; the later wins.

All three name a setting alike (`--max-queue`, `CANDOR_MAX_QUEUE`, `max-queue` in the file), and all their faults are reported at once.
"""

import argparse
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_type_hints

import msgspec

from scoring.scorers import scorer_names
from server.adapter_loading.names import RESERVED_NAMES, find_name_fault
from server.settings.settings import AdapterSource, Secret, Settings

ENVIRONMENT_PREFIX = "CANDOR_"


class SettingsError(Exception):
    """The settings are wrong; `faults` says each thing that is, where it came from and what to do."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as people write it."""

    name: str  # kebab-case: the flag without its dashes, and the key in the file
    field: str  # of Settings
    metavar: str
    help: str
    is_list: bool = False
    is_switch: bool = False  # a flag without a value; true or false elsewhere


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A raw value and where it was written."""

    value: object
    origin: str


OPTIONS = (
    Option(name="model", field="model", metavar="MODEL", help="demo, a folder, or a Hugging Face repo of a Gemma 3"),
    Option(name="model-name", field="model_name", metavar="NAME", help="the base's id in /v1/models (default: from the model)"),
    Option(name="adapter", field="adapters", metavar="NAME=PATH", help="a LoRA adapter to load at start; repeatable", is_list=True),
    Option(
        name="adapter-dir",
        field="adapter_dirs",
        metavar="DIR",
        help="a folder from which adapters may be loaded while the server runs; repeatable (default: none may)",
        is_list=True,
    ),
    Option(name="max-adapters", field="max_adapters", metavar="N", help="adapters loaded at once, beside the base"),
    Option(name="max-adapter-rank", field="max_adapter_rank", metavar="N", help="largest rank an adapter may have"),
    Option(
        name="evict-adapters",
        field="evict_adapters",
        metavar="BOOL",
        help="when all are taken, a new adapter replaces the idle one that was used longest ago (default: it is refused)",
        is_switch=True,
    ),
    Option(name="host", field="host", metavar="HOST", help="address to listen on"),
    Option(name="port", field="port", metavar="PORT", help="port to listen on; 0 takes a free one"),
    Option(name="api-key", field="api_keys", metavar="KEY", help="a key that clients must send; repeatable (default: open)", is_list=True),
    Option(name="admin-key", field="admin_key", metavar="KEY", help="the key to load and unload adapters with (default: any API key)"),
    Option(name="max-batch-size", field="max_batch_size", metavar="N", help="answers decoded at once"),
    Option(name="max-queue", field="max_queue", metavar="N", help="requests that may wait; more are answered 429"),
    Option(name="max-completion-tokens", field="max_completion_tokens", metavar="N", help="longest answer; a request for more is capped"),
    Option(name="request-timeout-s", field="request_timeout_s", metavar="S", help="longest a request may take; then 504"),
    Option(name="body-timeout-s", field="body_timeout_s", metavar="S", help="longest a request's body may take to arrive; then 408"),
    Option(name="max-body-bytes", field="max_body_bytes", metavar="N", help="largest request body; more is answered 413"),
    Option(name="scorer", field="scorer", metavar="NAME", help=f"heuristic that scores the answers: {', '.join(scorer_names())}"),
    Option(
        name="on-degeneration",
        field="on_degeneration",
        metavar="ACTION",
        help="at a hard degeneration flag, where a request does not say: observe, or stop to end the answer there",
    ),
    Option(
        name="board-text",
        field="board_text",
        metavar="BOOL",
        help="show the text of the last answers on the board too (default: their scores and flags only)",
        is_switch=True,
    ),
    Option(
        name="otlp-endpoint",
        field="otlp_endpoint",
        metavar="URL",
        help="send traces to this OpenTelemetry collector over HTTP, such as http://127.0.0.1:4318 (default: none are made)",
    ),
)

# Part of candor's contract, not built yet: refused by name, whichever way they are given.
LATER_OPTIONS = (
    "prefix-cache-bytes",
    "log-prompts",
)


def read_settings(argv: Sequence[str], environment: Mapping[str, str]) -> Settings:
    """Read the settings, or end the process as argparse does: 0 after `--help`, 2 with every fault on stderr."""
    parser = _build_parser()
    flags = vars(parser.parse_args(argv))
    try:
        return merge_settings(flags, environment)
    except SettingsError as error:
        parser.error("\n  ".join(error.faults))


def merge_settings(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Lay flags over the environment over the file; raises a SettingsError that lists all faults."""
    faults: list[str] = []
    from_environment = _read_environment(environment, faults)
    config = flags.get("config") or from_environment.pop("config", None)
    config_path = config.value if isinstance(config, Given) else config
    given = _read_file(Path(str(config_path)), faults) if config_path is not None else {}
    given |= from_environment
    given |= _read_flags(flags, faults)
    settings = _convert(given, faults)
    if settings is None:
        raise SettingsError(faults)
    return settings


def _build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m server",
        description="Serve Gemma 3 on MLX behind the OpenAI API, every answer scored. With no flags: the demo model on 127.0.0.1:8000.",
        epilog="Every flag can also be set as CANDOR_* in the environment (lists with commas) or in the --config file; flags win.",
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    defaults = {field.name: field.default for field in msgspec.structs.fields(Settings)}
    for option in OPTIONS:
        if option.is_switch:
            parser.add_argument(f"--{option.name}", help=option.help, action=argparse.BooleanOptionalAction)
            continue
        default = defaults[option.field]
        suffix = "" if default in (None, ()) else f" (default: {default:g})" if isinstance(default, float) else f" (default: {default})"
        action = "append" if option.is_list else "store"
        parser.add_argument(f"--{option.name}", metavar=option.metavar, help=option.help + suffix, action=action)
    parser.add_argument("--config", metavar="FILE.toml", help="a file of settings, named like the flags")
    for name in LATER_OPTIONS:
        parser.add_argument(f"--{name}", nargs="?", help=argparse.SUPPRESS)
    return parser


def _read_flags(flags: Mapping[str, Any], faults: list[str]) -> dict[str, Given]:
    given = {name.replace("_", "-"): Given(value=value, origin=f"--{name.replace('_', '-')}") for name, value in flags.items()}
    given.pop("config", None)
    return _refuse_strangers(given, faults)


def _read_environment(environment: Mapping[str, str], faults: list[str]) -> dict[str, Given]:
    lists = {option.name for option in OPTIONS if option.is_list}
    given: dict[str, Given] = {}
    for variable, text in environment.items():
        if not variable.startswith(ENVIRONMENT_PREFIX):
            continue
        name = variable.removeprefix(ENVIRONMENT_PREFIX).lower().replace("_", "-")
        if not text:
            # An empty CANDOR_API_KEY taken for "no key" would open the server.
            faults.append(f"{variable} is set but empty: give it a value or unset it")
            continue
        given[name] = Given(value=text.split(",") if name in lists else text, origin=variable)
    return _refuse_strangers(given, faults, also_known=("config",))


def _read_file(path: Path, faults: list[str]) -> dict[str, Given]:
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        faults.append(f"--config {path}: cannot be read: {error.strerror}")
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(f"--config {path}: is not valid TOML: {error}")
        return {}
    given = {name: Given(value=value, origin=f"{name} in {path}") for name, value in table.items()}
    return _refuse_strangers(given, faults)


def _refuse_strangers(given: dict[str, Given], faults: list[str], also_known: Sequence[str] = ()) -> dict[str, Given]:
    """Keep what can be set now; the rest becomes faults that say why."""
    known = {option.name for option in OPTIONS} | set(also_known)
    for name, one in given.items():
        if name in LATER_OPTIONS:
            faults.append(f"{one.origin} is not available yet: remove it")
        elif name not in known:
            faults.append(f"{one.origin} is not a setting; known are: {', '.join(sorted(known))}")
    return {name: one for name, one in given.items() if name in known}


def _convert(given: Mapping[str, Given], faults: list[str]) -> Settings | None:
    types = get_type_hints(Settings, include_extras=True)
    values: dict[str, Any] = {}
    for option in OPTIONS:
        if (one := given.get(option.name)) is None:
            continue
        try:
            values[option.field] = _convert_one(option, one.value, types[option.field])
        except ValueError as error:
            faults.append(f"{one.origin}: {error}")
    return None if faults else Settings(**values)


def _convert_one(option: Option, value: object, wanted: Any) -> object:
    match option.field:
        case "adapters":
            return _parse_adapters(_convert_texts(value, option.help))
        case "adapter_dirs":
            return _parse_folders(_convert_texts(value, option.help))
        case "api_keys":
            return _parse_keys(_convert_texts(value, option.help))
        case "admin_key":
            return _parse_keys((msgspec.convert(value, str),))[0]
        case "scorer":
            return _check_scorer(msgspec.convert(value, str))
        case "model_name" if value in RESERVED_NAMES:
            raise ValueError(f"the name {value!r} is reserved: choose another")
    try:
        return msgspec.convert(value, wanted, strict=not isinstance(value, str))
    except msgspec.ValidationError as error:
        raise ValueError(f"{error}, from {value!r}; {option.help}") from error


def _convert_texts(value: object, help: str) -> tuple[str, ...]:
    try:
        return msgspec.convert([value] if isinstance(value, str) else value, tuple[str, ...])
    except msgspec.ValidationError as error:
        raise ValueError(f"expected text or a list of texts, got {type(value).__name__}; {help}") from error


def _parse_adapters(texts: Sequence[str]) -> tuple[AdapterSource, ...]:
    adapters: list[AdapterSource] = []
    for text in texts:
        name, equals, path = (part.strip() for part in text.partition("="))
        if not (name and equals and path):
            raise ValueError(f"expected NAME=PATH, got {text!r}")
        if fault := find_name_fault(name):
            raise ValueError(fault)
        if any(adapter.name == name for adapter in adapters):
            raise ValueError(f"the name {name!r} is given twice")
        adapters.append(AdapterSource(name=name, path=str(_expand_home(path))))
    return tuple(adapters)


def _parse_folders(texts: Sequence[str]) -> tuple[str, ...]:
    folders = [_expand_home(text).absolute() for text in texts]
    # A folder that is not there would otherwise show only when somebody needs an adapter.
    if strangers := [str(folder) for folder in folders if not folder.is_dir()]:
        raise ValueError(f"expected a folder, there is none at {', '.join(strangers)}")
    return tuple(map(str, folders))


def _check_scorer(name: str) -> str:
    if name not in scorer_names():
        raise ValueError(f"there is no scorer {name!r}; expected one of {', '.join(scorer_names())}")
    return name


def _expand_home(text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{text!r} names a home folder that is not there") from error


def _parse_keys(texts: Sequence[str]) -> tuple[Secret, ...]:
    # The faulty key itself is not shown: it may be a good one with a slip in it.
    if any(not text or not text.isascii() or not text.isprintable() or " " in text for text in texts):
        raise ValueError("a key must be printable ASCII, not empty and without spaces")
    return tuple(Secret(text) for text in texts)
