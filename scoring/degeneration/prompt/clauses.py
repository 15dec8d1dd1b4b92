"""Whether a prompt asks for a thing that it names: `write a song`, not `who wrote the song?`; `in a table`, not `set the table`."""

import re
from collections.abc import Iterator
from itertools import islice

SENTENCE = re.compile(r"[^.!?;\n。！？؟।…]{1,1000}[.!?;\n。！？؟।…]?")
QUOTED = re.compile(
    r"\"[^\"\n]{1,400}\"|“[^“”\n]{1,400}”|„[^„“”\n]{1,400}[“”]|«[^«»\n]{1,400}»|「[^「」\n]{1,400}」|『[^『』\n]{1,400}』"
    r"|‘[^‘’\n]{1,400}’"
    r"|(?<!\w)'[^'\n]{1,400}'(?!\w)|`[^`\n]{1,400}`"
)
# Who asks about a thing, and then for it: `How many lines has the refrain? Write it out.`
WRITES_OUT = re.compile(
    r"\b(?:write|spell|type|print|sing|recite|read|say|give me|show me) (?:it|them|this|that|those|one|all|each|an? \w+|the \w+(?: \w+)?)"
    r" (?:all )?(?:out|in full|as well|too)\b",
    re.IGNORECASE,
)
# A sentence that begins so asks for an explanation or a fact.
EXPLAINS = re.compile(
    r"\W*(?:(?:and|but|so|well|hi|hello|hey|please|now|then|ok|okay)\b[, ]*)*"
    r"(?:(?:can|could|would|will) (?:you|someone|anyone|anybody|we|i) (?:please |briefly |quickly )?"
    r"(?:explain|describe|discuss|define|tell me (?:about|who|why|how|when|where|what)|summari[sz]e)\b"
    r"|(?:how|why|who|whom|whose|when|where|which|what|what's|whats|who's|explain|describe|discuss|define"
    r"|analy[sz]e|compare|contrast"
    r"|recommend|suggest|summari[sz]e|review|critique|evaluate|assess|outline|name|identify|translate|is|are|am"
    r"|was|were|does|do (?:you|we|i|they|people)|did|has|have|had"
    r"|should|shall|may|might|must|tell me (?:about|who|why|how|when|where|what|whether|if)|i have a question"
    r"|in (?:which|what)|on (?:which|what)|at what|for what|since when)\b"
    r"|(?:erklär\w*|beschreib\w*|wie|warum|weshalb|wieso|was|wer|wann|wo|welche\w*|woher|worüber)\b"
    r"|(?:expliqu\w+|décri\w+|comment|pourquoi|qui|que|quand|où|quel\w*|qu'est|est-ce)\b"
    r"|(?:[¿¡]?(?:explica\w*|describ\w+|qué|cómo|por qué|quién\w*|cuándo|dónde|cuál\w*|cuánt\w+))(?!\w)"
    r"|(?:expliqu\w+|descrev\w+|como|por que|porque|quem|quando|onde|qual|quais|quant\w+|o que)\b"
    r"|(?:spiega\w*|descriv\w+|come(?! up)|perché|chi|quando|dove|quale|quali|cosa|che cosa)\b"
    r"|(?:leg \w+ uit|beschrijf|hoe|waarom|wie|wat|wanneer|waar|welke?)\b"
    r"|(?:wyjaśnij|opisz|jak|dlaczego|kto|co|kiedy|gdzie|który|która|które)\b"
    r"|(?:объясни\w*|опиши\w*|расскажи\w*|как|почему|зачем|кто|что|когда|где|какой|какая|какие|сколько)\b"
    r"|(?:поясни\w*|опиши\w*|розкажи\w*|як|чому|хто|що|коли|де|який|яка|які|скільки)\b"
    r"|为什么|為什麼|怎么|怎麼|如何|什么|什麼|谁|誰|哪|解释|解釋|介绍|说明一下|请(?:解释|介绍|说明)|なぜ|どうして|どう|何|誰|いつ|どこ"
    r"|왜|어떻게|무엇|누가|언제|어디|لماذا|كيف|ما |من |متى|أين|اشرح|क्यों|कैसे|क्या|कौन|कब|कहाँ|समझा"
    r"|(?:neden|niçin|nasıl|kim|ne zaman|nerede|hangi|açıkla)\b|(?:tại sao|vì sao|giải thích|như thế nào)\b"
    r"|(?:mengapa|kenapa|bagaimana|siapa|kapan|di mana|jelaskan|apa)\b)",
    re.IGNORECASE,
)
# Questions whose answer is the thing itself.
SHOWS = re.compile(
    r"(?:\bhow (?:does|do|would|did) .{1,60}\b(?:go|look|sound)\b|\bwhat (?:does|do|would|will|is"
    r"|are) .{1,60}\b(?:look|sound|be) like\b"
    r"|\bwhat (?:are|is|were) the (?:full |complete |first |english )?(?:lyrics|words|text)\b|\bshow (?:me"
    r" )?what\b|\b(?:to|with) \d{2,} (?:decimal )?(?:places|digits|decimals|figures)\b)",
    re.IGNORECASE,
)
EXPLAINS_IN_ASIA = re.compile(
    r"为什么|為什麼|怎么样|是什么|什么意思|谁(?:写|唱)|なぜ|どういう|とは何|誰が|何ですか|について(?:教|説明)"
    r"|해석|설명|뭐야|무엇|क्या है|क्यों|समझा"
)
MAKES = re.compile(
    r"\b(?:write|writing|make|making|create|draw|drawing|give|giving|show|showing|print\w*|generat\w+|produc\w+"
    r"|compos\w+|sing|singing|output"
    r"|build|design|list|provide|display|render|type|need|want|fill|prepare|draft|invent|return|complete"
    r"|continue|finish|send|format|convert"
    r"|turn|put|present|recite|tell|play|perform|add|insert|encod\w+|decod\w+|simulat\w+|start|come up with|get"
    r"|see|would like|'d like|(?:can|could|may) i (?:have|get|see)|craft|pen|rap"
    r"|fabricate|construct|include|including|express|represent|spell|count|copy|repeat|paste|set up|lay out"
    r"|export|dump|reply|answer|respond"
    r"|do|help me (?:write|make|draw|create))\b",
    re.IGNORECASE,
)
TURNED_ASIDE = re.compile(
    r"\b(?:about|on|regarding|concerning|over|who|whose|that|which|where|when|how|why|whether|to|from|at|under"
    r"|around|near|explain\w*"
    r"|meanings?|differences?|history|histories|roles?|importance|review|analysis|summary|essay|report|help"
    r"|advice|tips|feedback|opinions?"
    r"|ideas?|recipes?|reasons?|ways?|names?|titles?|authors?|origins?|examples? of when)\b"
    r"|\b(?<!example )(?<!examples )(?<!sample )(?<!copy )(?<!lyrics )(?<!text )(?<!words )(?<!page )(?<!set )"
    r"(?<!kind )(?<!sort )(?<!type )"
    r"(?<!piece )(?<!verse )(?<!verses )(?<!bars )(?<!row )(?<!rows )(?<!pair )(?<!line )(?<!lines )(?<!minutes )"
    r"(?<!seconds )of\b",
    re.IGNORECASE,
)
WISHES = re.compile(r"\b(?:need|want|would like|'d like|please|must|should|can|could|will|and|,) ?", re.IGNORECASE)
IN_THAT_FORM = re.compile(r"\b(?:in|as|into|using)(?: an?| one| two)?(?: [\w-]+){0,2} ?$", re.IGNORECASE)
TELLS = re.compile(
    r"\W*(?:i|i'm|i've|my|we|we're|our|you|your|he|she|it|they|his|her|their|this|that|these|those|there|if|while|because)\b", re.IGNORECASE
)
NOUN_ENDS = re.compile(
    r"[\s*]*(?:$|[.!,:;()\[\"“'\d-]|\b(?:of|for|to|with|in|on|from|by|about|up|using|please|and|or|showing|containing)\b)", re.IGNORECASE
)
# A line that is the label of what follows, `Chorus:`, heads a text to go on with.
LABEL = re.compile(r"^[^\w\n]*\w+(?: \d+)?[^\w\n:]*:[^\w\n]*\n(?=\s*\S)", re.MULTILINE)
OWNED = re.compile(r"\b(?:our|my|your|his|her|their|its|thy)\s+$", re.IGNORECASE)
# Other languages share some names, such as refrain.
ENGLISH = re.compile(r"\b(?:the|of|is|are|what|how|and|about|does|why|with|write|give|make|show)\b", re.IGNORECASE)
MAX_FRAGMENT_WORDS = 12
MAX_NAMES = 8  # of a thing in a sentence, that are looked at: each has what stands before it searched


def without_quotes(text: str) -> str:
    """Blank out what stands in quotes, letter for letter: what is quoted does not ask."""
    return QUOTED.sub(lambda match: match[0][0] + "\0" * (len(match[0]) - 2) + match[0][-1], text)


def sentences(prompt: str) -> Iterator[str]:
    """Cut a prompt into its sentences, each with its end."""
    return (match[0] for match in SENTENCE.finditer(LABEL.sub("\n", without_quotes(prompt))))


def explains(sentence: str) -> bool:
    """Say whether a sentence wants an explanation or a fact, whatever it names."""
    if SHOWS.search(sentence):
        return False
    return EXPLAINS.match(sentence) is not None or EXPLAINS_IN_ASIA.search(sentence) is not None


def tells(sentence: str, before: str) -> bool:
    """Say whether a sentence tells of its writer or of others, and comes to no wish `before` what it names."""
    return TELLS.match(sentence) is not None and WISHES.search(before) is None


def asks_for(prompt: str, english: re.Pattern[str], foreign: re.Pattern[str]) -> bool:
    """Say whether a prompt asks for one of the things that these patterns name. Grammar is read in English only."""
    is_wanted = WRITES_OUT.search(prompt) is not None
    return any(
        any(is_wanted or _is_asked_for(match, sentence) for match in islice(english.finditer(sentence), MAX_NAMES))
        or (foreign.search(sentence) is not None and ENGLISH.search(sentence) is None and not explains(sentence))
        for sentence in sentences(prompt)
    )


def _is_asked_for(noun: re.Match[str], sentence: str) -> bool:
    before = sentence[: noun.start()]
    if IN_THAT_FORM.search(before):
        return True
    if SHOWS.search(sentence):
        return True
    if explains(sentence):
        return False
    made = next(reversed([*MAKES.finditer(before)]), None)
    is_told = tells(sentence, before)
    if made is not None and not is_told:
        return TURNED_ASIDE.search(before, made.end()) is None
    is_fragment = len(sentence.split()) <= MAX_FRAGMENT_WORDS and not sentence.rstrip().endswith("?")
    return (
        is_fragment
        and not is_told
        and OWNED.search(before) is None
        and TURNED_ASIDE.search(before) is None
        and NOUN_ENDS.match(sentence, noun.end()) is not None
    )
