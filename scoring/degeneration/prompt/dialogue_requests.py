"""Prompts that ask for turns of a talk, or whose answer may well have them."""

import re

from scoring.degeneration.prompt.loose_requests import why_loose
from scoring.degeneration.prompt.request import asking_part

DIALOGUE = re.compile(
    r"\b(?:dialog\w*|convers\w+|chats?|chat ?log|transcri\w+|interview\w*|scripts?|screen ?play\w*|scenes?|skits?|sketch\w*|drama\w*"
    r"|q ?(?:&|and|/|n) ?a|faqs?|quiz\w*|flash ?cards?|role[ -]?play\w*|few[ -]shot|debates?|catechism|riddles?|jokes?|trivia"
    r"|alpaca|vicuna|chat ?ml|training data|data ?sets?"
    r"|gespräch\w*|unterhaltung\w*|entretiens?|conversaci\w+|diálogo\w*|intervist\w*|entrevist\w*|gesprek\w*|rozmow\w*|wywiad\w*|sohbet\w*"
    r"|diyalog\w*|диалог\w*|разговор\w*|бесед\w*|интервью|чат\w*)\b"
    r"|对话|對話|聊天|问答|問答|采访|訪談|会话|対話|会話|インタビュー|チャット|대화|인터뷰|채팅|حوار|محادثة|مقابلة"
    r"|संवाद|बातचीत|साक्षात्कार|דיאלוג|שיחה|ראיון",
    re.IGNORECASE,
)
SIDES = re.compile(
    r"\b(?:users?|humans?|assistants?|ai|(?:chat ?)?bots?|agents?|customers?|models?|llms?|support"
    r"|instructions?|persona\w*"
    r"|prompts?|examples?|samples?|exchanges?|discuss\w+|messages?|questions|tests?|exams?|worksheet|podcast|comic|plays|templates?|format\w*|turns"
    r"|beispiele?|fragen|preguntas|perguntas|domande|vragen|pytania|вопросы|exemples?|ejemplos?|exemplos?|esempi\w*"
    r"|benutzer\w*|nutzer\w*|utilisateur\w*|usuari\w+|utente|gebruiker\w*|пользовател\w*)\b|用户|用戶|助手|ユーザー|사용자",
    re.IGNORECASE,
)


def asks_for_dialogue(prompt: str) -> bool:
    """Say whether the turns of a talk, or questions with answers, are what is wanted."""
    return DIALOGUE.search(asking_part(prompt)) is not None


def allows_dialogue(prompt: str) -> bool:
    """Say whether an answer may have them though the prompt does not ask: it is about those who talk, or leaves the form open."""
    return SIDES.search(asking_part(prompt)) is not None or why_loose(asking_part(prompt)) is not None
