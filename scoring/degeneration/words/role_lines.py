"""Lines that begin a turn in plain text: `user`, `Human: …`, `### Response:`, `**Assistant:** …`, `Q: …`."""

import re
from typing import Literal

import msgspec

Side = Literal["user", "model"]
Kind = Literal["bare", "heading", "label", "question"]
MAX_LABEL_CHARS = 40
MAX_BARE_CHARS = 16  # of a word that stands alone
BARE = frozenset(role for word in ("user", "model", "assistant", "human") for role in (word, word.title(), word.upper()))

USERS = (
    "user|human|benutzer|nutzer|mensch|utilisateur|humain|usuario|humano|usuário|utente|umano|gebruiker|użytkownik|człowiek|kullanıcı"
    "|пользователь|человек|用户|用戶|人类|人間|ユーザー?|사용자|인간|المستخدم|उपयोगकर्ता|משתמש"
)
MODELS = (
    "assistant|ai|ai assistant|bot|chat ?bot|chat ?gpt|gpt|gemma|llama|claude|assistent|assistente|asistente|asystent|asistan"
    "|ассистент|помощник|ии|助手|助理|アシスタント|어시스턴트|المساعد|सहायक|עוזר"
)
QUESTIONS = "q|question|frage|pregunta|pergunta|domanda|вопрос|问|問|問題|问题|質問|질문"
ANSWERS = "a|answer|antwort|réponse|respuesta|resposta|risposta|ответ|答|回答|答案|答え|답|답변"

DECORATION = " \t#-•>*_[<|"
_NAMES = "|".join((USERS, MODELS, QUESTIONS, ANSWERS, "instruction|response|model")).split("|")
INITIALS = frozenset(initial for name in _NAMES for initial in (name[0].lower(), name[0].upper()))
LABEL = re.compile(
    rf"(?P<heading>\#{{1,6}}\s*)?(?:[-•>]\s+)?[*_\[<]{{0,3}}\|?"
    rf"(?:(?P<user>{USERS}|(?P<instruction>instruction))|(?P<model>{MODELS}|(?P<response>response)|(?P<plain>model))"
    rf"|(?P<question>{QUESTIONS})|(?P<answer>{ANSWERS}))(?:\s?\d{{1,2}})?"
    rf"(?P<end>\|?[*_\]>]{{0,3}}\s?[:：][*_]{{0,2}}|\|?[*_\]>]{{0,3}}\s*$)",
    re.IGNORECASE,
)


class RoleLine(msgspec.Struct, frozen=True, kw_only=True):
    """Who speaks, and how the line says so."""

    side: Side
    kind: Kind
    label: str
    is_alone: bool  # what is said begins on the next line
    is_unsure: bool  # a label common in forms


def may_be_role_line(line: str) -> bool:
    """Say whether a line is worth reading: most are not."""
    if len(line) > MAX_BARE_CHARS and line.find(":", 0, MAX_LABEL_CHARS) < 0 and line[0] != "#" and (line.isascii() or "：" not in line):
        return False
    return line.lstrip(DECORATION)[:1] in INITIALS


def read_role_line(line: str) -> RoleLine | None:
    """Read the beginning of a line as the label of a turn."""
    line = line.strip()
    match = LABEL.match(line)
    kind = match and _kind(match)
    if not match or not kind:
        return None
    return RoleLine(
        side="user" if match["user"] or match["question"] else "model",
        kind=kind,
        label=match.group().strip(),
        is_alone=match.end() >= len(line),
        is_unsure=kind == "label" and match["plain"] is not None,
    )


def _kind(match: re.Match[str]) -> Kind | None:
    """Say how a line names a side; a word alone is a label only as templates write it."""
    has_colon = ":" in match["end"] or "：" in match["end"]
    if match["question"] or match["answer"]:
        return "question" if has_colon else None
    if match["heading"]:
        return "heading" if not match["plain"] else None
    if has_colon:
        return "label"
    return "bare" if match.group().strip() in BARE else None
