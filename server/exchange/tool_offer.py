"""The functions on offer to one answer: what the model is told of them, what holds the answer to calls, and what reads them: pure."""

import msgspec

from server.engine.protocol import Grammar
from server.exchange.answer_form import prepare_form_schema
from server.tools.brief_schema import Detail
from server.tools.call_ids import draw_call_id
from server.tools.grammar import lets_any_object_through, write_call_grammar, write_call_or_answer_grammar
from server.tools.preamble import write_preamble
from server.tools.reading.answer_parser import AnswerParser
from server.tools.tool import Tool, ToolChoice, select_tools


class ToolOffer(msgspec.Struct, frozen=True, kw_only=True):
    """What the model may call."""

    tools: tuple[Tool, ...] = ()
    choice: ToolChoice = ToolChoice()
    is_parallel: bool = True

    @property
    def is_required(self) -> bool:
        """Whether the answer has to be a call."""
        return bool(self.tools) and self.choice.mode == "required"

    def write_preamble(self, detail: Detail) -> str:
        """Write what the model is told of them."""
        return write_preamble(self.tools, self.choice, is_parallel=self.is_parallel, detail=detail)

    def hold(self, form: Grammar | None) -> Grammar | None:
        """Give the grammar of an answer that has to be a call, or may be one in place of text of a form. Raises InvalidRequest."""
        if not select_tools(self.tools, self.choice):
            return form
        if self.is_required:
            source = write_call_grammar(self.tools, self.choice, is_parallel=self.is_parallel)
            return Grammar(kind="lark", source=source, param="tools", is_json=True)
        if form is None or form.kind != "json_schema":
            return form
        schema = prepare_form_schema(form)
        source = write_call_or_answer_grammar(self.tools, self.choice, is_parallel=self.is_parallel, schema=schema)
        return Grammar(kind="lark", source=source, param=form.param, is_json=True)

    def is_loose(self) -> bool:
        """Say whether a call has to come whose arguments are not held to their schema."""
        return self.is_required and lets_any_object_through(self.tools, self.choice)

    def make_parser(self) -> AnswerParser | None:
        """Make what reads one answer; None where nothing may be called."""
        callable_tools = select_tools(self.tools, self.choice)
        return AnswerParser(callable_tools, is_parallel=self.is_parallel, draw_id=draw_call_id) if callable_tools else None
