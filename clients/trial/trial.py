"""The candidate on trial: served under a name of its own for as long as it is tested, and no longer."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from secrets import token_hex

import openai

from clients.errors import ClientError, EndpointFailure
from clients.telling import tell
from clients.trial.adapter_api import AdapterApi, AdapterCard, ContentChanged

MAX_STEM_CHARS = 100  # a server takes names of 128


def make_trial_name(adapter: str) -> str:
    """Make a name that nothing else is served under."""
    return f"{adapter[:MAX_STEM_CHARS]}.candidate-{token_hex(4)}"


@asynccontextmanager
async def on_trial(api: AdapterApi, name: str, path: str, served: Mapping[str, AdapterCard], *, command: str) -> AsyncIterator[AdapterCard]:
    """Serve `path` as `name` until the end of the block, however it ends; `served` is what was there before, and what stays.

    What goes wrong at the end is said in the name of `command`.
    """
    evicted: list[AdapterCard] = []
    loading = asyncio.ensure_future(api.load(name, path))
    try:
        card = await asyncio.shield(loading)
        now = await api.list()
        evicted = [adapter for adapter in served.values() if adapter.name not in now]
        if evicted:
            names = ", ".join(adapter.name for adapter in evicted)
            raise EndpointFailure(
                f"the server had no room for the candidate and dropped {names} (--evict-adapters):"
                " raise its --max-adapters, or unload one first"
            )
        yield card
    finally:
        # A load once begun is finished by the server: what arrives after a Ctrl-C would stay for good.
        (loaded,) = await asyncio.gather(loading, return_exceptions=True)
        if not _is_refusal(loaded):
            await _end(api, name, command)
        for adapter in evicted:
            await _bring_back(api, adapter, command)


def _is_refusal(loaded: AdapterCard | BaseException) -> bool:
    """Tell a server that has said no from one that may have loaded all the same: its answer was lost, or came too late."""
    cause = loaded.__cause__ if isinstance(loaded, BaseException) else None
    return isinstance(cause, openai.APIStatusError) and cause.status_code < 500 and cause.status_code != 409


async def _end(api: AdapterApi, name: str, command: str) -> None:
    try:
        await api.unload(name)
    except ClientError as exc:
        tell(command, f"{name} COULD NOT BE UNLOADED and still takes a slot of the server: {exc}. Unload it: DELETE /v1/adapters/{name}")


async def _bring_back(api: AdapterApi, adapter: AdapterCard, command: str) -> None:
    try:
        await api.load(adapter.name, adapter.path, digest=adapter.digest)
    except (ClientError, ContentChanged) as exc:
        tell(command, f"{adapter.name} IS SERVED NO LONGER, and what was dropped could not be brought back: {exc}")
    else:
        tell(command, f"{adapter.name} was dropped by the server for a moment and is served again, the same content")
