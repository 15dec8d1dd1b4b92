"""Where settings come from: a TOML file, then `CANDOR_*` in the environment, then flags; the later wins.

All three name a setting alike (`--max-queue`, `CANDOR_MAX_QUEUE`, `max-queue` in the file), and all their faults are reported at once.
"""

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from server.settings.option import list_options
from server.settings.settings import Settings

ENVIRONMENT_PREFIX = "CANDOR_"
OPTIONS = list_options(Settings)
LATER_OPTIONS = ("log-prompts",)  # part of candor's contract, not built yet: refused by name, whichever way they are given


class SettingsError(Exception):
    """The settings are wrong; `faults` says each thing that is, where it came from and what to do."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = tuple(faults)


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """A raw value and where it was written."""

    value: object
    origin: str


def merge_settings(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Settings:
    """Lay flags over the environment over the file; raises a SettingsError that lists all faults."""
    faults: list[str] = []
    from_environment = _read_environment(environment, faults)
    config = flags.get("config") or from_environment.pop("config", None)
    config_path = config.value if isinstance(config, Given) else config
    given = _read_file(Path(str(config_path)), faults) if config_path is not None else {}
    given |= from_environment
    given |= _read_flags(flags, faults)
    values = _convert(given, faults)
    if faults:
        raise SettingsError(faults)
    return Settings(**values)


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


def _convert(given: Mapping[str, Given], faults: list[str]) -> dict[str, Any]:
    """Convert what can be, by field; the rest becomes faults."""
    values: dict[str, Any] = {}
    for option in OPTIONS:
        if (one := given.get(option.name)) is None:
            continue
        try:
            values[option.field] = option.convert(one.value)
        except ValueError as error:
            faults.append(f"{one.origin}: {error}")
    return values
