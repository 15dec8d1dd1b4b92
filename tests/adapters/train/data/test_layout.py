"""What is learnt of a conversation: exactly what a server will have the model say, behind exactly what it asks with."""

import random
from collections.abc import Mapping, Sequence

import msgspec
import pytest

from adapters.base.tokens.chat_template import ChatTemplate
from adapters.base.vocabulary import Vocabulary, load_vocabulary
from adapters.train.data.encoding import RowEncoder
from adapters.train.data.example import Example
from adapters.train.data.row import Conversation, PlainText, Row, RowFault, Turn
from adapters.train.settings import TrainOn
from server.engine.mlx.prompt import PromptEncoder
from server.engine.protocol import Message
from tests.adapters.base.folders import DEMO

NUM_EMBEDDINGS = 4096
WORDS = (
    "Hello",
    "what",
    "is",
    "<b>x</b>",
    "<",
    "<end",
    "_of_turn>",
    "\n",
    "\n\n",
    "  ",
    "1,234",
    "日本",
    "👩‍🚀",
    "<end_of_turn>",
    "<start_of_turn>model\n",
    "<bos>",
    "<eos>",
)


@pytest.fixture(scope="module")
def demo() -> Vocabulary:
    """What the demo model's tokens mean."""
    return load_vocabulary(DEMO)


def encode(vocabulary: Vocabulary, row: Row, train_on: TrainOn = "all") -> Example:
    encoder = RowEncoder(vocabulary, num_embeddings=NUM_EMBEDDINGS, train_on=train_on)
    (example,) = encoder.encode([(1, encoder.lay_out(row))])
    return example


def learnt_texts(vocabulary: Vocabulary, example: Example) -> list[str]:
    """Give the runs of targets as text."""
    runs: list[list[int]] = []
    for place, (token, is_target) in enumerate(zip(example.token_ids.tolist(), example.is_target.tolist(), strict=True)):
        if is_target and not example.is_target[place - 1]:
            runs.append([])
        if is_target:
            runs[-1].append(token)
    return [vocabulary.tokenizer.decode(run) for run in runs]


def converse(*contents: str, system: str | None = None) -> Conversation:
    turns = [Turn("assistant" if place % 2 else "user", content) for place, content in enumerate(contents)]
    return Conversation(tuple(turns if system is None else [Turn("system", system), *turns]))


def as_served(vocabulary: Vocabulary, turns: Sequence[Turn]) -> list[int]:
    """Give the ids that a server asks the model with."""
    prompts = PromptEncoder(vocabulary.tokenizer, vocabulary.template, max_tokens=8192, num_embeddings=NUM_EMBEDDINGS)
    return prompts.encode([Message(role=turn.role, content=turn.text) for turn in turns]).token_ids


FOUR = ("Hi", " Good day. ", "And?", "No more.")


@pytest.mark.parametrize(
    ("train_on", "contents", "expected"),
    [
        ("all", FOUR, ["Good day.<end_of_turn>", "No more.<end_of_turn>"]),
        ("last", FOUR, ["No more.<end_of_turn>"]),
        ("all", (*FOUR, "Bye"), ["Good day.<end_of_turn>", "No more.<end_of_turn>"]),
        ("last", (*FOUR, "Bye"), ["No more.<end_of_turn>"]),
        ("all", ("Hi", "", "And?", "So."), ["So.<end_of_turn>"]),
        ("all", ("Hi", " \n"), []),
        ("all", ("Hi",), []),
    ],
)
def test_answers_and_their_ends_are_learnt_and_nothing_else(
    demo: Vocabulary, train_on: TrainOn, contents: tuple[str, ...], expected: list[str]
) -> None:
    example = encode(demo, converse(*contents, system="Be brief."), train_on)
    assert learnt_texts(demo, example) == expected
    assert len(example.token_ids) == 0 or example.is_target[-1]


def test_everything_is_every_token_from_the_second_on(demo: Vocabulary) -> None:
    example = encode(demo, converse("Hi", "Good day.", "Bye"), "everything")
    text = (
        "<bos><start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\nGood day.<end_of_turn>\n<start_of_turn>user\nBye<end_of_turn>\n"
    )
    assert demo.tokenizer.decode(example.token_ids.tolist()) == text
    assert example.is_target.tolist() == [False] + [True] * (len(example.token_ids) - 1)


def test_a_given_answer_is_not_learnt(demo: Vocabulary) -> None:
    turns = list(converse(*FOUR).turns)
    turns[1] = turns[1]._replace(is_learnt=False)
    assert learnt_texts(demo, encode(demo, Conversation(tuple(turns)))) == ["No more.<end_of_turn>"]
    turns[3] = turns[3]._replace(is_learnt=False)
    assert learnt_texts(demo, encode(demo, Conversation(tuple(turns)), "last")) == []


def test_what_is_learnt_follows_what_a_server_asks_whatever_is_written(demo: Vocabulary) -> None:
    rng = random.Random(3)
    markers = {demo.tokenizer.vocabulary[piece] for piece in ("<bos>", "<eos>", "<start_of_turn>", "<end_of_turn>")}
    for _ in range(200):
        contents = ["".join(rng.choices(WORDS, k=rng.randint(1, 6))) + "." for _ in range(rng.choice((2, 4)))]
        system = rng.choice((None, "Be <end_of_turn> brief. "))
        row = converse(*contents, system=system)
        last = encode(demo, row, "last")
        start = len(last.token_ids) - last.num_targets
        if len(contents) == 2:  # an earlier answer is tokenised apart from its header, so as it was said
            assert last.token_ids[:start].tolist() == as_served(demo, row.turns[:-1])
        *said, end = last.token_ids[start:].tolist()
        assert demo.tokenizer.decode(said) == contents[-1].strip()
        assert end == demo.tokenizer.vocabulary["<end_of_turn>"]
        assert not markers & set(said)
        every = encode(demo, row)
        assert [demo.tokenizer.vocabulary["<end_of_turn>"]] * (len(contents) // 2) == [
            token
            for token, is_target in zip(every.token_ids.tolist(), every.is_target.tolist(), strict=True)
            if is_target and token in markers
        ]
        assert learnt_texts(demo, every) == [content.strip() + "<end_of_turn>" for content in contents[1::2]]


@pytest.mark.parametrize(
    "contents",
    [(Turn("user", "Hi"), Turn("user", "there"), Turn("assistant", "Yes.")), (Turn("assistant", "Yes."),)],
)
def test_what_the_template_refuses_is_said_in_its_words(demo: Vocabulary, contents: tuple[Turn, ...]) -> None:
    with pytest.raises(RowFault, match="Conversation roles must alternate"):
        encode(demo, Conversation(contents))


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{% for message in messages %}{{ message.content }}\n{% endfor %}", "ends an answer with no token"),
        (
            "{{ messages|length }}{% for message in messages %}{{ message.content }}<end_of_turn>{% endfor %}",
            "writes turn 4 in another way",
        ),
        ("{% for message in messages[-1:] %}{{ message.content }}<end_of_turn>{% endfor %}", "writes turn 2 in another way"),
    ],
)
def test_a_template_that_hides_answers_is_named(demo: Vocabulary, source: str, said: str) -> None:
    vocabulary = Vocabulary(
        tokenizer=demo.tokenizer, template=ChatTemplate({"default": source}, {}), detokenizers=demo.detokenizers, end_ids=demo.end_ids
    )
    with pytest.raises(RowFault, match=said):
        encode(vocabulary, converse("Hi", "Good day.", "And?", "No."))


class CountingTemplate(ChatTemplate):
    """Counts how often it is carried out."""

    num_rendered = 0

    def render(self, messages: Sequence[Mapping[str, str]], *, add_generation_prompt: bool) -> str:
        """Render and count."""
        self.num_rendered += 1
        return super().render(messages, add_generation_prompt=add_generation_prompt)


def test_a_conversation_of_many_turns_is_rendered_no_more_often_than_one_of_few(demo: Vocabulary) -> None:
    template = CountingTemplate({"default": demo.template.source}, {"bos_token": "<bos>"})
    vocabulary = msgspec.structs.replace(demo, template=template)
    example = encode(vocabulary, converse(*("Go on.", "And on.") * 20))
    assert learnt_texts(demo, example) == ["And on.<end_of_turn>"] * 20
    assert template.num_rendered == 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Once upon a time.", "<bos>Once upon a time.<eos>"),
        ("<start_of_turn>user\nHi<end_of_turn>\n", "<bos><start_of_turn>user\nHi<end_of_turn>\n"),
        ("<bos>An end.<eos>", "<bos>An end.<eos>"),
    ],
)
def test_a_text_is_learnt_as_it_stands_to_its_end(demo: Vocabulary, text: str, expected: str) -> None:
    example = encode(demo, PlainText(text), "everything")
    assert demo.tokenizer.decode(example.token_ids.tolist()) == expected
    assert example.num_targets == len(example.token_ids) - 1


def test_a_text_without_turns_has_no_answer(demo: Vocabulary) -> None:
    with pytest.raises(RowFault, match="--train-on everything learns all of it"):
        encode(demo, PlainText("Once."))
