"""Loads and unloads of a server that stops: whoever waits for one is told, in the words of its other refusals."""

import asyncio
from pathlib import Path

import pytest

from server.adapter_loading.changes import FieldNames, load_adapter, unload_adapter
from server.adapter_loading.roots import AdapterRoots
from server.adapter_loading.sources import AdapterSources
from server.engine.errors import EngineUnavailable
from tests.server.fake_adapter_host import LEK
from tests.server.fake_engine import FakeEngine

FIELDS = FieldNames(name="name", path="path")


@pytest.mark.parametrize("is_load", [True, False])
def test_a_change_that_is_given_up_is_told_as_a_server_that_stops(is_load: bool, tmp_path: Path) -> None:
    (tmp_path / "lek").mkdir()

    async def give_up() -> None:
        engine = FakeEngine()
        engine.adapters.gate = asyncio.Event()
        sources = AdapterSources(AdapterRoots([str(tmp_path)]), allows_hub=False)
        load = load_adapter(engine, sources, name="new", path="lek", replace=True, fields=FIELDS)
        unload = unload_adapter(engine, LEK.name, force=False, fields=FIELDS)
        change = asyncio.ensure_future(load if is_load else unload)
        (unload if is_load else load).close()
        await engine.adapters.has_reached_gate.wait()
        change.cancel()
        with pytest.raises(EngineUnavailable, match="shutting down"):
            await change

    asyncio.run(give_up())
