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

NOUNS = re.compile(
    r"\b(?:[\w-]*token\w*|tags?|tagged|markers?|delimiters?|separators?|sentinels?|placeholders?|tokeni[sz]\w+|chatml"
    r"|marker\w*|markierung\w*|sonderzeichen|platzhalter\w*|zeichenkette|jetons?|balises?|marqueurs?|étiquettes?"
    r"|etiquetas?|marcador\w*|fichas?|marcator[ei]|etichett\w+|znacznik\w*|belirte\w+|etiket\w*|токен\w*|маркер\w*|тег\w*)\b"
    r"|标记|標記|令牌|词元|詞元|标签|トークン|タグ|マーカー|토큰|태그|마커|وسم|אסימון|תג|टोकन|टैग",
    re.IGNORECASE,
)
# These speak of what stands right beside them only.
SAYING = re.compile(
    r"\b(?:symbols?|strings?|vocabulary|templates?|called|named|spelled|spelt|denot\w+|marks?|stands? for|means|padding"
    r"|turns? (?:is|are)|zeichen|genannt|heißt|steht für|bedeutet|symboles?|appelée?s?|signifie|símbolos?|llamad\w+|chamad\w+|significa"
    r"|simbol[oi]|chiamat\w+|teken\w*|znak\w*|işaret\w*|символ\w*|называ\w+|обознача\w+|означа\w+)\b"
    r"|符号|符號|表示|記号|と呼|기호|رمز|סימן|चिह्न",
    re.IGNORECASE,
)
MAX_SAYING_CHARS = 24
OTHERS = re.compile(r"<[^<>\n]*>?|\[[^\[\]\n]*\]?|^[^<>\s]*>")  # `<BOS_TOKEN>` speaks of nothing
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
    r"^[\"'”’*]*\s+(?:means?|marks?|stands? for|denotes?|indicates?|represents?|signals?|tells? the"
    r"|begins? (?:a|the|each)|starts? (?:a|the|each)|ends? (?:a|the|each)|opens? (?:a|the)|closes? (?:a|the)|pads|separates?"
    r"|steht für|bedeutet|beginnt|beendet|indique|marque"
    r"|signifie|indica|marca|significa|oznacza|означает|обозначает)\b",
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
    sentence, behind = OTHERS.sub(" ", sentence_before(before)), OTHERS.sub(" ", behind)
    if LEADS_UP.search(sentence):
        return True
    end = SENTENCE_END.search(behind)
    rest = behind[: end.start()] if end else behind
    beside = f"{sentence[-MAX_SAYING_CHARS:]} {rest[:MAX_SAYING_CHARS]}"
    if GOES_ON.match(rest) or NOUNS.search(rest[:MAX_SAYING_CHARS]):
        return True
    return sentence.strip() != "" and (NOUNS.search(sentence) is not None or SAYING.search(beside) is not None)
