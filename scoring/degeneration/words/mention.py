"""Tells a marker that a sentence speaks about, `"<pad>"` or `the tokens <bos> and <eos>`, from one that leaked into it."""

import re

MARKER = r"(?:<[^<>\n]{1,46}>|\[[^\[\]\n]{1,46}\])"
ROLE = re.compile(r"\s?(?:user|model|assistant|system|developer|tool)\b")
SENTENCE_END = re.compile(r"[.!?…][\"'”’)*]*\s+|[。！？]|\n")

CLOSER_OF = {
    '"': '"',
    "'": "'",
    "“": "”",
    "„": "“”",
    "”": "”",
    "‘": "’",
    "‚": "‘",
    "«": "»",
    "»": "«",
    "‹": "›",
    "「": "」",
    "『": "』",
    "《": "》",
    "【": "】",
    "(": ")",
    "（": "）",
    "*": "*",
    "_": "_",
}
# `<bos>, <eos> and <pad>`; `<s>/</s>`.
JOINT = (
    r"\s*(?:[,;/、，；&+|→]|,?\s(?:and|or|und|oder|et|ou|y|e|o|en|of|i|lub|и|или|или|ve|veya|और)\b|和|或|及|と|や"
    r"|または|및|와|과|또는)\s*"
)
LISTED_BEFORE = re.compile(rf"{MARKER}(?:\w+)?[\"'”’»*]*{JOINT}[\"'“‘«*]*$")
LISTED_AFTER = re.compile(rf"^[\"'”’»*]*{JOINT}[\"'“‘«*]*{MARKER}")
# `- <pad>: fills a batch`, `1. <eos>`, `| <bos> | begins a text |`.
ENTRY = re.compile(r"^\s*(?:(?P<bullet>[-*•+–]|\d+[.)]|\|)\s+)?[*_]{0,2}$")
EXPLAINED = re.compile(r"^[*_]{0,2}\s*(?::|：|–|—|- |=|\(|（|→|->|\|)[*_]{0,2}[ \t]*\S")
LINE_ENDS = re.compile(r"^[*_]{0,2}[,;]?[ \t]*(?:\n|$)")

NAMING = (
    # English, and what other languages write alike
    r"\b(?:[\w-]*token\w*|tags?|tagged|markers?|delimiters?|separators?|sentinels?|placeholders?|symbols?"
    r"|tokeni[sz]\w+|vocabulary|chatml"
    r"|templates?|strings?|called|named|spelled|spelt|denot\w+|marks? (?:the|an?)|stands? for|padding"
    r"|marker\w*|markierung\w*|sonderzeichen|platzhalter\w*|zeichen(?:kette)?|genannt|heißt|steht für"
    r"|jetons?|balises?|marqueurs?|symboles?|appelée?s?|étiquettes?"
    r"|etiquetas?|marcador\w*|símbolos?|fichas?|llamad\w+|chamad\w+|simbol[oi]|marcator[ei]|etichett\w+|chiamat\w+"
    r"|teken\w*|znacznik\w*|znak\w*|belirte\w+|etiket\w*|işaret\w*"
    r"|токен\w*|маркер\w*|тег\w*|символ\w*|называ\w+|обознача\w+|means|bedeutet|signifie|significa|означа\w+)\b"
    r"|标记|標記|令牌|符号|符號|词元|詞元|标签|トークン|タグ|記号|マーカー|と呼|토큰|태그|기호|마커|رمز|وسم|אסימון|תג|סימן|टोकन|टैग|चिह्न"
)
SPEAKS = re.compile(NAMING, re.IGNORECASE)
# `rows end in <pad>`, `the model emits an <eos>`
LEADS_UP = re.compile(
    r"\b(?:(?:pads?|padded|mark(?:s|ed)?|start(?:s|ed)?|begins?|ends?|ended|open(?:s|ed)?|closed?|closes"
    r"|wrap(?:s|ped)?|enclosed?"
    r"|surround(?:s|ed)?|separated?|delimit(?:s|ed)?|prefix(?:ed)?|suffix(?:ed)?"
    r"|filled)(?: \w+){0,2} (?:with|by|in|between|as)"
    r"|(?:emit|predict|generat|output|insert|prepend|append)\w*)(?: an?| the)?\s+[\"'*]*$",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"^[\"'”’*]*\s+(?:is|are|was|means?|marks?|stands?|denotes?|indicates?|represents?|signals?|tells?"
    r"|begins?|starts?|ends?|opens?|closes?"
    r"|fills?|pads?|separates?|replaces?|appears?|goes|comes at|ist|steht|bedeutet|beginnt|beendet|est"
    r"|indique|marque|signifie|es|indica|marca"
    r"|significa|é|è|oznacza|означает|обозначает|это|表示|是|はは?)\b",
    re.IGNORECASE,
)
# `ip addr add <addr>/<mask>`, `--pad <pad>`: places in a line of usage that something else fills.
PLACE = re.compile(
    r"(?:^|\s)-{1,2}[A-Za-z][\w-]*[ =]$|^\W*[a-z]+(?:[A-Z_]\w*)+ $|^\s*[#;%*]\s{2,}$"
    r"|<(?!(?:br|hr|p|b|i|u|s|em|strong)>)[a-z][a-z _-]*>[^<>\n]{1,3}$"
)
SPEAKER = re.compile(r"user|human|prompter|assistant|bot|model|system|tool", re.IGNORECASE)  # `<|user|>: …` is a turn, no entry


def sentence_before(before: str) -> str:
    """Give what of the sentence at hand stands before its end."""
    ends = [match.end() for match in SENTENCE_END.finditer(before)]
    return before[ends[-1] :] if ends else before


def is_mentioned(before: str, marker: str, after: str) -> bool:
    """Say whether a marker between these stretches is spoken of; at the end of a sentence that says nothing of it, it is a leak."""
    role = ROLE.match(after)
    behind = after[role.end() :] if role else after
    if _is_quoted(before, behind) or LISTED_BEFORE.search(before) or LISTED_AFTER.match(behind):
        return True
    line = before.rpartition("\n")[2]
    entry = ENTRY.match(line)
    if entry and (entry["bullet"] or not SPEAKER.search(marker)) and EXPLAINED.match(behind):
        return True
    if entry and entry["bullet"] and LINE_ENDS.match(behind):
        return True
    if PLACE.search(line):
        return True
    return not _is_glued(before, behind) and _is_said(before, behind)


def _is_quoted(before: str, behind: str) -> bool:
    return before != "" and behind != "" and behind[0] in CLOSER_OF.get(before[-1], "")


def _is_glued(before: str, behind: str) -> bool:
    """It follows a letter or a full stop without a space, as no word does, or another marker does so."""
    follows = before != "" and before[-1].isascii() and not before[-1].isspace() and before[-1] not in "\"'(*_:/-="
    return follows or behind.startswith("<")


def _is_said(before: str, behind: str) -> bool:
    sentence = sentence_before(before)
    if LEADS_UP.search(sentence):
        return True
    end = SENTENCE_END.search(behind)
    rest = behind[: end.start()] if end else behind
    if not sentence.strip():  # it opens the sentence, or stands after all sentences
        return GOES_ON.match(rest) is not None
    return SPEAKS.search(sentence) is not None or GOES_ON.match(rest) is not None or SPEAKS.search(rest[:24]) is not None
