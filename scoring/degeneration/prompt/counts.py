"""How prompts say how often something is to come: `20 times`, `a dozen times`, `zwanzigmal`, `cincuenta veces`, `二十遍`."""

import re
from functools import cache

# The parts of numbers from one to a thousand, as they stand in a row before the word for times; after each, how the parts are joined.
# They are parts, in the gender of that word: `vingt`, `zig`, `duas`. The whole words and ordinals that a loop counts in stand in `words/`.
ENGLISH = (
    r"(?:one|two|three|four(?:teen)?|five|six(?:teen)?|seven(?:teen)?|eight(?:een)?|nine(?:teen)?|ten|eleven"
    r"|twelve|thirteen|fifteen"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|(?:a )?(?:dozen|hundred|thousand|million|couple of|few)"
    r"|dozens of|hundreds of"
    r"|thousands of|millions of|many|several|countless|multiple|numerous|umpteen|infinite(?:ly many)?|n)"
)
GERMAN = (
    r"(?:ein|zwei|zwo|drei|vier|fünf|fuenf|sechs|sech|sieben|sieb|acht|neun|zehn|elf|zwölf|zwoelf|zwan|und|zig"
    r"|ß|ssig|ig|hundert|tausend"
    r"|dutzend|viele|mehr|unendlich)"
)
FRENCH = (
    r"(?:une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze|seize|vingts?"
    r"|trente|quarante|cinquante"
    r"|soixante|septante|huitante|nonante|cents?|mille|et|plusieurs|maintes|centaines? de|milliers? de"
    r"|douzaines? de|vingtaines? de)"
)
SPANISH = (
    r"(?:una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce|quince|dieci\w{1,20}"
    r"|veinte|veinti\w{1,20}|treinta|cuarenta"
    r"|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|mil|\w{1,20}cient[ao]s|quinient[ao]s"
    r"|setecient[ao]s|novecient[ao]s|y|muchas|varias)"
)
PORTUGUESE = (
    r"(?:duas|dois|tr[êe]s|quatro|cinco|seis|sete|oito|nove|dez|onze|doze|treze|catorze|quatorze|quinze"
    r"|deza?ss?e(?:is|te)|dezoito"
    r"|dezanove|dezenove|vinte|trinta|quarenta|cinquenta|sessenta|setenta|oitenta|noventa|cem|cento|mil"
    r"|\w{1,20}centas|duzentas|trezentas"
    r"|quinhentas|e|muitas|v[áa]rias)"
)
ITALIAN = (
    r"(?:due|tre|quattro|cinque|sei|sette|otto|nove|dieci|undici|dodici|tredici|quattordici|quindici|sedici"
    r"|diciassette|diciotto"
    r"|diciannove|vent\w{0,20}|trent\w{0,20}|quarant\w{0,20}|cinquant\w{0,20}|sessant\w{0,20}|settant\w{0,20}"
    r"|ottant\w{0,20}|novant\w{0,20}|\w{0,20}cento\w{0,20}|mille|molte|tante|parecchie)"
)
DUTCH = (
    r"(?:een|één|twee|drie|vier|vijf|zes|zeven|acht|negen|tien|elf|twaalf|dertien|veertien|twin|der|veer|vijf"
    r"|tig|en|ën|honderd|duizend"
    r"|dozijn|veel|meer|tach)"
)
POLISH = (
    r"(?:jeden|dwa|trzy|cztery|pięć|sześć|siedem|osiem|dziewięć|dziesięć|\w{1,20}naście|\w{1,20}dzieścia"
    r"|\w{1,20}dzieści|\w{1,20}dziesiąt|sto|dwieście|\w{1,20}sta"
    r"|\w{1,20}set|tysiąc|wiele|kilka|kilkanaście|kilkadziesiąt)"
)
RUSSIAN = (
    r"(?:один|два|две|три|четыре|пять|шесть|семь|восемь|девять|десять|\w{1,20}надцать|двадцать|тридцать|сорок"
    r"|\w{1,20}десят|девяносто|сто|двести"
    r"|триста|четыреста|\w{1,20}сот|тысячу|тысяча|много|несколько)"
)
UKRAINIAN = (
    r"(?:один|два|дві|три|чотири|п['’ʼ]?ять|шість|сім|вісім|дев['’ʼ]?ять|десять|\w{1,20}надцять|двадцять"
    r"|тридцять|сорок|[\w'’ʼ]{1,20}десят"
    r"|дев['’ʼ]?яносто|сто|двісті|триста|чотириста|\w{1,20}сот|тисячу|багато|кілька)"
)
TURKISH = (
    r"(?:bir|iki|üç|dört|beş|altı|yedi|sekiz|dokuz|on|yirmi|otuz|kırk|elli|altmış|yetmiş|seksen|doksan|yüz|bin"
    r"|birçok|defalarca|birkaç)"
)
VIETNAMESE = r"(?:một|mốt|hai|ba|bốn|tư|năm|lăm|sáu|bảy|bẩy|tám|chín|mười|mươi|trăm|linh|lẻ|nghìn|ngàn|nhiều|vài)"
INDONESIAN = (
    r"(?:satu|dua|tiga|empat|lima|enam|tujuh|delapan|lapan|sembilan|sepuluh|sebelas|belas|puluh|ratus|seratus"
    r"|seribu|beberapa|banyak)"
)
SWEDISH = (
    r"(?:två|to|tre|fyra|fire|fem|sex|seks|sju|syv|åtta|otte|åtte|nio|ni|tio|ti|elva|tolv|\w{1,20}ton"
    r"|\w{1,20}ten|tjugo|tyve|tjue|trettio|fyrtio"
    r"|femtio|sextio|sjuttio|åttio|nittio|femti|hundra|hundre|hundrede|tusen|tusind|många|mange)"
)
CZECH = r"(?:dva|tři|čtyři|pět|šest|sedm|osm|devět|deset|\w{1,20}náct|dvacet|třicet|čtyřicet|\w{1,20}desát|sto|tisíc|mnoho)"
KOREAN = (
    r"(?:한|두|세|네|다섯|여섯|일곱|여덟|아홉|열|스물|스무|서른|마흔|쉰|예순|일흔|여든|아흔|일|이|삼|사|오|육|칠|팔|구|십|백|천|만|여러|수)"
)
ARABIC = r"(?:ثلاث|أربع|اربع|خمس|ست|سبع|ثمان|تسع|عشر|عشرين|عشرون|مئة|مائة|مئتي|ألف|الف|عدة|و)\w{0,20}"
THAI = r"(?:สอง|สาม|สี่|ห้า|หก|เจ็ด|แปด|เก้า|สิบ|เอ็ด|ยี่|ร้อย|พัน|หลาย)"
BENGALI = r"(?<!\w)(?!(?:এই|ওই|প্রতি|প্রথম|দ্বিতীয়|এক|কোন) )[\u0980-\u09FF]+ বার"
PERSIAN = r"(?<!\w)(?!(?:این|آن|هر|یک|اولین|چند|آخرین) )[\u0620-\u06ff\u200c]+ بار(?!\w)"
OF_INDIA = (  # Tamil, Telugu, Kannada, Malayalam
    r"(?<!\w)[\u0b80-\u0bff]+ முறை|(?<!\w)[\u0c00-\u0c7f]+ సార్లు|(?<!\w)[\u0c80-\u0cff]+ ಬಾರಿ|(?<!\w)[\u0d00-\u0d7f]+ തവണ"
)
HUNGARIAN = r"(?:két|három|négy|öt|hat|hét|nyolc|kilenc|tíz|tizen|hús|huszon|harminc|negyven|ötven|száz|ezer)"
FINNISH = (
    r"(?:kaksi|kolme|neljä|viisi|kuusi|seitsemän|kahdeksan|yhdeksän|kymmenen|\w{1,20}toista|\w{1,20}kymmentä"
    r"|sata|tuhat|monta)"
)
GREEK = (
    r"(?:δύο|τρεις|τέσσερις|πέντε|έξι|επτά|εφτά|οκτώ|οχτώ|εννέα|εννιά|δέκα|έντεκα|δώδεκα|είκοσι|τριάντα|σαράντα"
    r"|πενήντα|εκατό|χίλιες|πολλές)"
)
ROMANIAN = r"(?:două|trei|patru|cinci|[sșş]ase|[sșş]apte|opt|nouă|zece|\w{1,20}sprezece|\w{1,20}zeci|sută|mie|și|multe|de)"
HEBREW = r"(?:שתי|שלוש|ארבע|חמש|שש|שבע|שמונה|תשע|עשר|עשרה|עשרים|שלושים|ארבעים|חמישים|מאה|אלף|ו\w{2,10}|הרבה)"
HAN = r"[一二三四五六七八九十百千万两兩〇零廿卅壹贰叁肆伍陆柒捌玖拾佰仟數数几幾多]"

UNITS = (  # a number in words, how its parts are joined, and the word for times
    (ENGLISH, r"(?:[ -]|[ -]and[ -])", r" times"),
    (GERMAN, r"", r"[ -]?mal"),
    (FRENCH, r"[ -]", r" fois"),
    (SPANISH, r" ", r" veces"),
    (PORTUGUESE, r" ", r" vezes"),
    (ITALIAN, r" ", r" volte"),
    (DUTCH, r"", r" ?(?:keer|maal)"),
    (POLISH, r" ", r" raz[yi]?"),
    (RUSSIAN, r" ", r" раза?"),
    (UKRAINIAN, r" ", r" раз(?:и|ів|а)?"),
    (TURKISH, r" ?", r" (?:kez|kere|defa)"),
    (VIETNAMESE, r" ", r" lần"),
    (INDONESIAN, r" ", r" kali"),
    (SWEDISH, r" ?", r" (?:gånger|gange|ganger)"),
    (CZECH, r" ?", r" ?krát"),
    (KOREAN, r" ?", r" ?(?:번|회|차례)"),
    (ARABIC, r" ", r" مر(?:ة|ات|ه)"),
    (THAI, r"", r" ?(?:ครั้ง|รอบ|หน)"),
    (HUNGARIAN, r"", r"-?sz[oeö]r"),
    (FINNISH, r" ?", r" kertaa"),
    (GREEK, r" ", r" φορές"),
    (ROMANIAN, r" ", r" ori"),
    (HEBREW, r" ", r" פעמים"),
)
TIMES = (
    r"times|mal|fois|veces|vezes|volte|keer|maal|raz[yi]?|раза?|рази|разів|kez|kere|defa|lần|kali|gånger|gange"
    r"|ganger|krát|-?szor|-?szer|-?ször|kertaa|φορές|de ori|פעמים"
)
TIMES_WITHOUT_BLANKS = r"次|遍|回|번|회|度|مرة|مرات|बार|ครั้ง|বার|முறை"
DIGITS = rf"(?<!\d)\d++(?:[.,]\d{{3}})* ?(?:(?:{TIMES})\b|(?:{TIMES_WITHOUT_BLANKS}))"
# Times of something else: `three times a day`, `ten times larger`, `5 times 7`, `the seven times table`, `two times when …`.
NOT_TIMES = (
    r"(?!\s*(?:\d|tables?\b|(?:an?|per|each|every) (?:day|week|month|year|hour|minute|night|second|decade"
    r"|century|meal)|daily|weekly"
    r"|as\b|more\b|less\b|fewer\b|than\b|\w+er (?:than|in)\b|the (?:size|amount|number|price|speed|weight"
    r"|height|length|cost|rate)\b"
    r"|(?:when|that|where|i|he|she|we|they)\b|(?:in|throughout) (?:history|the past|his|her|their|my|life)\b"
    r"|before\b|champions?\b|zone))"
)
WITHOUT_NUMBER = (
    r"\b(?:over and over|again and again|times in a row|repeatedly|on repeat|in an? (?:infinite |endless )?loop"
    r"|ad infinitum|ad nauseam"
    r"|indefinitely|forever|for ever|endlessly|infinitely|non-?stop|without (?:end|stopping|a break|pause)"
    r"|twice|thrice"
    r"|until (?:i|you|told|the page|it) \w+|immer wieder|ohne ende|pausenlos|encore et encore|sans (?:fin|arrêt"
    r"|cesse)|una y otra vez"
    r"|sin parar|sem parar|vezes sem conta|senza (?:fine|sosta)|steeds weer|w kółko|bez końca|снова и снова|без"
    r" конца|бесконечно"
    r"|знову і знову|без кінця|defalarca|sürekli|durmadan|mãi mãi|liên tục|terus[- ]menerus"
    r"|berulang[- ]ulang)\b"
    r"|一直|不停地?|反复|反覆|不断|何度も|永遠に|ずっと|계속|끝없이|여러 ?번|مرارا|بلا توقف|مرتين|बार-बार|बार बार|लगातार"
)
HINDI = r"(?<!\w)(?!(?:इस|उस|हर|पहली|दूसरी|अगली|पिछली|एक|किस) )[\u0900-\u097F]+ बार"
CHINESE_OR_JAPANESE = rf"(?<![第每这這那毎])(?<!第.){HAN}+(?:次|遍|回|度)(?!目)"
FACTOR = r"\b\d+ ?x\b|[x×*] ?\d+\b"
ONCE = r"(?:\b(?:ein|een|bir|một|satu|один|jeden|une|una) ?(?:mal|keer|maal|kez|kere|defa|lần|kali|раз|raz)\b|한 ?번|(?<!\w)一[次遍回度])"
MAX_MORE_PARTS = 8  # of a number in words: `nine hundred and ninety-nine`


@cache
def counts() -> re.Pattern[str]:
    """Make the pattern of `so many times`, in small letters. It is large, and only a loop makes anyone ask."""
    in_words = "|".join(rf"{number}(?:{joint}{number}){{0,{MAX_MORE_PARTS}}}{times}\b" for number, joint, times in UNITS)
    numbered = rf"(?:\b(?:{in_words})|{DIGITS})(?<!第\d[次回]){NOT_TIMES}"
    return re.compile(f"(?!{ONCE})(?:{numbered}|{WITHOUT_NUMBER}|{HINDI}|{BENGALI}|{PERSIAN}|{OF_INDIA}|{CHINESE_OR_JAPANESE}|{FACTOR})")


@cache
def _signs() -> re.Pattern[str]:
    """Make the pattern of what no such number is without."""
    return re.compile(
        rf"{TIMES}|{TIMES_WITHOUT_BLANKS}|차례|مره|รอบ|หน|sz[oeö]r|\bori\b|{BENGALI}|{PERSIAN}|{OF_INDIA}|{FACTOR}|{WITHOUT_NUMBER}"
    )


def may_count(sentence: str) -> bool:
    """Say quickly whether a sentence in small letters is worth searching for `counts`."""
    return _signs().search(sentence) is not None


def in_small_letters(text: str) -> str:
    """Return a text in small letters, each where it was: İ alone would become two."""
    return text.replace("İ", "i").lower()
