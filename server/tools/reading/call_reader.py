"""Reads an answer in which functions may be called: where a call may stand, and how it may be written.

A call begins a line or follows another call. It is written as the preamble asks, `{"name": …, "parameters": {…}}`, or as models write it
beside: `arguments` for `parameters`, as Python's `[f(a=1), g()]`, several in a JSON list, in a fenced block, whatever its label; a block
for tools holds bare calls as well, `f(a=1)`. All else is text.
"""

import string
from collections.abc import Mapping

import msgspec

from server.tools.reading.frame_reader import NAME, FrameReader
from server.tools.reading.json_reader import JsonReader
from server.tools.reading.part_writer import PartWriter
from server.tools.reading.python_arguments import convert_python_arguments
from server.tools.reading.python_reader import PythonReader
from server.tools.reading.reading import END, LINE, Deviation, Reading
from server.tools.tool import Tool

MAX_LABEL_LENGTH = 20

_LABEL = frozenset(string.ascii_letters + string.digits + "_-")
_CODE_LABELS = frozenset({"tool_code", "tool_call", "tool_calls"})
_ARGUMENT_KEYS = frozenset({"parameters", "arguments"})


class CallReader:
    """Reads one answer and writes its parts.

    Arguments in JSON are given on as they come. Where they cease to be JSON the call ends with what there is: it cannot be taken back.
    Until they begin, and with Python's until they end, what turns out to be no call is text.
    """

    def __init__(self, tools: Mapping[str, Tool], writer: PartWriter) -> None:
        self._tools = tools
        self._writer = writer
        self._frame = FrameReader(writer)

    def read_answer(self) -> Reading[None]:
        """Read to the end."""
        character = yield None
        while character != END:
            try:
                character = yield from self._read_calls(character)
            except Deviation as exc:
                self._writer.release()
                character = (yield LINE) if exc.character is None else exc.character
                while character not in (END, "\n"):
                    self._writer.write(character)
                    character = yield LINE

    def _read_calls(self, character: str) -> Reading[str]:
        """Read white space and the calls behind it; gives the character behind them."""
        character = yield from self._frame.hold_space(character)
        if character == "`":
            return (yield from self._read_block())
        if character == END and self._writer.is_behind_call:
            self._writer.drop()  # white space at the end is the call's
            return character
        yield from self._read_list_or_object(character)
        return (yield None)

    def _read_block(self) -> Reading[str]:
        yield from self._frame.expect("```")
        label, character = yield from self._frame.hold_word((yield None), _LABEL, MAX_LABEL_LENGTH)
        character = yield from self._frame.hold_space(character)
        while True:
            if label in _CODE_LABELS and character in NAME:
                yield from self._read_statement(character)
            else:
                yield from self._read_list_or_object(character)
            character = yield from self._frame.hold_space((yield None))
            if character in {",", ";"}:
                self._frame.hold(character)
                character = yield from self._frame.hold_space((yield None))
            if character in {"`", END}:
                break
        if character == "`":
            yield from self._frame.expect("```")
            character = yield None
        self._writer.drop()
        return character

    def _read_list_or_object(self, character: str) -> Reading[None]:
        if character == "{":
            yield from self._read_object()
        elif character == "[":
            yield from self._read_list()
        else:
            raise Deviation(character)

    def _read_list(self) -> Reading[None]:
        self._frame.hold("[")
        while True:
            character = yield from self._frame.hold_space((yield None))
            if character == "{":
                yield from self._read_object()
            else:
                yield from self._read_python_call(character)
            character = yield from self._frame.hold_space((yield None))
            if character in {"]", END}:
                self._writer.drop()
                return
            if character != ",":
                raise Deviation(character)
            self._frame.hold(character)

    def _read_statement(self, character: str) -> Reading[None]:
        """Read a call in a block for tools; what prints its result is the same call."""
        word, character = yield from self._frame.hold_name(character)
        is_printed = word == "print" and word not in self._tools
        if is_printed and character == "(":
            self._frame.hold(character)
            word, character = yield from self._frame.hold_name((yield from self._frame.hold_space((yield None))))
        yield from self._read_python_arguments(word, character)
        if is_printed:
            character = yield from self._frame.hold_space((yield None))
            if character not in {")", END}:
                raise Deviation(character)
            self._writer.drop()

    def _read_python_call(self, character: str) -> Reading[None]:
        word, character = yield from self._frame.hold_name(character)
        yield from self._read_python_arguments(word, character)

    def _read_python_arguments(self, name: str, character: str) -> Reading[None]:
        if character != "(" or name not in self._tools:
            raise Deviation(character)
        self._frame.hold(character)
        text: list[str] = []
        try:
            yield from PythonReader(text.append).read_arguments()
        finally:
            self._writer.hold("".join(text))
        arguments = convert_python_arguments("".join(text[:-1]), self._name_parameters(name))
        if arguments is None:
            raise Deviation(None)
        self._writer.write_call(name, arguments)

    def _name_parameters(self, name: str) -> list[str]:
        properties = (self._tools[name].parameters or {}).get("properties")
        return list(properties) if isinstance(properties, dict) else []

    def _read_object(self) -> Reading[None]:
        """Read a call in JSON behind its opening brace."""
        self._frame.hold("{")
        key, character = yield from self._frame.hold_key((yield None))
        if key != "name" or character != '"':
            raise Deviation(character)
        name = yield from self._frame.hold_text()
        character = yield from self._frame.hold_space((yield None))
        if name not in self._tools:
            raise Deviation(character)
        if character == "}":
            self._writer.write_call(name, "{}")
            return
        if character != ",":
            raise Deviation(character)
        self._frame.hold(character)
        key, character = yield from self._frame.hold_key((yield None))
        if key not in _ARGUMENT_KEYS or character not in {"{", '"'}:
            raise Deviation(character)
        if character == "{":
            self._writer.begin_call(name)
            yield from JsonReader(self._writer.argue).read_object()
            self._writer.end_call()
        else:
            yield from self._read_text_of_arguments(name)
        yield from self._leave_object()

    def _read_text_of_arguments(self, name: str) -> Reading[None]:
        """Read arguments that are a text which is JSON, as OpenAI's own are."""
        text: list[str] = []
        try:
            yield from JsonReader(text.append).read_string()
        finally:
            self._writer.hold("".join(text))
        try:
            arguments = msgspec.json.decode("".join(text), type=str)
            msgspec.json.decode(arguments, type=dict[str, msgspec.Raw])
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            raise Deviation(None) from None
        self._writer.write_call(name, arguments)

    def _leave_object(self) -> Reading[None]:
        """Read past what else a call's object holds; an answer may end without its closing brace."""
        character = yield from self._frame.hold_space((yield None))
        if character == ",":
            self._frame.hold(character)
            character = yield from self._frame.hold_space((yield None))
            if character != '"':
                raise Deviation(character)
            yield from JsonReader(self._writer.hold).read_members(character)
        elif character not in {"}", END}:
            raise Deviation(character)
        self._writer.drop()
