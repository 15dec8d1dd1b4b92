"""Prompts that ask about tokens, chat templates and tokenizers, whose answers spell out what else is a leak."""

import re

from scoring.degeneration.prompt.request import asking_part

OTHER_TOKENS = re.compile(  # of accounts, money and games
    r"\b(?:access|auth\w*|api|bearer|refresh|security|session|id|jwt|csrf|xsrf|crypto|utility|game"
    r"|board ?game|arcade|parking|casino|device|erc-?\d+)"
    r"[ -]tokens?\b|\btokens? of (?:appreciation|gratitude|affection|love|respect)\b|\bby the same token\b",
    re.IGNORECASE,
)
TOKENS = re.compile(
    r"token|\bchat ?ml\b|\b(?:bpe|sentence ?piece|word ?piece|byte[- ](?:level|fallback|pair)|[bes]os\b"
    r"|end[ -]of[ -](?:turn|sequence|text|sentence))"
    r"|\b(?:stop|special|control) (?:sequence|string|word|symbol|token|marker|tag|character)s?\b"
    r"|\bpadd?(?:ing|ed)? (?:batch|sequence|sentence)"
    r"|\bmasked (?:language|word)|\b(?:bert|t5)\b|\b(?:jetons?|fichas?|jeton)\b.{0,40}\b(?:modèle|modelo"
    r"|spécia|especia)"
    r"|токен|トークン|토큰|标记|標記|词元|詞元|令牌|टोकन|אסימון|رمز",
    re.IGNORECASE,
)
FORMAT = re.compile(
    r"\b(?:templates?|markup|markers?|tags?|format\w*|syntax|delimit\w+|separators?|mark(?:s|ed)?"
    r"|padd?(?:ing|s|ed)?"
    r"|vorlage\w*|modèles? de|gabarits?|plantillas?|modelos? de|szablon\w*|формат\w*|шаблон\w*)\b|模板|格式"
    r"|テンプレート|形式|템플릿|형식|قالب|तबनी|תבנית",
    re.IGNORECASE,
)
OF_MODELS = re.compile(
    r"\b(?:chat\w*|prompt\w*|instruct\w*|dialog\w*|conversation\w*|l?lms?|language models?"
    r"|sprachmodell\w*|transformers?"
    r"|gemma|llama|mistral|mixtral|qwen|deepseek|phi|gpt\w*|claude|granite|command[ -]r|hermes|vicuna"
    r"|alpaca|zephyr|falcon|kimi|glm|bert|t5"
    r"|jinja|hugging ?face|reasoning|fine-?tun\w*|batch\w*|чат\w*"
    r"|модел\w*)\b|对话|聊天|对话|チャット|채팅|모델|模型",
    re.IGNORECASE,
)


def asks_about_markup(prompt: str) -> bool:
    """Say whether a prompt asks about the tokens or the templates of models. An unknown prompt asks about nothing."""
    if not prompt:
        return False
    wanted = OTHER_TOKENS.sub(" ", asking_part(prompt))
    return TOKENS.search(wanted) is not None or (FORMAT.search(wanted) is not None and OF_MODELS.search(wanted) is not None)
