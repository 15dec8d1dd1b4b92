"""`GET /v1/models` and `GET /v1/models/{id}`."""

from litestar import route
from litestar.di import NamedDependency
from litestar.params import FromPath

from server.engine.protocol import Engine, ServedModel
from server.exchange.model_choice import find_model
from server.http.operation import JSON, OPERATION, Operation
from server.wire.model_list import ModelCard, ModelList


@route("/v1/models", http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={JSON: ModelList})})
async def list_models(engine: NamedDependency[Engine]) -> ModelList:
    """List what `model` may name, the base first."""
    return ModelList(data=tuple(_to_card(model) for model in engine.models()))


@route("/v1/models/{model_id:path}", http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={JSON: ModelCard}, errors=(404,))})
async def show_model(model_id: FromPath[str], engine: NamedDependency[Engine]) -> ModelCard:
    """Show one model; ids may hold slashes, as those of Hugging Face repos do."""
    return _to_card(find_model(model_id.removeprefix("/"), engine.models()))


def _to_card(model: ServedModel) -> ModelCard:
    return ModelCard(id=model.id, created=model.created, parent=model.parent, root=model.root, digest=model.digest, state=model.state)
