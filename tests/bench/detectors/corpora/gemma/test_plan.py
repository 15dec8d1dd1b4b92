"""What a real model is asked for: enough answers, of all settings, the same each time."""

from collections import Counter

from bench.detectors.corpora.gemma.plan import CHAT_PROMPTS, MAX_BATCH_TOKENS, RAW_PROMPTS, TEMPERATURES, plan_batches


def test_plan_is_the_same_each_time_and_another_seed_gives_another() -> None:
    assert plan_batches() == plan_batches()
    assert plan_batches(seed=7) != plan_batches()


def test_plan_asks_for_enough_answers_of_both_kinds_at_all_temperatures() -> None:
    batches = plan_batches()
    kinds = Counter(question.kind for batch in batches for question in batch.questions)
    assert kinds["chat"] + kinds["raw"] >= 420
    assert abs(kinds["chat"] - kinds["raw"]) < 60
    assert {batch.setting.temperature for batch in batches} == set(TEMPERATURES)
    assert {batch.setting.max_tokens for batch in batches} == {120, 140, 180, 280, 400}
    assert max(len(batch.questions) * batch.setting.max_tokens for batch in batches) <= MAX_BATCH_TOKENS


def test_every_prompt_is_asked_at_every_temperature() -> None:
    asked = {(question.prompt, batch.setting.temperature) for batch in plan_batches() for question in batch.questions}
    assert asked == {(prompt, temperature) for prompt in (*CHAT_PROMPTS, *RAW_PROMPTS) for temperature in TEMPERATURES}
