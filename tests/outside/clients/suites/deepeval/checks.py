"""deepeval's models: its own for OpenAI, with a judge on top."""

import os

from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from deepeval.models import GPTModel, LocalModel


def make(kind=GPTModel):
    fields = {"model": MODEL, "base_url": BASE_URL, "api_key": KEY, "temperature": 0}
    if kind is GPTModel:
        fields |= {"cost_per_input_token": 0, "cost_per_output_token": 0}
    return kind(**fields)


def check_generate():
    text, _ = make().generate(PROMPT)
    assert text


def check_local_model():
    text, _ = make(LocalModel).generate(PROMPT)
    assert text


async def check_async():
    text, _ = await make().a_generate(PROMPT)
    assert text


os.environ["DEEPEVAL_RETRY_MAX_ATTEMPTS"] = "1"
run_checks(vars())
