"""Special tokens: those that leak, whatever the family, and those that an answer speaks about."""

import pytest

from tests.scoring.degeneration.judging import flags

PROMPT = "Explain how rainwater collects in a barrel."
LEAD = "A barrel under the gutter gathers what the roof sheds. The first flush carries dust, so most people divert it."

FAMILIES = (
    # Gemma 3 and 4
    "<pad> <eos> <bos> <unk> <mask> <unused41> <end_of_turn> </end_of_turn> </start_of_turn> <start_of_image>",
    "<image_soft_token> <audio_soft_token> <ctrl94> <|turn> <turn|> <|channel> <|tool_call> <tool_call|> <|tool_response>",
    '<|"|> <0xEA> <0x0A>',
    # Llama, Mistral
    "<|eot_id|> <|eom_id|> <|start_header_id|> <|reserved_special_token_5|> <|finetune_right_pad_id|> <|python_tag|> </s>",
    "[INST] [/INST] <<SYS>> <</SYS>> [TOOL_CALLS] [AVAILABLE_TOOLS] [IMG_END] [control_8]",
    # Qwen, DeepSeek, gpt-oss, Phi, GLM, Kimi, Granite, Cohere, EXAONE, InternLM
    "<|im_end|> <|im_start|> <|endoftext|> <|vision_start|> <|image_pad|> <|fim_middle|> <|file_sep|> <｜end▁of▁sentence｜>",
    "<｜tool▁calls▁begin｜> <|EOT|> <|channel|> <|message|> <|return|> <|user|> <|assistant|> <|end|> [gMASK] <sop>",
    "<|observation|> <|tool_calls_section_begin|> <|media_begin|> <|im_middle|> <|end_of_role|> <|END_OF_TURN_TOKEN|>",
    "<BOS_TOKEN> [|endofturn|] [|user|] <|action_start|> <eoh>",
    # BERT, T5, code models, others
    "[PAD] [UNK] [CLS] [SEP] [MASK] [unused3] <extra_id_0> <reserved_106> <fim_prefix> <file_sep> <end_of_utterance> <PAD>",
    "<seed:bos> <SPECIAL_12> <|begin_of_solution|>",
)
TOKENS = [token for family in FAMILIES for token in family.split()]


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    "text", [f"{LEAD} After that @", f"{LEAD}@\nMore of it.", f"@\n{LEAD}", f"{LEAD} @ and the rest @ of it.", "@", "@@@", "@ @ @"]
)
def test_token_within_or_behind_an_answer_is_a_leak(token: str, text: str) -> None:
    found = {flag.flag: flag.tier for flag in flags(text.replace("@", token), prompt=PROMPT)}
    assert found["special_token_leak"] == "hard"


@pytest.mark.parametrize(
    "text",
    [
        "It sums up.\n</think>\n\nFour.",
        "It sums up.</thinking>Four.",
        "It sums up.\n[/THINK]\nFour.",
        "It sums up.<channel|>Four.",
        "It sums up.</think>" + "\n" * 200 + "Four.",
        "<s> A barrel holds water.",
        "<s>A barrel holds water.</s>",
        "TheĠbarrelĠholdsĠwater.",
        "The barrel is full.ĊIt isĊ",
        "▁The▁barrel▁holds▁water",
        "A bar@@ rel hol@@ ds wa@@ ter.",
        "a bar ##rel hold ##s rain ##water",
        "Ġthe Ġbarrel Ġholds Ġthe Ġwater Ġof Ġthe Ġroof",
        "It isnâĢĻt full.",
        "".join(f"<0x{37 * number % 256:02X}>" for number in range(60)),
        '"Fine."<eos>',
        'He said "fine<eos>',
        "**Barrel**<end_of_turn>",
        "- Gutter\n- Barrel<eos>",
        '{"answer": "barrel"}<|im_end|>',
        "Use your access token.<|eot_id|>",
        "Use the tag. <|im_end|>",
        "A barrel <pad> is full of water.",
        "This is called a diverter, and it sits under the gutter <pad> near the roof.",
        "The water cycle means rain falls often on roofs and then <end_of_turn>",
    ],
)
@pytest.mark.parametrize("prompt", [None, PROMPT, "How do I rotate an access token?"])
def test_leak_is_hard_whatever_was_asked(text: str, prompt: str | None) -> None:
    assert [flag.tier for flag in flags(text, prompt=prompt) if flag.flag == "special_token_leak"] == ["hard"]


@pytest.mark.parametrize(
    "text",
    [
        "The special tokens are <pad>, <eos>, <bos> and <unk>.",
        "The Gemma tokenizer has <pad>, <eos>, <bos> and <unk> as its special tokens.",
        "ChatML wraps each turn in <|im_start|> and <|im_end|>.",
        "In ChatML, a message begins with <|im_start|>user and ends with <|im_end|>.",
        "Each message stands between the tokens <|im_start|> and <|im_end|>:\n\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n",
        "The padding token is called <pad>. It fills short rows.",
        "Tokenizers pad short rows with <pad> so that a batch has one shape.",
        'The row has "<pad>" at its end.',
        "It is **<pad>**, which fills rows.",
        "They use '<start_of_turn>' and '<end_of_turn>' for that.",
        "Use “<|eot_id|>” here.",
        "- <pad>: fills a batch\n- <eos>: ends a text\n- <bos>: begins it",
        "1. **<pad>** – padding\n2. **<eos>** – end",
        "* <pad>\n* <eos>\n* <bos>",
        "| Name | Use |\n|---|---|\n| <pad> | padding |\n| <eos> | end |",
        "<eos> marks the end of a text.",
        "BERT puts the [CLS] token first and separates sentences with [SEP].",
        "Das Token <pad> füllt auf.",
        "Le jeton <pad> complète le lot.",
        "El token <eos> marca el final.",
        "Токен <pad> дополняет строки.",
        "标记<pad>用于填充。",
        "トークン<pad>は埋めるためです。",
        "The model closes its reasoning with the tag </think>, then answers.",
        "Llama wraps what the user says in [INST] and [/INST].",
        "the end-of-sequence token (<eos>) stops generation",
        "Bytes are written as <0x0A>, <0x0D> and so on.",
        "ip addr add <addr>/<mask> dev eth0",
        "Options: --pad <pad> sets the padding.",
        "<|anna|> hi all\n<|ben|> hello",
    ],
)
@pytest.mark.parametrize("prompt", [None, PROMPT])
def test_token_that_is_spoken_of_is_a_hint(text: str, prompt: str | None) -> None:
    assert "hard" not in [flag.tier for flag in flags(text, prompt=prompt)]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("What is ChatML?", "A turn is\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\nHi<|im_end|>"),
        ("Why do tokenizers pad?", "Rows are of unequal length: cat <pad> <pad>"),
        ("What does the chat template of Gemma look like?", "<start_of_turn>user\nHi<end_of_turn>\n<start_of_turn>model\n"),
        ("the chat template?", "<bos><start_of_turn>user\nHi<end_of_turn>"),
        ("List the special tokens of Gemma.", "<pad>\n<eos>\n<bos>\n<unk>"),
        ("Wie sieht die Chat-Vorlage von Llama aus?", "<|start_header_id|>user<|end_header_id|>\n\nHallo<|eot_id|>"),
        ("How does Mistral mark instructions?", "<s>[INST] Hi [/INST] Hello</s>"),
        ("What does BERT do with a sentence pair?", "[CLS] A man. [SEP] A dog. [SEP]"),
        ("Как выглядит шаблон чата Gemma?", "<start_of_turn>user\nПривет<end_of_turn>"),
        ("Gemma 的对话模板是什么？", "<start_of_turn>user\n你好<end_of_turn>"),
        ("What is byte fallback?", "An unknown letter becomes <0xEA><0xB9><0x80>."),
        ("How does a tokenizer split words?", "unĠhappyĠdays"),
    ],
)
def test_token_in_an_answer_to_a_question_about_tokens_is_a_hint(prompt: str, text: str) -> None:
    assert "hard" not in [flag.tier for flag in flags(text, prompt=prompt)]
    assert "hard" in [flag.tier for flag in flags(text, prompt=PROMPT)]


@pytest.mark.parametrize(
    "text",
    [
        "▁▂▃▄▅▆▇█ cpu ▁▂▁▂▃",
        "SentencePiece writes ▁ for a space, as in ▁the.",
        "@@ -1,3 +1,4 @@ def",
        "F#: x <| y and y |> z",
        "See [1], [SEP 2020] and [x].",
        "std::vector<int> a; List<String> b; <T>",
        "Ġorġ Borg twieled fil-Belt. Ġanni mar l-Ġermanja f'Ġunju. Ċensu hawn.",
        "Use <s>old</s> new <w>word</w>.",
        "<think>Two and two.</think>Four.</think>Really.",
    ],
)
def test_other_signs_are_none(text: str) -> None:
    assert flags(text) == ()


def test_hard_leak_after_a_hint_is_what_is_flagged() -> None:
    text = "The token <pad> fills rows. " + LEAD + "<eos>"
    (flag,) = flags(text)
    assert (flag.tier, flag.unit, flag.start) == ("hard", "<eos>", len(text) - 5)


@pytest.mark.parametrize("text", [r'The pattern is r"(?P<sep>,|;)" here.', "Here are examples of C</s> and C</m> in action."])
def test_marker_that_is_part_of_code_is_none(text: str) -> None:
    assert flags(text) == ()
