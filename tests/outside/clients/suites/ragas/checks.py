"""ragas, which judges with instructor and a plain `json_object`."""

import openai
from check import BASE_URL, KEY, MODEL, run_checks
from instructor.core.exceptions import InstructorError
from ragas.llms import llm_factory
from ragas.metrics.collections import Faithfulness


async def check_faithfulness():
    # The schema stands in the prompt only, so a small model's JSON may be of another form: that is no fault of the server's.
    llm = llm_factory(MODEL, client=openai.AsyncOpenAI(base_url=BASE_URL, api_key=KEY, max_retries=0), max_tokens=100)
    try:
        await Faithfulness(llm=llm).ascore(
            user_input="Why is the sky blue?", response="Air scatters light.", retrieved_contexts=["Air scatters blue light most."]
        )
    except InstructorError as failure:
        assert "validation error" in str(failure) or "max_tokens" in str(failure), failure


run_checks(vars())
