"""The control tokens of the model families that an endpoint may serve, in the spellings in which they turn up in text."""

import re

from scoring.scores import Tier

MAX_CORE_CHARS = 46
# `<pad>`, `</s>`, `<|eot_id|>`, `<|turn>`, `<turn|>`, `<｜end of sentence｜>`, `[PAD]`, `[|user|]`
CANDIDATE = re.compile(
    rf"<[^<>\s]{{1,{MAX_CORE_CHARS}}}>|<[|｜][^<>|｜\n]{{1,{MAX_CORE_CHARS - 2}}}[|｜]>"
    rf"|\[[^\[\]\s]{{1,{MAX_CORE_CHARS}}}\]"
)
# `/` and pipes on either side
SHAPE = re.compile(r"[<\[](?P<slash>/?)(?P<open>[|｜]*)(?P<core>.+?)(?P<close>[|｜]*)/?[>\]]")

# Between angles alone, where HTML, XML and places to fill in stand too.
ANGLED = re.compile(
    r"pad|bos|eos|unk|mask|cls|sep|sop|eop|eot|eom|eod|eoh|eoa|eoc|pad_?\d+|(?:bos|eos|unk|pad|mask|sep|cls)[_-]token"
    r"|(?:unused|ctrl|unk|loc|seg)_?\d+|(?:extra_id|reserved|special|special_token|mask)[_:]\d+"
    r"|(?:start|end|begin|beginning)[_-]of[_-]\w+|(?:\w+_)?soft_token|(?:im|eot|eom)[_-](?:start|end|sep"
    r"|id|patch)|im_(?:user|assistant|system|middle)"
    r"|(?:start|end)_header_id|(?:begin|end)_of_text|endoftext|startoftext|endofturn|fim[_-](?:prefix"
    r"|middle|suffix|pad)|file_sep|gh_stars"
    r"|issue_(?:start|comment|closed)|jupyter_(?:start|text|code|output|script)|commit_(?:before|msg"
    r"|after)|empty_output"
    r"|fake_token_around_image|global-img|row_\d+_col_\d+|image_newline|img_context|vision_(?:start|end)"
    r"|seed:\w+|boi_token|eoi_token"
    r"|(?:user|assistant|system|bot|human)_(?:start|end|token)"
)
BYTE_OR_SYSTEM = re.compile(r"0x[0-9A-F]{2}|SYS")  # `<0x0A>`, and what `<<SYS>>` holds
BRACKETED = re.compile(
    r"PAD|UNK|CLS|SEP|MASK|BOS|EOS|EOT|EOD|INST|/INST|/SYS|/?AVAILABLE_TOOLS|/?TOOL_CALLS|/?TOOL_RESULTS"
    r"|/?TOOL_CONTENT|/?SYSTEM_PROMPT"
    r"|/?MODEL_SETTINGS|CALL_ID|IMG_BREAK|IMG_END|BEGIN_AUDIO|gMASK|sMASK|multimodal|unused\d+|control_\d+"
)
QUOTE = '"'  # `<|"|>` is one of Gemma's
# Between pipes: the words of which such names are made, some of them in company only.
ALONE = re.compile(
    r"user|assistant|system|tools?|developer|model|human|bot|prompter|observation|start|end|message|channel"
    r"|return|call|constrain|turn|pad|bos|eos|unk|sep|mask|cls|eo[acdhmt]|header|think(?:ing)?|thought|reasoning|response|instruction"
    r"|ipython|audio|video|python|plugin|interpreter|knowledge|prompt|content|step|patch"
)
IN_COMPANY = re.compile(
    r"of|the|text|id|im|begin(?:ning|s)?|stop|chunk|tokens?|special|reserved|extra|unused|fim|prefix|suffix|middle"
    r"|hole|files?|repo(?:sitory)?|name|path|image|img|vision|box|quad|object|ref|point|ic|calls|outputs?|results?"
    r"|args?|key|value|param(?:eter)?s?|definition|def|role|context|query|answer|tag|block|code|sentence|document|doc"
    r"|segment|sequence|seq|placeholder|dummy|action|task|date|environment|final|analysis|comment(?:ary)?|control|to"
    r"|filename|fn|functions?|json|schema|citation|title|separator|sys|inst|chat|template|conversation|part"
)
STRUCTURAL = re.compile(r"start|end|begin|pad|bos|eos|sep|separator|mask|tokens?|special|reserved|calls?|fim|eot|im")
NAME = re.compile(r"[\w-]+")
JOINED = re.compile(r"(?:start|begin|end)of\w+|(?:reserved|unused|dummy|extra|placeholder|audio|image|video)\w*\d+|ipython|\d+")


def tier_of_token(marker: str) -> Tier | None:
    """Judge a match of `CANDIDATE`: hard for the tokens of known families, soft for what only looks like one, as `<|anna|>` does."""
    shape = SHAPE.fullmatch(marker)
    if shape is None:
        return None
    core, pipes = shape["core"], shape["open"] + shape["close"]
    if marker.startswith("["):
        if pipes:
            return "hard" if _is_made_of_words(core) else None
        return "hard" if BRACKETED.fullmatch(shape["slash"] + core) else None
    if pipes:
        is_known = "｜" in pipes or core == QUOTE or _is_made_of_words(core)
        return "hard" if is_known else "soft" if NAME.fullmatch(core) else None
    if BYTE_OR_SYSTEM.fullmatch(core):
        return "hard"
    return "hard" if ANGLED.fullmatch(core if core.islower() else core.lower() if core.isupper() else "") else None


def _is_made_of_words(core: str) -> bool:
    words = [word for word in re.split(r"[\W_▁]+", core.lower()) if word]
    if len(words) < 2:
        return bool(words) and (ALONE.fullmatch(words[0]) is not None or JOINED.fullmatch(words[0]) is not None)
    if any(map(STRUCTURAL.fullmatch, words)):
        return True
    return all(any(pattern.fullmatch(word) for pattern in (ALONE, JOINED, IN_COMPANY)) for word in words)
