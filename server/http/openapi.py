"""The OpenAPI document: every route with its bodies and errors, as JSON Schemas of the very types that read and write them.

https://spec.openapis.org/oas/v3.1.0
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from types import UnionType
from typing import Any, get_args

import msgspec
from litestar.handlers import HTTPRouteHandler

from server.http.keys import ApiKeyMiddleware
from server.http.operation import JSON, OPERATION, Operation, Query
from server.wire.error_body import ErrorBody

VERSION = "0.1.0"  # of candor, as in pyproject.toml
ABOUT = (
    "Gemma 3 on MLX behind the OpenAI API, every answer scored. Every refusal has OpenAI's envelope and an `x-request-id`. "
    "OpenAI's routes that are not described here answer 501, any others 404."
)
ERRORS = {
    400: "The request is at fault; `param` names the field.",
    401: "No API key was sent, or none that this route takes.",
    404: "There is no such model or adapter.",
    408: "The body did not arrive in time.",
    409: "The adapters are not as the request needs them; `code` says in what.",
    413: "The body is too large.",
    429: "Too many requests wait.",
    500: "The server failed on this request; its log says why, under the `x-request-id`.",
    503: "The engine takes nothing now: it is starting, draining or down.",
    504: "The request was not answered in time.",
}
ERRORS_OF_A_BODY = (400, 408, 413)
ERRORS_OF_ALL = (500,)
_PARAMETER = re.compile(r"\{(\w+)(?::\w+)?\}")


def describe_routes(handlers: Sequence[HTTPRouteHandler], keys: ApiKeyMiddleware) -> bytes:
    """Describe what handlers serve, each of which has an `Operation` in its opt, to those who have the keys."""
    bodies = tuple(dict.fromkeys((ErrorBody, *(body for handler in handlers for body in _list_bodies(handler.opt[OPERATION])))))
    schemas, components = _describe_bodies(bodies)
    schema_of = dict(zip(bodies, schemas, strict=True))
    document = {
        "openapi": "3.1.0",
        "info": {"title": "candor", "version": VERSION, "description": ABOUT},
        "paths": _describe_paths(handlers, keys, schema_of),
        "components": {
            "schemas": components,
            "responses": {str(status): _describe_error(status, schema_of[ErrorBody]) for status in ERRORS},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }
    return msgspec.json.encode(document)


@cache
def _describe_bodies(bodies: tuple[Any, ...]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    """Give the schema of each body, and what they refer to; the types of a process never change, and every application has the same."""
    return msgspec.json.schema_components(bodies, schema_hook=_describe_unsupported, ref_template="#/components/schemas/{name}")


def _describe_unsupported(type: type) -> dict[str, Any]:
    if type is not object:
        raise NotImplementedError
    return {"description": "Known, but not supported: only values that ask for nothing are taken."}


def _list_bodies(operation: Operation) -> Iterator[Any]:
    if operation.request is not None:
        yield operation.request
    for answer in operation.answers.values():
        yield from _split_union(answer)
    yield from (query.type for query in operation.queries)


def _split_union(body: Any) -> tuple[Any, ...]:
    return get_args(body) if isinstance(body, UnionType) else (body,)


def _describe_paths(handlers: Sequence[HTTPRouteHandler], keys: ApiKeyMiddleware, schema_of: dict[Any, Any]) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    named: set[str] = set()  # an operation's id is for one path and method only
    for handler in handlers:
        for path in sorted(handler.paths):
            for method in sorted(handler.http_methods):
                described = _describe_operation(
                    handler, path, schema_of, is_head=method == "HEAD", wants_key=keys.wants_key(handler.opt, path)
                )
                if handler.handler_name not in named:
                    named.add(handler.handler_name)
                    described["operationId"] = handler.handler_name
                paths.setdefault(_PARAMETER.sub(r"{\1}", path), {})[method.lower()] = described
    return paths


def _describe_operation(
    handler: HTTPRouteHandler, path: str, schema_of: dict[Any, Any], *, is_head: bool, wants_key: bool
) -> dict[str, Any]:
    operation: Operation = handler.opt[OPERATION]
    answer: dict[str, Any] = {"description": "The answer."}
    if not is_head:
        answer["content"] = {media_type: {"schema": _join(body, schema_of)} for media_type, body in operation.answers.items()}
    statuses = {*operation.errors, *ERRORS_OF_ALL, *(ERRORS_OF_A_BODY if operation.request else ()), *((401,) if wants_key else ())}
    described: dict[str, Any] = {
        "summary": (handler.fn.__doc__ or "").partition("\n")[0],
        "parameters": [
            *map(_describe_place, _PARAMETER.findall(path)),
            *(_describe_query(query, schema_of) for query in operation.queries),
        ],
        "responses": {"200": answer} | {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)},
        "security": [{"key": []}] if wants_key else [],
    }
    if operation.about:
        described["description"] = operation.about
    if operation.request is not None:
        described["requestBody"] = {"required": True, "content": {JSON: {"schema": schema_of[operation.request]}}}
    return described


def _join(body: Any, schema_of: dict[Any, Any]) -> Any:
    schemas = [schema_of[part] for part in _split_union(body)]
    return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}


def _describe_place(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _describe_query(query: Query, schema_of: dict[Any, Any]) -> dict[str, Any]:
    return {"name": query.name, "in": "query", "description": query.about, "schema": schema_of[query.type]}


def _describe_error(status: int, schema: Any) -> dict[str, Any]:
    described: dict[str, Any] = {"description": ERRORS[status], "content": {JSON: {"schema": schema}}}
    if status == 429:
        described["headers"] = {"retry-after": {"description": "When to ask again, in s.", "schema": {"type": "integer"}}}
    return described
