"""`POST /v1/load_lora_adapter` and `/v1/unload_lora_adapter`, for tools made for vLLM: its bodies, texts, types and codes.

https://docs.vllm.ai/en/latest/features/lora, "Dynamically serving LoRA Adapters". Where vLLM has no such refusal, candor's own is sent.
"""

from typing import Any

import msgspec
from litestar import Request, post
from litestar.di import NamedDependency

from adapters.errors import AdapterNameTaken
from server.adapter_loading.changes import FieldNames, load_adapter, unload_adapter
from server.adapter_loading.sources import AdapterSources
from server.engine.protocol import Engine
from server.errors import AdapterMissing, InvalidRequest, ModelNotFound, VllmRefusal
from server.http.body import read_request
from server.http.keys import MANAGEMENT
from server.http.operation import OPERATION, Operation
from server.settings.settings import Settings
from server.wire.lora_adapter import LoadLoraRequest, UnloadLoraRequest

_LOAD_DECODER = msgspec.json.Decoder(LoadLoraRequest)
_UNLOAD_DECODER = msgspec.json.Decoder(UnloadLoraRequest)
_FIELDS = FieldNames(name="lora_name", path="lora_path")
_LOAD = Operation(request=LoadLoraRequest, answers={"text/plain": str}, errors=(404, 409, 503))
_UNLOAD = Operation(request=UnloadLoraRequest, answers={"text/plain": str}, errors=(404, 409, 503))


@post("/v1/load_lora_adapter", status_code=200, media_type="text/plain", opt={MANAGEMENT: True, OPERATION: _LOAD})
async def load_lora_adapter(
    request: Request[Any, Any, Any],
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    sources: NamedDependency[AdapterSources],
) -> str:
    """Load an adapter; one that has its name is replaced with `load_inplace` only."""
    asked = await read_request(request.scope, request.receive, settings, _LOAD_DECODER)
    name, path = asked.lora_name, asked.lora_path
    if not name or not path:
        raise _refuse_input("Both 'lora_name' and 'lora_path' must be provided.")
    _refuse_unsupported(asked, base_id=engine.models()[0].id)
    try:
        await load_adapter(engine, sources, name=name, path=path, replace=asked.load_inplace, fields=_FIELDS)
    except AdapterNameTaken as exc:
        raise _refuse_input(
            f"The lora adapter '{name}' has already been loaded. If you want to load the adapter in place, set 'load_inplace' to True."
        ) from exc
    except AdapterMissing as exc:
        raise _report_missing(f"Loading lora {name} failed: No adapter found for {path}") from exc
    return f"Success: LoRA adapter '{name}' added successfully."


@post("/v1/unload_lora_adapter", status_code=200, media_type="text/plain", opt={MANAGEMENT: True, OPERATION: _UNLOAD})
async def unload_lora_adapter(request: Request[Any, Any, Any], engine: NamedDependency[Engine], settings: NamedDependency[Settings]) -> str:
    """Unload an adapter once its requests have ended."""
    name = (await read_request(request.scope, request.receive, settings, _UNLOAD_DECODER)).lora_name
    if not name:
        raise _refuse_input("'lora_name' needs to be provided to unload a LoRA adapter.")
    try:
        await unload_adapter(engine, name, force=False, fields=_FIELDS)
    except ModelNotFound as exc:
        raise _report_missing(f"The lora adapter '{name}' cannot be found.") from exc
    return f"Success: LoRA adapter '{name}' removed successfully."


def _refuse_unsupported(asked: LoadLoraRequest, *, base_id: str) -> None:
    if asked.base_model_name not in (None, base_id):
        message = f"'base_model_name' is {asked.base_model_name!r}, but the base that is served is {base_id!r}: leave it out."
        raise InvalidRequest(message, param="base_model_name")
    if asked.is_3d_lora_weight:
        message = "'is_3d_lora_weight' is not supported: it is for mixtures of experts, which Gemma 3 is not."
        raise InvalidRequest(message, param="is_3d_lora_weight")


def _refuse_input(message: str) -> VllmRefusal:
    return VllmRefusal(message, status=400, type="InvalidUserInput")


def _report_missing(message: str) -> VllmRefusal:
    return VllmRefusal(message, status=404, type="NotFoundError")
