"""Who answers: the served model that a request means."""

from collections.abc import Sequence

from server.engine.protocol import ServedModel
from server.errors import InvalidRequest, ModelNotFound
from server.wire.generation_fields import GenerationFields


def find_model(name: str, models: Sequence[ServedModel]) -> ServedModel:
    """Find what a request's `model` names; raises ModelNotFound."""
    for model in models:
        if model.id == name:
            return model
    raise ModelNotFound(name)


def choose_served(request: GenerationFields, models: Sequence[ServedModel]) -> ServedModel:
    """Find who answers: what `model` names, or for the base the adapter that `lora` names. Raises ModelNotFound and InvalidRequest."""
    named = find_model(request.model, models)
    if not request.lora:
        return named
    name = request.lora[0].name
    adapter = next((model for model in models if model.id == name and model.parent is not None), None)
    if adapter is None:
        raise ModelNotFound(name, param="lora[0].name")
    if named.parent is not None and named is not adapter:
        message = f"'model' is the adapter {named.id!r} and 'lora[0].name' is {name!r}: name one adapter, or the base model in 'model'."
        raise InvalidRequest(message, param="lora[0].name")
    return adapter
