"""Who answers: the served model, or the adapters together, that a request means."""

from collections.abc import Iterator, Sequence

from server.engine.protocol import AdapterUse, ServedModel, join_parts
from server.errors import InvalidRequest, ModelNotFound
from server.http.faults import Fault
from server.wire.generation_fields import GenerationFields


def find_model(name: str, models: Sequence[ServedModel]) -> ServedModel:
    """Find what a request's `model` names; raises ModelNotFound."""
    for model in models:
        if model.id == name:
            return model
    raise ModelNotFound(name)


def choose_served(request: GenerationFields, models: Sequence[ServedModel]) -> ServedModel:
    """Find who answers: what `model` names, or the adapters that `lora` names, several in one. Raises ModelNotFound and InvalidRequest.

    Beside `lora`, `model` is the base or one of its adapters.
    """
    named = find_model(request.model, models)
    if not request.lora:
        return named
    adapters = [_find_adapter(choice.name, models, param=f"lora[{place}].name") for place, choice in enumerate(request.lora)]
    if named.parent is not None and named not in adapters:
        names = ", ".join(repr(adapter.id) for adapter in adapters)
        message = f"'model' is the adapter {named.id!r}, and 'lora' names {names}: name it there, too, or the base model in 'model'."
        raise InvalidRequest(message, param="lora[0].name")
    return adapters[0] if len(adapters) == 1 else _join(adapters)


def choose_adapters(request: GenerationFields, served: ServedModel) -> tuple[AdapterUse, ...]:
    """Give the adapters that have a part in the answer, each at its scale."""
    if request.lora:
        return tuple(AdapterUse(name=choice.name, scale=1.0 if choice.scale is None else choice.scale) for choice in request.lora)
    return () if served.parent is None else (AdapterUse(name=served.id),)


def find_repeated_adapters(request: GenerationFields) -> Iterator[Fault]:
    """Find adapters that `lora` names more than once: at which of its scales each is meant, nobody can tell."""
    first: dict[str, int] = {}
    for place, choice in enumerate(request.lora or ()):
        if (earlier := first.setdefault(choice.name, place)) != place:
            message = f"'lora[{place}].name' is {choice.name!r}, as 'lora[{earlier}].name': name each adapter once, with one scale."
            yield Fault(param=f"lora[{place}].name", message=message)


def _find_adapter(name: str, models: Sequence[ServedModel], *, param: str) -> ServedModel:
    for model in models:
        if model.id == name and model.parent is not None:
            return model
    raise ModelNotFound(name, param=param)


def _join(adapters: Sequence[ServedModel]) -> ServedModel:
    return ServedModel(
        id=join_parts(adapter.id for adapter in adapters),
        created=max(adapter.created for adapter in adapters),
        parent=adapters[0].parent,
        digest=join_parts(adapter.digest or "unknown" for adapter in adapters),
        is_several=True,
    )
