"""lm-eval: multiple choice, perplexity and generation, with no tokenizer but the server's own."""

import json
import pathlib

import lm_eval
from check import BASE_URL, MODEL, run_checks
from lm_eval.tasks import TaskManager

ROWS = [
    {"text": "Honesty means telling the truth.", "question": "Why is the sky blue?", "choices": ["air scatters blue light", "paint"]},
    {"text": "The sea is wide and blue.", "question": "What is honesty?", "choices": ["telling the truth", "a kind of fish"]},
    {"text": "Air scatters sunlight.", "question": "What is a friend?", "choices": ["a chair", "somebody who stays"]},
]
FOLDER = pathlib.Path("tasks").absolute()


def write_task(name, **fields):
    """Write a task over the rows above, read from this machine's disk."""
    task = {
        "task": name,
        "dataset_path": "json",
        "dataset_kwargs": {"data_files": {"test": str(FOLDER / "rows.jsonl")}},
        "test_split": "test",
    }
    (FOLDER / f"{name}.yaml").write_text(json.dumps(task | fields))


def evaluate(model, task, *, chat=False, **arguments):
    """Evaluate the tasks on the server and give their figures."""
    route = "chat/completions" if chat else "completions"
    given = {"model": MODEL, "base_url": f"{BASE_URL}/{route}", "num_concurrent": 1, "max_retries": 1, "max_length": 512} | arguments
    found = lm_eval.simple_evaluate(
        model=model,
        model_args=given,
        tasks=[task],
        task_manager=TaskManager(include_path=str(FOLDER), include_defaults=False),
        apply_chat_template=chat,
        bootstrap_iters=0,
    )
    return found["results"][task]


def check_multiple_choice():
    accuracy = evaluate("local-completions", "choice", tokenizer_backend="remote")["acc,none"]
    assert 0 <= accuracy <= 1


def check_multiple_choice_of_text_in_batches():
    accuracy = evaluate("local-completions", "choice", tokenizer_backend="remote", tokenized_requests=False, batch_size=2)["acc,none"]
    assert 0 <= accuracy <= 1


def check_perplexity():
    assert evaluate("local-completions", "rolling", tokenizer_backend="remote")["word_perplexity,none"] > 1


def check_generation():
    assert "exact_match,none" in evaluate("local-completions", "generated", tokenizer_backend="remote")


def check_chat_generation():
    assert "exact_match,none" in evaluate("local-chat-completions", "generated", chat=True)


FOLDER.mkdir()
(FOLDER / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
write_task(
    "choice",
    output_type="multiple_choice",
    doc_to_text="Question: {{question}}\nAnswer:",
    doc_to_choice="{{choices}}",
    doc_to_target=0,
    metric_list=[{"metric": "acc"}],
)
write_task(
    "rolling",
    output_type="loglikelihood_rolling",
    doc_to_text="",
    doc_to_target="{{text}}",
    metric_list=[{"metric": "word_perplexity"}],
)
write_task(
    "generated",
    output_type="generate_until",
    doc_to_text="{{question}}",
    doc_to_target="{{choices[0]}}",
    generation_kwargs={"until": ["\n\n"], "max_gen_toks": 16},
    metric_list=[{"metric": "exact_match"}],
)
run_checks(vars())
