"""How a call is written: the convention that Gemma 3 is prompted with.

Gemma 3 has no tokens for calling functions and its template knows no tools. Google's guide shows two ways to ask for calls
(https://ai.google.dev/gemma/docs/capabilities/function-calling): Python's, `[f(a=1), g()]`, and JSON's,
`{"name": function name, "parameters": dictionary of argument name and its value}`. Here it is JSON: its arguments are what OpenAI's
clients want, so they stream as they are drawn, and a schema holds them by a grammar. Python's is understood in an answer all the same.
"""

import json

CALL_SHAPE = '{"name": function name, "parameters": dictionary of argument name and its value}'
BETWEEN_CALLS = "\n"
ITEM_SEPARATOR = ", "  # as Python's json writes: arguments that a client has read and written again are found in the prefix cache
KEY_SEPARATOR = ": "
CALL_END = "}"


def write_call_start(name: str) -> str:
    """Write a call up to its arguments."""
    return f'{{"name": {json.dumps(name, ensure_ascii=False)}, "parameters": '


def write_call(name: str, arguments: str) -> str:
    """Write a call with its arguments, a JSON text."""
    return write_call_start(name) + arguments + CALL_END
