"""Requests to say something many times, and of what: `write "I will not talk" fifty times`, `repeat after"
" me`."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from scoring.degeneration.prompt.clauses import SENTENCE, explains, tells, without_quotes
from scoring.degeneration.prompt.counts import ENGLISH, counts, in_small_letters, may_count
from scoring.degeneration.prompt.naming import holds

SAYS = re.compile(
    r"\b(?:say|says|saying|write|writes|writing|print|prints|printing|type|types|typing|output|outputs|repeat"
    r"|repeats|repeating|sing|sings|singing|chant|chants"
    r"|copy|copies|echo|echoes|recite|recites|shouts?|screams?|yells?|whispers?|tell (?:me|us|him|her|them)"
    r"|give (?:me|us)|show(?: me| us)?|generate|produce"
    r"|state|list|answers?|reply|replies|respond|responds|send|display|put|use|include|mention|mentions|spam"
    r"|paste|quote|utters?|thanks?|greets?"
    r"|apologi[sz]es?|asks?|refuses?|begs?|promises?|add|insert|fill|create|make|draw|keep(?:s|ing)?|count"
    r"|render|continue)\b",
    re.IGNORECASE,
)
SAYS_ELSEWHERE = re.compile(
    r"\b(?:schreib\w*|sag(?:e|en|t|st)?|wiederhol\w*|sing\w*|gib|druck\w*|tipp\w*|nenne\w*|kopier\w*|ruf\w*"
    r"|[ée]cri\w*|dis|dites?|r[ée]p[èée]t\w*|chante\w*"
    r"|copi\w*|tape\w*|affich\w*|escrib\w*|dime|diga|repit\w*|repet\w*|cant[ae]\w*|imprim\w*|muestra|escrev\w*"
    r"|diz|digite|mostre|scriv\w*|dici|ripet\w*"
    r"|stampa\w*|schrijf|zeg|herhaal\w*|napisz\w*|powiedz\w*|powt[óo]rz\w*|wypisz|напиш\w*|пиши\w*|скаж\w*"
    r"|повтор\w*|напечат\w*|вывед\w*|спой\w*"
    r"|надрук\w*|yaz\w*|söyle\w*|tekrarla\w*|viết\w*|nói|lặp|in ra|nhắc|tulis\w*|katakan\w*|ulang\w*|cetak"
    r"|ketik|skriv\w*|säg|upprepa|gentag"
    r"|gjenta|napiš\w*|řekni|opakuj|toista|kirjoita|írd|írj\w*|mondd|ismételd|scrie\w*|spune|repetă)\b"
    r"|写|寫|说|說|重复|重複|打印|输出|輸出|念|抄|唱|喊|書|言っ?て|言い|繰り返|くりかえ|出力|唱え|歌っ|써|쓰|적어|말해|말하|반복|출력|외치|외쳐|불러"
    r"|اكتب|قل|كرر|ردد|اطبع|लिख|कह|बोल|दोहरा|छाप|เขียน|พูด|γράψε|πες|লেখ|লিখ|বল|بنویس|بگو|எழுது|சொல்|రాయి|వ్రాయి|ಬರೆ|എഴുത|כתוב|אמור|חזור",
    re.IGNORECASE,
)
COPIES = re.compile(
    rf"\b(?:\d+|{ENGLISH}(?:[ -]{ENGLISH}){{0,3}}) (?:more |identical |exact )?(?:(?:copies|repetitions"
    r"|instances|iterations) of|lines (?:of|saying|with|that say)"
    r"|(?:capital |lowercase |uppercase |letter |small )?[A-Za-z]'s)\b",
    re.IGNORECASE,
)
# Between the verb and the number: what makes it a sentence about something that happened so often.
TURNED_ASIDE = re.compile(
    r"\b(?:about|on|regarding|concerning|who|whose|that|which|where|when|how|why|whether|explain\w*|what|of"
    r" (?:the|a|when))\b",
    re.IGNORECASE,
)
IN_PLACE = re.compile(
    r"\bon (?:it|page|the (?:board|screen|page)|paper|(?:one|a new|each|the same|its own|separate) lines?)\b", re.IGNORECASE
)
REPEATS = re.compile(
    r"(?:^\W*(?:(?:please|now|just|then|only|and|simply|ok|okay|so)\W+)*|\b(?:please|then|and|must|should|to"
    r"|just|always|only|(?:can|could|will|would) you) +|[,:] *)"
    r"(?:repeat(?:ing)?|echo|copy|keep (?:say|repeat|writ|print|sing|chant|typ|output)ing)\b"
    r"(?! (?:itself|themselves|customers?|offen\w+|visit\w*|business|buyers?|purchases?|prescriptions?|until"
    r"|loops?|signs?|bars?|performances?|patterns? in|history))"
    r"|\b(?:r[ée]p[èée]t(?:e|ez|er|ons)|repit[ae]\w*|repet(?:ir|e|i)|ripet(?:i|ere|ete)|wiederhol(?:e|t|en)?"
    r"|herhaal|powt[óo]rz\w*|повтор(?:и|ите|яй|яйте|ить)"
    r"|tekrarla|lặp lại|nhắc lại|ulangi|upprepa|gentag|gjenta|opakuj|toista)\b|重复|重複|繰り返し|繰り返せ|くりかえ|반복|كرر|ردد"
    r"|दोहरा",
    re.IGNORECASE,
)
FORBIDS = re.compile(
    r"(?:\b(?:not|never|no|without|avoid\w*|stop|nicht|ohne|keine?|vermeide\w*|ne|pas|sans|jamais|évite\w*|sin"
    r"|não|nunca|evit\w+|sem|non|senza|niet|zonder|nie"
    r"|bez|unikaj|не|без|избега\w*|уника\w*|đừng|không|jangan|tanpa)|n't)(?: \w+){0,2} $|(?:不要|不|别|避免|勿|لا "
    r"|बिना )$",
    re.IGNORECASE,
)
FORBIDS_AFTER = re.compile(r"\s*(?:ないで|さないで|しない|さず|せず|하지 ?마|없이|ma\b)", re.IGNORECASE)
# What is to be said, where its words are given.
QUOTED = re.compile(
    r"\"([^\"\n]{1,2000})\"|“([^“”\n]{1,2000})”|„([^„“”\n]{1,2000})[“”]|«([^«»\n]{1,2000})»|「([^「」\n]{1,2000})」"
    r"|『([^『』\n]{1,2000})』"
    r"|(?<!\w)['‘]([^'‘’\n]{1,2000})['’](?!\w)|`([^`\n]{1,2000})`"
)
AFTER_COLON = re.compile(r"[^.!?。！？\n:：]{0,80}[:：]\s*(\S.{0,2000})", re.DOTALL)
CALLED = re.compile(
    r"\b(?:words?|phrases?|letters?|numbers?|sentences?|lines?|names?|string|emojis?|characters?|digits?"
    r"|symbols?|syllables?|text|command) "
    r"(?!(?:of|in|that|from|above|below|you|again|over|with|for|to|each|every|per|on|at|and|or|is|many|several"
    r"|below|exactly|until|forever|saying"
    rf"|{ENGLISH}|\d+)\b)((?:(?! (?:over|again|until|forever|exactly|for|in|on|at|\d+"
    rf"|{ENGLISH})\b)[^.!?,;:\n])+)",
    re.IGNORECASE,
)
IDLE = re.compile(
    r"^\W*(?:(?:me|us|out|down|again|just|only|exactly|at least|about|around|up to|like|back|aloud|say|saying"
    r"|writ|repeat\w*|ing)\b\W*)*",
    re.IGNORECASE,
)
OF_NO_NAME = re.compile(
    r"(?:the|a|an|your|my|his|her|its|their|our|this|that|these|those|it|them|any|some|one|each|every|same"
    r"|something|anything|nothing|no|random|different"
    r"|words?|sentences?|lines?|letters?|numbers?|nonsense|gibberish|everything|all|whatever|what|you|him|her"
    r"|sorry|please|to|in|on|with|for)\b",
    re.IGNORECASE,
)
MAX_REQUESTS = 20
MAX_COUNTS = 60  # that are looked at: a prompt with more is a text to work on


def asks_for_copies(prompt: str, unit: str) -> bool:
    """Say whether a prompt asks to say this unit many times, or to repeat something whose words it does not give."""
    requests, quoted = _read(prompt)
    if requests and quoted:
        return any(holds(unit, words) for words in quoted)
    return any(not named or any(holds(unit, words) for words in named) for named in requests)


@lru_cache(maxsize=1)  # of a text that loops, every loop asks of the same prompt
def _read(prompt: str) -> tuple[tuple[list[str], ...], frozenset[str]]:
    """Return the requests, each with the words that it gives outside quotes, and what stands in quotes."""
    requests = tuple(islice(_requests(prompt), MAX_REQUESTS))
    return requests, frozenset(text for groups in QUOTED.findall(prompt) for text in groups if text) if requests else frozenset()


def _requests(prompt: str) -> Iterator[list[str]]:
    masked = without_quotes(prompt)
    num_counts = 0
    for found in SENTENCE.finditer(masked):
        if explains(found[0]):
            continue
        counted = [*islice(_counts(found[0]), MAX_COUNTS - num_counts)]
        num_counts += len(counted)
        for end, said in (*_counted(found[0], counted), *_repeated(found[0])):
            called = [match[1] for match in CALLED.finditer(found[0])]
            colon = AFTER_COLON.match(masked, found.start() + end)
            yield called + ([colon[1]] if colon else []) or said


def _counts(sentence: str) -> Iterator[re.Match[str]]:
    """Find what says how often. Small letters are told apart no more, and most sentences say nothing of the kind."""
    small = in_small_letters(sentence)
    if may_count(small):
        yield from counts().finditer(small)
    yield from COPIES.finditer(sentence)


def _counted(sentence: str, counted: Sequence[re.Match[str]]) -> Iterator[tuple[int, list[str]]]:
    """Find `write … fifty times`: where it ends, and what stands between, if that is said."""
    if not counted:
        return
    verbs = sorted((*SAYS_ELSEWHERE.finditer(sentence), *SAYS.finditer(sentence)), key=re.Match.start)
    last_elsewhere = max((verb.start() for verb in verbs if verb.re is SAYS_ELSEWHERE), default=-1)
    for count in counted:
        before = sentence[: count.start()]
        if tells(sentence, before):
            continue
        verb = next((verb for verb in reversed(verbs) if verb.end() <= count.start()), None)
        if verb is None:
            if before.strip(" ,.:;-*\"'") == "" or last_elsewhere >= count.end():
                yield count.end(), []
            continue
        between = before[verb.end() :]
        if TURNED_ASIDE.search(IN_PLACE.sub("", between)) or FORBIDS.search(before[: verb.start()][-60:]):
            continue
        yield count.end(), _bare_words(between) if verb.re is SAYS else []


def _repeated(sentence: str) -> Iterator[tuple[int, list[str]]]:
    """Find `repeat …`."""
    for verb in REPEATS.finditer(sentence):
        if FORBIDS.search(sentence[: verb.start()][-60:] + " ") is None and FORBIDS_AFTER.match(sentence, verb.end()) is None:
            yield verb.end(), []


def _bare_words(between: str) -> list[str]:
    """Return `hello` of `say hello fifty times`; nothing where it says `the same answer`."""
    said = IDLE.sub("", between).strip()
    return [said] if said.strip("\"'“”„«»‘’`\0 ,:") and OF_NO_NAME.match(said) is None and "\0" not in said else []
