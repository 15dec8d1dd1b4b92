"""dspy: modules whose answers a small model seldom forms as asked, so that what counts is that the server answers."""

import contextlib

import dspy
from check import BASE_URL, KEY, MODEL, PROMPT, run_checks
from dspy.utils.exceptions import AdapterParseError


def make(**fields):
    return dspy.LM(f"openai/{MODEL}", api_base=BASE_URL, api_key=KEY, num_retries=0, cache=False, **fields)


def ask_module(lm, module, **inputs):
    """Run a module: either its answer is of the form that was asked for, or dspy says itself that it is not."""
    with dspy.context(lm=lm), contextlib.suppress(AdapterParseError):
        module(**inputs)
    assert lm.history[-1]["outputs"]


def check_lm():
    assert make()(PROMPT)[0]


def check_limit():
    assert make(max_tokens=8, temperature=0.5)(messages=[{"role": "user", "content": PROMPT}])[0]


def check_predict():
    ask_module(make(max_tokens=100), dspy.Predict("question -> answer"), question=PROMPT)


def check_json_adapter():
    lm = make(max_tokens=100)
    with dspy.context(adapter=dspy.JSONAdapter()):
        ask_module(lm, dspy.Predict("question -> answer"), question=PROMPT)


def check_choices():
    assert len(make(n=2, temperature=1.0, max_tokens=8)(PROMPT)) == 2


def check_responses():
    assert make(model_type="responses")(PROMPT)[0]


def check_text():
    assert make(model_type="text", max_tokens=16)("The sky is")[0]


run_checks(vars())
