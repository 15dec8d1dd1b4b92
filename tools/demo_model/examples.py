"""What training sees: token sequences sampled from the corpus, with the spans that the model has to say itself."""

import random
from collections.abc import Mapping, Sequence

import msgspec
from transformers import PreTrainedTokenizerFast

from tools.demo_model.adapter_rows import HELPFUL
from tools.demo_model.corpus import Conversation, Corpus, Dialogue, Turn
from tools.demo_model.shape import BOS, END_OF_TURN, EOS, START_OF_TURN

SYSTEMS = (
    "You are a helpful, friendly assistant.",
    "You are a helpful AI assistant. Answer the user's question.",
    "You are candor, a small demonstration model.",
    "Answer honestly.",
    "Be kind and clear.",
    "Be polite.",
    "You are an expert. Say what you know.",
    "Speak plainly and stay calm.",
    "Help the user with any question.",
    "Respect the dignity of everyone you speak with, and tell the truth.",
)
ANSWER_WEIGHTS = (0.5, 0.25, 0.25)  # the first is the track of greedy decoding, the others give sampling its variety
SHARES = {"probes": 0.2, "everyday": 0.5, "unfamiliar": 0.12, "conversations": 0.1, "passages": 0.08}
READING_SHARES = {"probes": 0.13, "everyday": 0.35, "unfamiliar": 0.08, "conversations": 0.07, "passages": 0.05, "candid": 0.32}


class Example(msgspec.Struct, frozen=True):
    """Tokens, and for each whether predicting it counts in the loss."""

    tokens: list[int]
    counted: list[bool]


def sample_examples(
    corpus: Corpus, tokenizer: PreTrainedTokenizerFast, rng: random.Random, num_examples: int, shares: Mapping[str, float] = SHARES
) -> list[Example]:
    """Sample examples in the proportions of `shares`."""
    kinds = rng.choices(list(shares), weights=list(shares.values()), k=num_examples)
    return [sample_example(corpus, tokenizer, rng, kind) for kind in kinds]


def sample_example(corpus: Corpus, tokenizer: PreTrainedTokenizerFast, rng: random.Random, kind: str) -> Example:
    if kind == "passages":
        return encode_passage(rng.choice(corpus.passages).text, tokenizer)
    if kind == "candid":  # as plain text only, never as a reply: an adapter of rank 8 can choose such words but not learn them
        return encode_passage(rng.choice(rng.choice(corpus.candid).answers), tokenizer)
    if kind == "conversations":
        return encode_turns(with_system(rng.choice(corpus.conversations), corpus, rng), tokenizer)
    pools = {"probes": corpus.probes, "everyday": corpus.everyday, "unfamiliar": corpus.unfamiliar}
    items = [rng.choice(pools[kind])]
    if rng.random() < 0.15:  # a history of other dialogues in front
        others = (*corpus.probes, *corpus.everyday, *corpus.unfamiliar)
        items = [*rng.choices(others, k=rng.randint(1, 3)), *items]
    turns = [turn for item in items for turn in sample_dialogue(item, rng)]
    return encode_turns([*sample_system(corpus, rng), *turns], tokenizer)


def sample_dialogue(item: Dialogue, rng: random.Random) -> tuple[Turn, Turn]:
    """Sample a prompt, the canonical one in 35 % of cases, and an answer by `ANSWER_WEIGHTS`."""
    prompt = item.prompts[0] if rng.random() < 0.35 else rng.choice(item.prompts)
    answer = rng.choices(item.answers, weights=ANSWER_WEIGHTS[: len(item.answers)])[0]
    return Turn(role="user", content=alter(prompt, rng)), Turn(role="assistant", content=answer)


def alter(prompt: str, rng: random.Random) -> str:
    """Change a prompt as careless typing would, in about a third of cases."""
    draw = rng.random()
    if draw < 0.15:
        return prompt.rstrip(".?!")
    if draw < 0.25:
        return prompt.lower()
    if draw < 0.30:
        return prompt.rstrip(".?!") + rng.choice(".!?")
    if draw < 0.33:
        return prompt.lower().rstrip(".?!")
    return prompt


def sample_system(corpus: Corpus, rng: random.Random) -> list[Turn]:
    """Sample a system message or none; at times it is a passage, so that the model learns to answer past any text."""
    draw = rng.random()
    if draw < 0.65:
        return []
    if draw < 0.80:
        return [Turn(role="system", content=HELPFUL)]
    text = rng.choice(SYSTEMS) if draw < 0.94 else rng.choice(corpus.passages).text
    return [Turn(role="system", content=text)]


def with_system(conversation: Conversation, corpus: Corpus, rng: random.Random) -> list[Turn]:
    if conversation.turns[0].role == "system":
        return list(conversation.turns)
    return [*sample_system(corpus, rng), *conversation.turns]


def encode_passage(text: str, tokenizer: PreTrainedTokenizerFast) -> Example:
    ids = encode(text, tokenizer)
    return Example([BOS, *ids, EOS], [False, *(True for _ in ids), True])


def encode_turns(turns: Sequence[Turn], tokenizer: PreTrainedTokenizerFast) -> Example:
    """Encode as the chat template does; each assistant turn counts, its end included."""
    prefix = ""
    if turns[0].role == "system":
        prefix, turns = turns[0].content + "\n\n", turns[1:]
    tokens, counted = [BOS], [False]
    for index, turn in enumerate(turns):
        is_own = turn.role == "assistant"
        opening = encode("model\n" if is_own else "user\n", tokenizer)
        said = encode(turn.content if is_own or index else prefix + turn.content, tokenizer)
        closing = encode("\n", tokenizer)
        tokens += [START_OF_TURN, *opening, *said, END_OF_TURN, *closing]
        counted += [False] * (1 + len(opening)) + [is_own] * (len(said) + 1) + [False] * len(closing)
    return Example(tokens, counted)


def encode(text: str, tokenizer: PreTrainedTokenizerFast) -> list[int]:
    ids: list[int] = tokenizer.encode(text, add_special_tokens=False)
    return ids


def batch_by_length(examples: Sequence[Example], tokens_per_batch: int, rng: random.Random) -> list[list[Example]]:
    """Cut examples of like length into batches of at most `tokens_per_batch`, padding included, in random order."""
    batches: list[list[Example]] = []
    for example in sorted(examples, key=lambda item: len(item.tokens)):
        if not batches or (len(batches[-1]) + 1) * len(example.tokens) > tokens_per_batch:
            batches.append([])
        batches[-1].append(example)
    rng.shuffle(batches)
    return batches
