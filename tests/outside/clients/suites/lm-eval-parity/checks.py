"""lm-eval over HTTP beside lm-eval in one process with mlx-lm, on the same weights: the same log-likelihoods, the same accuracy."""

import json
import pathlib
from functools import cache

import lm_eval
import mlx.core as mx
from check import BASE_URL, MODEL, TOKENIZER, run_checks
from lm_eval.api.instance import Instance
from lm_eval.models.openai_completions import LocalCompletionsAPI
from lm_eval.tasks import TaskManager
from mlx_lm.evaluate import MLXLM

TOLERANCE = 1e-3
QUESTIONS = [
    "What is the capital of France?",
    "Why is the sky blue?",
    "Who are you?",
    "How many days are in a week?",
    "What happened at Tiananmen Square in 1989?",
    "Is Taiwan a sovereign nation?",
    "Can a government ever be wrong?",
    "Tell me a story",
    "What is two plus two?",
    "Good night",
]
CHOICES = [
    " Paris is the capital of France.",
    " Sunlight is scattered by the air.",
    " I am a small model.",
    " Seven.",
    " Soldiers killed people who had asked for freedom — in the capital's streets.",
]
ITEMS = [(f"Question: {question}\nAnswer:", choice) for question in QUESTIONS for choice in CHOICES]
FOLDER = pathlib.Path("tasks").absolute()


@cache
def open_remote(backend):
    """Give the model over HTTP. lm-eval honours `add_bos_token` with tokenizers of its own only; others are asked for texts with it."""
    own = {"tokenizer": TOKENIZER, "add_bos_token": True} if backend == "huggingface" else {}
    served = {"model": MODEL, "base_url": f"{BASE_URL}/completions", "tokenizer_backend": backend}
    return LocalCompletionsAPI.create_from_arg_obj(served | {"max_length": 2048, "max_retries": 1} | own)


@cache
def open_own():
    """Give the model in this process, its weights as candor has them on a CPU."""
    model = MLXLM(TOKENIZER, use_chat_template=False)
    if mx.default_device() == mx.Device(mx.cpu):
        model._model.set_dtype(mx.float32)
    return model


def score(model, *, begin=""):
    """Give each item's log-likelihood, and whether it is what the model would say."""
    items = [(begin + context, choice) for context, choice in ITEMS]
    return model.loglikelihood([Instance("loglikelihood", {}, item, index) for index, item in enumerate(items)])


def compare(over_http):
    """Hold log-likelihoods against those in process."""
    in_process = score(open_own())
    assert len(over_http) == len(in_process) == 50
    furthest = max(abs(one[0] - other[0]) for one, other in zip(over_http, in_process, strict=True))
    sums = sorted(one[0] for one in in_process)
    print(f"furthest apart: {furthest:.2g}; in process from {sums[0]:.2f} to {sums[-1]:.2f}")
    assert furthest < TOLERANCE, furthest
    assert [bool(one[1]) for one in over_http] == [bool(one[1]) for one in in_process]


def evaluate(model):
    """Give the accuracies of a task over the items."""
    results = lm_eval.simple_evaluate(
        model=model,
        tasks=["choice"],
        task_manager=TaskManager(include_path=str(FOLDER), include_defaults=False),
        bootstrap_iters=0,
    )["results"]["choice"]
    return results["acc,none"], results["acc_norm,none"]


def check_log_likelihoods():
    """Tokens by lm-eval's own tokenizer."""
    compare(score(open_remote("huggingface")))


def check_log_likelihoods_without_a_tokenizer():
    """Tokens by the server."""
    compare(score(open_remote("remote"), begin="<bos>"))


def check_accuracy_of_multiple_choice():
    """Of ten questions with five choices each."""
    over_http, in_process = evaluate(open_remote("huggingface")), evaluate(open_own())
    print(f"accuracies over HTTP {over_http}, in process {in_process}")
    assert over_http == in_process


FOLDER.mkdir(exist_ok=True)
ROWS = [{"question": question, "choices": CHOICES, "answer": index % len(CHOICES)} for index, question in enumerate(QUESTIONS)]
(FOLDER / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS))
TASK = {
    "task": "choice",
    "dataset_path": "json",
    "dataset_kwargs": {"data_files": {"test": str(FOLDER / "rows.jsonl")}},
    "test_split": "test",
    "output_type": "multiple_choice",
    "doc_to_text": "Question: {{question}}\nAnswer:",
    "doc_to_choice": "{{choices}}",
    "doc_to_target": "{{answer}}",
    "target_delimiter": "",
    "metric_list": [{"metric": "acc"}, {"metric": "acc_norm"}],
}
(FOLDER / "choice.yaml").write_text(json.dumps(TASK))
run_checks(vars())
