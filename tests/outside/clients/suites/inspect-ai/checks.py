"""inspect-ai, with its provider for compatible servers, over chat and over responses."""

import asyncio
import json
import os
from typing import Literal

import pydantic
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from inspect_ai import Task, eval
from inspect_ai.dataset import Sample
from inspect_ai.model import ChatMessageSystem, ChatMessageUser, GenerateConfig, ResponseSchema, get_model
from inspect_ai.scorer import includes, model_graded_qa
from inspect_ai.solver import generate, system_message, use_tools
from inspect_ai.tool import tool
from inspect_ai.util import json_schema

os.environ["CANDOR_API_KEY"] = KEY
os.environ["CANDOR_BASE_URL"] = BASE_URL
os.environ["INSPECT_DISPLAY"] = "none"
NAME = f"openai-api/candor/{MODEL}"


class Sky(pydantic.BaseModel):
    colour: Literal["blue", "grey"]
    is_clear: bool


@tool
def get_weather():
    async def execute(city: Literal["Paris", "Rome"]) -> str:
        """Tell the weather in a city.

        Args:
            city: Which city.
        """
        return f"sunny in {city}"

    return execute


def ask(config=None, **fields):
    """Ask for an answer outside any evaluation."""
    model = get_model(NAME, config=config or GenerateConfig(max_retries=0), memoize=False, **fields)
    return asyncio.run(model.generate([ChatMessageSystem(content="Be brief."), ChatMessageUser(content=PROMPT)]))


def evaluate(**fields):
    """Evaluate a task of one sample."""
    task = Task(dataset=[Sample(input=PROMPT, target="light")], **fields)
    [log] = eval(task, model=NAME, max_retries=0, log_dir="logs", fail_on_error=True)
    assert log.status == "success", log.error and log.error.message
    return log


def check_generate():
    assert ask().completion


def check_config():
    assert ask(GenerateConfig(max_retries=0, temperature=0.5, top_p=0.9, seed=7, max_tokens=8, stop_seqs=["."])).completion


def check_evaluation():
    log = evaluate(solver=[system_message("Be brief."), generate()], scorer=includes())
    assert log.results.scores[0].metrics["accuracy"].value in (0, 1)


def check_graded_by_the_model():
    evaluate(solver=generate(), scorer=model_graded_qa(model=NAME))


def check_tools():
    evaluate(solver=[use_tools(get_weather()), generate()], scorer=includes(), message_limit=6)


def check_response_schema():
    schema = ResponseSchema(name="sky", json_schema=json_schema(Sky))
    Sky.model_validate(json.loads(ask(GenerateConfig(max_retries=0, response_schema=schema)).completion))


def check_choices_and_logprobs():
    answer = ask(GenerateConfig(max_retries=0, num_choices=2, logprobs=True, top_logprobs=2, max_tokens=4))
    assert len(answer.choices) == 2
    assert answer.choices[0].logprobs.content


def check_reasoning_effort():
    assert ask(GenerateConfig(max_retries=0, reasoning_effort="low")).completion


def check_responses():
    assert ask(responses_api=True).completion


run_checks(vars())
