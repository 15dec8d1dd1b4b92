"""How many tokens a text takes, guessed from the text alone, so that all who judge an answer agree, with a tokenizer at hand or without.

The guess follows what Gemma 3 spends: a digit and a sign a token each, and so a line's end; a word of Latin letters, with the blank before
it, one for every six letters; of other alphabets one for three, of Chinese and Japanese one for two characters.
"""

import re

HAN = r"\u2e80-\u2fff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # and Kana
HANGUL = r"\u1100-\u11ff\u3130-\u318f\uac00-\ud7ff"
TOKEN = re.compile(rf"[A-Za-z\u00c0-\u024f]{{1,6}}|[{HAN}]{{1,2}}|[\u0250-\u1fff{HANGUL}]{{1,3}}|\n|\S")
DENSE = re.compile(rf"[{HAN}]")
HALF_DENSE = re.compile(rf"[{HANGUL}]")


def num_tokens(text: str) -> int:
    """Guess the number of tokens."""
    return len(TOKEN.findall(text))


def num_letters(text: str) -> int:
    """Count what the text says as Latin letters would say it: a character of Chinese or Japanese is three of them, one of Hangul two."""
    return len(text) if text.isascii() else len(text) + 2 * len(DENSE.findall(text)) + len(HALF_DENSE.findall(text))
