"""The prompts that a fused model is checked on, as tokens: candor's own, or those of a file, one a line."""

from pathlib import Path

from jinja2 import TemplateError

from adapters.base.tokens.conversation_text import ConversationText, split_broken
from adapters.base.vocabulary import Vocabulary
from adapters.command import UsageFault

SHIPPED = Path(__file__).with_name("check-prompts.txt")
MOST_BYTES = 1 << 20

TokenIds = tuple[int, ...]


def read_check_prompts(file: Path) -> tuple[str, ...]:
    """Read prompts, one a line. Raises UsageFault."""
    try:
        if not file.is_file():
            raise UsageFault(f"--check-prompts {file}: there is no such file; expected text, one prompt a line")
        content = file.read_bytes()
        prompts = tuple(line.strip() for line in content.decode("utf-8-sig").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as exc:
        raise UsageFault(f"--check-prompts {file} cannot be read: {exc}") from exc
    if len(content) > MOST_BYTES:
        raise UsageFault(f"--check-prompts {file} has {len(content)} bytes; expected {MOST_BYTES} at most")
    if not prompts:
        raise UsageFault(f"--check-prompts {file} is empty: expected text, one prompt a line, or --no-check")
    return prompts


def encode_prompts(prompts: tuple[str, ...], vocabulary: Vocabulary, *, num_rows: int, most_tokens: int) -> tuple[TokenIds, ...]:
    """Give each as a user's message by the model's template, its turn opened. Raises UsageFault with all that cannot be asked."""
    conversation, tokenizer = ConversationText(vocabulary.tokenizer, vocabulary.template), vocabulary.tokenizer
    encoded, faults = [], []
    for number, prompt in enumerate(prompts, start=1):
        try:
            text = conversation.render(conversation.break_messages([("user", prompt)]), opens_turn=True)
        except TemplateError as exc:
            faults.append(f"{number}: the model's chat template does not take it: {exc}")
            continue
        ids = tuple(token for part in split_broken(text) for token in tokenizer.encode(part))
        if len(ids) > most_tokens:
            faults.append(f"{number}: it has {len(ids)} tokens, and {most_tokens} leave room for an answer")
        elif max(ids) >= num_rows:
            faults.append(f"{number}: the model has no embedding for {tokenizer.decode([max(ids)])!r}")
        encoded.append(ids)
    if faults:
        raise UsageFault("prompts that cannot be asked:\n" + "\n".join(f"  prompt {fault}" for fault in faults))
    return tuple(encoded)
