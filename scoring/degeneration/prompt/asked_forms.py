"""What a prompt may ask for that repeats itself by nature, and which units that excuses: a table excuses rows, a song lines."""

import re
from collections.abc import Callable
from functools import cache, lru_cache, partial
from math import inf

import msgspec

from scoring.degeneration.prompt.clauses import asks_for
from scoring.degeneration.prompt.unit_forms import (
    is_code,
    is_form,
    is_instructions,
    is_numbers,
    is_record,
    is_row,
    is_signs,
    is_step,
    is_values,
    is_verse,
)

MIN_LINE_CHARS = 20  # a shorter unit is sung as a word, `na na na`


class AskedForm(msgspec.Struct, frozen=True, kw_only=True):
    """Something to ask for."""

    english: str  # a pattern of its names; the sentence tells whether it is asked for
    foreign: str  # and of those in other languages
    is_part: Callable[[str], bool]  # whether a unit is what it is made of
    max_lines: float = inf  # of those, that follow one another with nothing between


# A noun that the one before belongs to: `JSON users`, `drum tab`.
NEXT = r"(?: (?!(?:of|for|to|with|in|on|from|by|about|and|or|that|please|is|are|was|were)\b)\w+)?"
FORMS = (
    AskedForm(  # tables
        english=(
            r"(?<!the )(?<!dining )(?<!coffee )(?<!kitchen )(?<!water )(?<!pool )(?<!picnic )(?<!operating"
            r" )(?<!wooden )(?<!card )"
            r"\b(?<!round )(?:(?:times[ -]|time|truth |multiplication )?tables?"
            r"(?! (?:salt|tennis|manners?|cloths?|lamps?|spoons?|tops?|legs?|saws?|wines?|reads?|talks?"
            r"|settings?|decorations?|football))"
            r"|table form(?:at)?|spreadsheets?|timetables?|schedules?|calendars?|rosters?|ledgers?|planners?"
            r"|score ?(?:sheets?|boards?|cards?)"
            r"|sign-?(?:in|up)[ -]sheets?|(?:log|time|work|tally|tracking|check)[ -]?sheets?|(?:chord |seating "
            r"|habit |chore )?charts?|bingo cards?|grids?"
            r"|(?:decision |comparison |raci |risk )?matri(?:x|ces)|checklists?|trackers?|table of contents)\b"
        ),
        foreign=(
            r"\b(?:tabell?en?|tableaux?|tablas?|tabelas?|tabell[ae]|tabel\w*|таблиц\w*|tablo(?:su|yu|lar)?|bảng"
            r"|taulukko|horario|stundenplan)\b"
            r"|表格|一覧表|[の张張]表|表を|表にして|课程?表|표로|표를|جدول|तालिका|ตาราง|πίνακα|טבלה"
        ),
        is_part=is_row,
    ),
    AskedForm(  # numbers
        english=(
            r"\b(?:(?:\w+ of )?(?:\d+ |only |all )?(?:zero(?:e?s)?|[01]s|ones)|matri(?:x|ces)(?! (?:movie|film"
            r"|trilogy|reloaded|resurrections))|(?:number )?grids?(?! power)|arrays?"
            r"|vectors?|tensors?|bitmaps?|binary|digits|decimals?|decimal (?:places|expansion)|(?:repeating"
            r"|recurring) (?:decimal|fraction)"
            r"|pixels?|heat ?maps?|sudoku|number patterns?|spreadsheets?|long division)\b"
        ),
        foreign=(
            r"\b(?:nullen|zéros|ceros|zeros|zeri|nul(?:len|ler)|zera|матриц\w*|нул\w+|matri(?:ce|z|ks|zen|ces"
            r"|gen)|dezimal\w+|décimales|decimales|decimais)\b"
            r"|行列|矩阵|矩陣|零的|ゼロ|행렬|مصفوفة|أصفار|शून्य|आव्यूह"
        ),
        is_part=is_numbers,
    ),
    AskedForm(  # songs
        english=(
            r"\b(?:lyrics?|(?:\w+ )?songs?(?!birds?|writers?|writing| thrush)|choruses|chorus|refrains?|hymns?"
            r"|carols?|anthems?|ballads?|lullab(?:y|ies)"
            r"|jingles?|ditt(?:y|ies)|raps?|verses?|villanelles?|litan(?:y|ies)|psalms?|prayers?|nursery"
            r" rhymes?|rhymes?|rounds?(?! of)|rounds? of the song"
            r"|sea shant(?:y|ies)|shant(?:y|ies)|spirituals?|blues|odes?|sutras?|(?:one-word|sound|concrete"
            r"|dada\w*|repetitive|cumulative) (?:poem|poetry|story|tale)"
            r"|repeated (?:lines?|verses?|words?)|kyrie|gloria)\b"
        ),
        foreign=(
            r"\b(?:lied(?:er|text|chen)?|\w+lied|refrains?|kehrreim|strophen?|chansons?|comptines?|paroles"
            r"|berceuses?|canci[óo]n(?:es)?|estribillos?"
            r"|letras?|villancicos?|nanas?|can[çc](?:ão|ões)|refr[ãa]o|canzon[ei]|ritornell[io]|filastrocc\w+"
            r"|ninna ?nanna|liedje|piosenk\w*|refren\w*|kołysank\w*"
            r"|песн\w*|песенк\w*|припев\w*|колыбельн\w*|пісн\w*|приспів\w*|şarkı\w*|nakarat\w*|ninni|bài hát"
            r"|điệp khúc|lagu|refrén|sång\w*|laulu\w*)\b"
            r"|歌词|歌詞|副歌|[首一]歌|の歌|歌を|写.{0,8}歌|儿歌|童謡|노래|후렴|أغنية|نشيد|गीत|गाना|भजन|เพลง|τραγούδι|שיר"
        ),
        is_part=is_verse,
        max_lines=8,
    ),
    AskedForm(  # chants
        english=(
            r"\b(?:chants?|mantras?|incantations?|football songs?|cheers?|war cr(?:y|ies)|affirmations?|rosary"
            r"|echo(?:es)?|hail mar(?:y|ys|ies)|our fathers?|novenas?|decades? of the rosary|kirtans?|dhikr|zikr"
            r"|nembutsu|daimoku|antiphons?|(?:jesus|repeated|rope) prayers?|prayer (?:ropes?|beads?))\b"
        ),
        foreign=(
            r"\b(?:mantras?|gesänge|schlachtruf\w*|psalmodie|cánticos?|cânticos?|мантр\w*|кричалк\w*|zikir)\b"
            r"|咒语|念经|マントラ|お経|만트라|मंत्र|जाप|ذكر"
        ),
        is_part=partial(is_verse, may_be_one_word=True),
    ),
    AskedForm(  # drawings
        english=(
            rf"\b(?:ascii{NEXT}|emojis?{NEXT}|(?:text|pixel|keyboard|unicode) art|borders?|dividers?"
            r"|separators?|banners?|(?:page )?rules?(?= (?:of|made|out))"
            r"|(?:(?:knitting|crochet|sewing|quilt|bead(?:ing)?|dots?|checker(?:board)?|repeating|zig-?zag|star"
            r"|tile|floor|diamond|wave|striped?|number|text)\s)?patterns?"
            r"(?! (?:match\w*|recogni\w+|language|maker|making))|chess ?boards?|checker ?boards?|(?:game "
            r"|tic-tac-toe )?boards?(?! (?:of|games?|members?|meeting))"
            r"|(?:dash|underscore|hyphen|star|asterisk|dot|hash|tilde|equals? sign|plus sign|exclamation"
            r" (?:mark|point)|question mark|full stop|period|space|heart)(?:e?s)?"
            r"|zig-?zags?|mazes?|progress bars?|bar ?codes?|mosaics?|brick walls?|pyramids?|triangles?"
            r"|snow(?:flakes?|fall)?|word games?|brainfuck|morse(?: code)?|braille"
            rf"|tab(?:lature)?s?|drum{NEXT}|grids?(?! power)|blank lines?|empty lines?|lines? to write on)\b"
        ),
        foreign=(
            r"\b(?:zeichne|male|muster|dessine\w*|motifs?|dibuja\w*|patr[óo]n|desenh\w+|padrão|disegna|teken"
            r"|patroon|narysuj|wzór|нарисуй\w*|узор\w*|намалюй"
            r"|çiz|desen|vẽ|hoa văn|gambar(?:kan|lah)?|ascii|emojis?)\b|画|畫|图案|表情符号|描い|模様|絵文字|그려|그림|무늬|이모지|ارسم"
            r"|نمط|चित्र|बनाओ"
        ),
        is_part=is_signs,
    ),
    AskedForm(  # what is drawn by that verb alone
        english=(
            r"\b(?<!to )(?<!I )draw(?! (?:a |an |the |any |your |some )?(?:conclusions?|attention|inspiration"
            r"|comparisons?|lessons?|line between|up|on|from|near))\b[^.!?;]*"
        ),
        foreign=r"(?!)",
        is_part=is_signs,
    ),
    AskedForm(  # steps
        english=(
            r"\b(?:(?:knitting|crochet|weaving|cross[- ]stitch|quilting|beading) (?:patterns?|instructions?)"
            r"|ribbing|crochet|stitch(?:es)?|dance(?: steps)?"
            rf"|choreograph\w*|(?:workout|exercise|training)(?: plan| routine)?|drum{NEXT}|rhythms?|beats?"
            rf"|breathing{NEXT}|interval timers?|chords?{NEXT}|riffs?"
            r"|tab(?:lature)?s?|sheet music|metronome)\b"
        ),
        foreign=(
            r"\b(?:strick\w+|häkel\w+|tricot\w*|punto de cruz|tric[ôo]|вязан\w*|trainingsplan|akkorde?|accords"
            r"|acordes)\b|编织|編み"
        ),
        is_part=is_step,
    ),
    AskedForm(  # programs without a loop
        english=(
            rf"\b(?:unroll(?:ed|ing){NEXT}|(?:nop|no-op)s?{NEXT}|assembl(?:y|er){NEXT}|asm|turtle(?: graphics)?|g-?code|keyboard macros?)\b"
        ),
        foreign=r"\b(?:assembl(?:eur|ador)|ассемблер\w*)\b|汇编|アセンブラ|어셈블리",
        is_part=is_instructions,
    ),
    AskedForm(  # encodings
        english=(
            r"\b(?:base ?-?(?:16|32|58|64|85)|hex(?:adecimal)?(?: dump| string| codes?)?|hexdumps?"
            rf"|binary{NEXT}|dna{NEXT}|rna{NEXT}|genomes?|telomeres?"
            r"|nucleotides?|(?:protein|amino acid|gene) sequences?|morse(?: code)?|encod\w+|encrypt\w*|rot-?13"
            r"|bytes?|hash(?:es)?|checksums?|pngs?|gifs?|jpe?gs?"
            r"|data ur[il]s?|padding|payloads?|shellcode|machine code|bar ?codes?|escape sequences?|utf-?(?:8"
            r"|16|32)|zero bytes|buffers?|test strings?|hex)\b"
        ),
        foreign=(
            r"\b(?:kodier\w+|verschlüssel\w+|encod\w+|codific\w+|codifiq\w+|закодируй\w*|закодуй\w*|kodla\w*|mã"
            r" hóa|enkode|base64|hex|dna)\b|编码|編碼|エンコード|인코딩|ترميز|कोड"
        ),
        is_part=is_code,
    ),
    AskedForm(  # data
        english=(
            rf"\b(?:sql{NEXT}|jsonl?{NEXT}|yaml{NEXT}|csvs?{NEXT}|xml{NEXT}|toml|html{NEXT}|arrays?|lists? of"
            r" (?:nulls?|falses?|trues?|booleans?|zeros?|empty \w+)"
            r"|nulls?|insert statements?|(?<!in a )rows?|records?|(?:seed|test|mock|sample|dummy|placeholder) (?:data"
            r"|rows|records|values)|fixtures?|data ?frames?"
            r"|data ?sets?|configs?|config(?:uration)? files?|structs?|booleans?|log files?)\b"
        ),
        foreign=(
            r"\b(?:sql|json|yaml|csv|xml|html|testdaten|datensätze|données de test|datos de prueba|dados de"
            r" teste|тестовые данные)\b|数据|データ|데이터|بيانات"
        ),
        is_part=is_values,
    ),
    AskedForm(  # records with nothing in them yet
        english=rf"\b(?:placeholders?|dummy|blank|empty|identical){NEXT}",
        foreign=r"\b(?:platzhalter|leere|vides?|vac[ií][ao]s?|vazi[ao]s?|vuot[aoei]|пуст\w+)\b|空の|空白|빈 ",
        is_part=is_record,
    ),
    AskedForm(  # forms
        english=(
            r"\b(?:(?:\w+ )?forms?(?! of)|templates?|(?:\w+ )?sheets?|check ?lists?|check ?boxes|surveys?"
            r"|questionnaires?|contracts?|agreements?|leases?|wills?(?= )"
            rf"|signatures?{NEXT}|schedules?|planners?|invoices?|receipts?|worksheets?|letterheads?"
            r"|notes? pages?|journal pages?|blanks?|blank lines?|ruled \w+"
            r"|fill-in(?:-the-blanks?)?|waivers?|petitions?|affidavits?|diar(?:y|ies)|tables? of contents|lines"
            r" to (?:write|sign) on|to-?do lists?|cards?)\b"
        ),
        foreign=(
            r"\b(?:formular\w*|vordruck|vorlage|checkliste|vertrag|unterschrift\w*|formulaires?|modèle|liste de"
            r" contrôle|contrat|formularios?|plantilla|contrato"
            r"|formulários?|modelo|modul[oi]|modello|formulier|sjabloon|formularz\w*|wzór|umow\w+|бланк\w*"
            r"|анкет\w*|форм[ауы]|договор\w*|formu?|şablon|biểu mẫu|formulir)\b"
            r"|表单|模板|合同|清单|签到表|申込書|用紙|フォーム|契約書|양식|서식|계약서|نموذج|استمارة|फॉर्म"
        ),
        is_part=is_form,
    ),
)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    return tuple((re.compile(form.english, re.IGNORECASE), re.compile(form.foreign, re.IGNORECASE)) for form in FORMS)


def is_part_of_asked_form(prompt: str, unit: str, copies: float = 0) -> bool:
    """Say whether a prompt asks for something that is made of such units, and as many copies of them."""
    is_line = len(unit) >= MIN_LINE_CHARS
    fitting = (at for at, form in enumerate(FORMS) if (copies <= form.max_lines or not is_line) and form.is_part(unit))
    return any(_is_asked_for(prompt, at) for at in fitting)


@lru_cache(maxsize=len(FORMS))  # of a text that loops, every loop asks of the same prompt
def _is_asked_for(prompt: str, at: int) -> bool:
    return asks_for(prompt, *_patterns()[at])
