"""Adapters loaded and unloaded at a client's wish: the checks before, and an engine's refusals in the request's own words."""

import asyncio

import msgspec

from adapters.errors import (
    AdapterBusy,
    AdapterChanged,
    AdapterError,
    AdapterNameTaken,
    AdapterNotLoaded,
    BankFull,
    HubNotReached,
    NoAdapter,
    SlotsFull,
)
from server.adapter_loading.names import find_name_fault
from server.adapter_loading.sources import AdapterSources
from server.engine.errors import EngineUnavailable
from server.engine.protocol import AdapterStatus, Engine
from server.errors import AdapterConflict, AdapterMissing, AdapterRefused, ApiError, InvalidRequest, ModelNotFound


class FieldNames(msgspec.Struct, frozen=True, kw_only=True):
    """What a route's requests call an adapter's name and folder."""

    name: str
    path: str


async def load_adapter(
    engine: Engine, sources: AdapterSources, *, name: str, path: str, replace: bool, fields: FieldNames, digest: str | None = None
) -> AdapterStatus:
    """Load the adapter at `path` as `name`. Raises ApiError, EngineUnavailable, and AdapterNameTaken where it may not replace."""
    fault = f"the base model is named {name!r}: choose another" if name == engine.models()[0].id else find_name_fault(name)
    if fault:
        raise InvalidRequest(f"Invalid value for {fields.name}: {fault}.", param=fields.name)
    try:
        found = await sources.find(path, param=fields.path)
        return await engine.adapters.load(name, found.path, replace=replace, within=found.within, digest=digest, revision=found.revision)
    except AdapterNameTaken:
        raise  # for the route that asked not to replace
    except asyncio.CancelledError as exc:
        raise _give_up() from exc
    except AdapterError as exc:
        raise _translate(exc, name, fields) from exc


async def unload_adapter(engine: Engine, name: str, *, force: bool, fields: FieldNames) -> AdapterStatus:
    """Unload `name` once its requests have ended, or at once with `force`. Raises ApiError and EngineUnavailable."""
    try:
        return await engine.adapters.unload(name, force=force)
    except asyncio.CancelledError as exc:
        raise _give_up() from exc
    except AdapterError as exc:
        raise _translate(exc, name, fields) from exc


def _give_up() -> EngineUnavailable:
    """Say why nobody waits for a change any longer: only a server that stops at once cancels what it does for clients."""
    return EngineUnavailable("The server is shutting down.")


def _translate(exc: AdapterError, name: str, fields: FieldNames) -> ApiError:
    match exc:
        case AdapterNotLoaded():
            return ModelNotFound(name, param=fields.name)
        case AdapterBusy():
            return AdapterConflict(_to_sentence(exc), code="adapter_busy")
        case AdapterChanged():
            return AdapterConflict(_to_sentence(exc), code="adapter_changed")
        case SlotsFull():
            return AdapterConflict(_to_sentence(exc), code="adapter_slots_full")
        case BankFull():
            return AdapterConflict(_to_sentence(exc), code="adapter_memory_full")
        case HubNotReached():
            return AdapterConflict(_to_sentence(exc), code="hub_not_reached")
        case NoAdapter():
            return AdapterMissing(_to_sentence(exc), param=fields.path)
        case _:
            return AdapterRefused(_to_sentence(exc), param=fields.path)


def _to_sentence(exc: AdapterError) -> str:
    text = str(exc)
    first = text.partition(" ")[0]
    is_word = first.isalpha()  # and no name of a file or a repository, which would be another's
    return f"{text[:1].upper() if is_word else text[:1]}{text[1:]}."
