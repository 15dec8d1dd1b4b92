"""The scripts in which an answer to a prompt may be written: those that it uses, and those of the languages that it asks for."""

import re

from scoring.degeneration.prompt.request import asking_part
from scoring.degeneration.words.scripts import script_of

# Names of languages and scripts, in English and where they differ in German, French and Spanish.
LANGUAGES = {
    "Arabic": "arabic|arabisch|arabe|árabe|persian|farsi|urdu|pashto|uyghur",
    "Armenian": "armenian",
    "Bengali": "bengali|bangla|assamese",
    "Cyrillic": "russian|russisch|russe|ruso|ukrainian|ukrainisch|bulgarian|serbian|belarusian|macedonian|kazakh|mongolian|cyrillic",
    "Devanagari": "hindi|sanskrit|marathi|nepali|devanagari",
    "Ethiopic": "amharic|tigrinya",
    "Georgian": "georgian",
    "Greek": "greek|griechisch|grec|griego",
    "Gujarati": "gujarati",
    "Gurmukhi": "punjabi|gurmukhi",
    "Han": "chinese|chinesisch|chinois|chino|mandarin|cantonese|hanzi|kanji|japanese|japanisch|japonais|japonés",
    "Hangul": "korean|koreanisch|coréen|coreano|hangul",
    "Hebrew": "hebrew|hebräisch|hébreu|hebreo|yiddish",
    "Kana": "japanese|japanisch|japonais|japonés|hiragana|katakana|kana",
    "Kannada": "kannada",
    "Khmer": "khmer",
    "Lao": "lao",
    "Malayalam": "malayalam",
    "Mongolian": "mongolian",
    "Myanmar": "burmese",
    "Sinhala": "sinhala|sinhalese",
    "Tamil": "tamil",
    "Telugu": "telugu",
    "Thai": "thai|thaï|tailandés",
    "Tibetan": "tibetan",
}
ASKED = re.compile(
    r"\b(?:in|into|to|some|auf|ins|en|au)\s+(?:(?:simplified|traditional|modern|ancient|classical|colloquial|formal|standard)\s+)?(?P<after>\w+)"
    r"|\b(?P<before>\w+)\s+(?:alphabet|script|letters?|characters?|words?|phrases?|sentences?|names?|vocabulary|translations?|proverbs?|idioms?|poems?)\b",
    re.IGNORECASE,
)
ASKS_FOR_ANY = re.compile(
    r"\bpeople (?:say|speak)\b|\b(?:phrases|expressions|sayings|proverbs|greetings|languages)\b|\bhow (?:do|to|would|can)\b.{0,20}\bsay\b",
    re.IGNORECASE,
)
TRANSLATES = re.compile(r"\b(?:translat|transliterat|übersetz|tradui|traduc)\w*|\blanguages?\b", re.IGNORECASE)
# Prompts in other scripts that ask for English, German, French or a translation.
ASKS_FOR_LATIN = re.compile(
    r"английск|англійськ|немецк|французск|испанск|латин|перевед|переклад|英[语語文訳]|[德法]语|西班牙语|翻[译譯訳]|영어|번역"
    r"|إنجليزي|ترجم|अंग्रे|अनुवाद|אנגלית|תרגמ|αγγλικ|μετάφρα|μεταφρα|อังกฤษ|แปล",
    re.IGNORECASE,
)


def scripts_asked_for(prompt: str) -> frozenset[str]:
    """Return the scripts that an answer may use; none where that cannot be told."""
    used = {script for script in map(script_of, set(prompt)) if script}
    prompt = asking_part(prompt)
    if not used or ASKS_FOR_ANY.search(prompt):
        return frozenset()
    if "Kana" in used:
        used.add("Han")
    if ASKS_FOR_LATIN.search(prompt):
        used.add("Latin")
    named = {match.lastgroup and match.group(match.lastgroup).lower() for match in ASKED.finditer(prompt)}
    if TRANSLATES.search(prompt):
        named.update(re.findall(r"\w+", prompt.lower()))
    return frozenset(used | {script for script, languages in LANGUAGES.items() if not named.isdisjoint(languages.split("|"))})
