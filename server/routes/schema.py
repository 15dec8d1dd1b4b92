"""`GET /schema`: the OpenAPI document of this server."""

from typing import Any

from litestar import Response, route
from litestar.di import NamedDependency

from server.http.operation import JSON, OPERATION, Operation


@route("/schema", http_method=["GET", "HEAD"], opt={OPERATION: Operation(answers={JSON: dict[str, Any]})})
async def show_schema(api_document: NamedDependency[bytes]) -> Response[bytes]:
    """Describe every route with its bodies and errors."""
    return Response(api_document, media_type=JSON)
