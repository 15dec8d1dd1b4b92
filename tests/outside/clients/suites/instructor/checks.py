"""instructor, in the modes it has for OpenAI's API."""

from typing import Literal

import instructor
import openai
import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from instructor.core.exceptions import IncompleteOutputException, InstructorRetryException

MESSAGES = [{"role": "user", "content": PROMPT}]


class Sky(pydantic.BaseModel):
    """What the sky is like."""

    colour: Literal["blue", "grey"]
    is_clear: bool


def ask(mode, **fields):
    client = instructor.from_openai(openai.OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0), mode=mode)
    fields = {"model": MODEL, "messages": MESSAGES, "response_model": Sky, "max_retries": 0} | fields
    return client.chat.completions.create(**fields)


def ask_for_loose_json(mode):
    """Ask in a mode that sends no schema: a small model's JSON may be of another form or too long, but the server must answer."""
    try:
        assert isinstance(ask(mode, max_tokens=100), Sky)
    except (InstructorRetryException, IncompleteOutputException, pydantic.ValidationError) as failure:
        refused = failure
        while refused is not None:
            assert not isinstance(refused, openai.APIError), refused
            refused = refused.__cause__
        assert "Error code" not in str(failure), failure


def check_plain():
    assert ask(instructor.Mode.TOOLS, response_model=None).choices[0].message.content


def check_tools():
    assert isinstance(ask(instructor.Mode.TOOLS), Sky)


def check_tools_strict():
    assert isinstance(ask(instructor.Mode.TOOLS_STRICT), Sky)


def check_json_schema():
    assert isinstance(ask(instructor.Mode.JSON_SCHEMA), Sky)


def check_json():
    ask_for_loose_json(instructor.Mode.JSON)


def check_markdown_json():
    ask_for_loose_json(instructor.Mode.MD_JSON)


def check_responses_tools():
    assert isinstance(ask(instructor.Mode.RESPONSES_TOOLS), Sky)


def check_partial():
    client = instructor.from_openai(openai.OpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0))
    parts = list(client.chat.completions.create_partial(model=MODEL, messages=MESSAGES, response_model=Sky))
    assert parts[-1].colour in ("blue", "grey")


def check_provider():
    client = instructor.from_provider(f"openai/{MODEL}", base_url=BASE_URL, api_key=KEY)
    assert isinstance(client.create(messages=MESSAGES, response_model=Sky, max_retries=0), Sky)


def check_cut_json_is_incomplete():
    try:
        ask(instructor.Mode.JSON_SCHEMA, max_tokens=2)
    except (IncompleteOutputException, InstructorRetryException) as failure:
        assert "max_tokens" in str(failure) or "incomplete" in str(failure), failure
        return
    raise AssertionError("JSON cut at the limit was taken for whole")


run_checks(vars())
