"""The arguments of a call written as in Python, as JSON: literals only, nothing is evaluated."""

import ast
import json
import warnings
from collections.abc import Sequence

_JSON_LITERALS = {"true": True, "false": False, "null": None}  # models mix the two languages
_SIGNS: dict[type[ast.unaryop], int] = {ast.UAdd: 1, ast.USub: -1}


def convert_python_arguments(text: str, parameters: Sequence[str]) -> str | None:
    """Write what stands between a call's parentheses as a JSON object, or None if it is no list of literals.

    `parameters` are the function's, in order, for arguments without a name. The text is to be bounded, and its brackets' depth.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes that mean nothing
            call = ast.parse(f"f({text})", mode="eval").body
        if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name) or len(call.args) > len(parameters):
            return None
        named = [*zip(parameters, call.args, strict=False), *((keyword.arg, keyword.value) for keyword in call.keywords)]
        arguments = {name: _read_literal(node) for name, node in named}
        if None in arguments or len(arguments) < len(named):
            return None
        return _write_json(arguments)
    except (SyntaxError, ValueError, RecursionError, MemoryError):  # MemoryError is how the parser says "too complex"
        return None


def _read_literal(node: ast.expr) -> object:
    match node:
        case ast.Constant(value=None | bool() | int() | float() | str()):
            return node.value
        case ast.Name() if node.id in _JSON_LITERALS:
            return _JSON_LITERALS[node.id]
        case ast.UnaryOp(op=ast.UAdd() | ast.USub() as sign, operand=ast.Constant(value=int() | float() as number)):
            return _SIGNS[type(sign)] * number
        case ast.List() | ast.Tuple():
            return [_read_literal(item) for item in node.elts]
        case ast.Dict():
            return {_read_key(key): _read_literal(value) for key, value in zip(node.keys, node.values, strict=True)}
    raise ValueError(f"no literal: {type(node).__name__}")


def _read_key(node: ast.expr | None) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    raise ValueError("a key that is no string")


def _write_json(arguments: object) -> str:
    text = json.dumps(arguments, ensure_ascii=False, allow_nan=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a surrogate pair, which only an escape can spell
        return json.dumps(arguments)
    return text
