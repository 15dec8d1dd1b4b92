"""`/v1/adapters`: list, load and unload adapters."""

from typing import Any

import msgspec
from litestar import Request, delete, post, route
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.adapter_loading.changes import FieldNames, load_adapter, unload_adapter
from server.adapter_loading.sources import AdapterSources
from server.engine.protocol import AdapterStatus, Engine
from server.errors import InvalidRequest
from server.http.body import read_request
from server.http.keys import MANAGEMENT
from server.http.operation import JSON, OPERATION, Operation, Query
from server.settings.settings import Settings
from server.wire.adapters import AdapterCard, AdapterDeleted, AdapterList, LoadAdapterRequest

_DECODER = msgspec.json.Decoder(LoadAdapterRequest)
_FIELDS = FieldNames(name="name", path="path")
_LOAD = Operation(request=LoadAdapterRequest, answers={JSON: AdapterCard}, errors=(409, 503))
_UNLOAD = Operation(
    answers={JSON: AdapterDeleted},
    queries=(Query(name="force", type=bool, about="Whether its requests are failed instead of waited for."),),
    errors=(400, 404, 409, 503),
)


@route("/v1/adapters", http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={JSON: AdapterList})})
async def list_adapters(engine: NamedDependency[Engine]) -> AdapterList:
    """List the adapters that are loaded, in the order they came."""
    return AdapterList(data=tuple(_to_card(status, engine) for status in engine.adapters.statuses()))


@post("/v1/adapters", status_code=200, opt={MANAGEMENT: True, OPERATION: _LOAD})
async def create_adapter(
    request: Request[Any, Any, Any],
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    sources: NamedDependency[AdapterSources],
) -> AdapterCard:
    """Load an adapter, in the place of the one that has its name if there is one; answers when it can be asked for."""
    asked = await read_request(request.scope, request.receive, settings, _DECODER)
    status = await load_adapter(engine, sources, name=asked.name, path=asked.path, replace=True, fields=_FIELDS, digest=asked.digest)
    return _to_card(status, engine)


@delete("/v1/adapters/{name:path}", status_code=200, opt={MANAGEMENT: True, OPERATION: _UNLOAD})
async def delete_adapter(name: FromPath[str], request: Request[Any, Any, Any], engine: NamedDependency[Engine]) -> AdapterDeleted:
    """Unload an adapter: once its requests have ended, or at once with `?force=true`; answers when its memory is free."""
    status = await unload_adapter(engine, name.removeprefix("/"), force=_read_force(request), fields=_FIELDS)
    return AdapterDeleted(id=status.name, digest=status.digest)


def _to_card(status: AdapterStatus, engine: Engine) -> AdapterCard:
    return AdapterCard(parent=engine.models()[0].id, **msgspec.structs.asdict(status))


def _read_force(request: Request[Any, Any, Any]) -> bool:
    is_forced = False
    for name, value in request.query_params.multi_items():
        if name != "force":
            raise InvalidRequest(f"Unknown query parameter: {name}; 'force' is the only one.", param=name)
        if value not in ("true", "false"):
            raise InvalidRequest(f"Invalid value for force: expected true or false, got {value!r}.", param=name)
        is_forced = value == "true"
    return is_forced
