"""An excuse fits the unit: what was asked for repeats itself as a hint, anything else in such an answer is broken."""

import pytest

from scoring.degeneration.detector import Context
from scoring.degeneration.prompt.excuses import loop_tier
from scoring.verdict import score

SENTENCE = "The river keeps its own counsel, and the town has learnt to listen. "
PARAGRAPH = (
    "The harbour was built by the first settlers, who came from the islands in the north. They lived on fish and on what the fields gave"
    " them, and they traded with the villages along the coast for wood and for iron.\n\n"
)
ROW = "| rain | barrel |\n"
NOISE = "iNe"
WORD = "own "

# What a prompt asks for, and a unit that is part of it.
ASKED_FOR = [
    ("Make me an empty table with twenty rows.", "|  |  |  |\n"),
    ("Compare the plans in a table.", "| yes | no | yes |\n"),
    ("Chord chart for a song on four chords", "| Am | F | C | G |\n"),
    ("An empty sales table", "| 0 | 0 | 0 |\n"),
    ("Can you draw me a table with blank cells?", "|---|---|---|\n"),
    ("Give me a sign-in sheet.", "| ____ | ____ | ____ |\n"),
    ("I need a timetable for next week, please.", "| 08:00 | free | free | free |\n"),
    ("Erstelle eine leere Tabelle mit 30 Zeilen.", "|   |   |   |\n"),
    ("Crée un tableau vide.", "|   |   |\n"),
    ("Haz una tabla con celdas vacías.", "| - | - |\n"),
    ("Составь пустую таблицу.", "|   |   |\n"),
    ("给我一个空表格", "|   |   |\n"),
    ("空の表を作ってください。", "|   |   |\n"),
    ("Show the 12x12 identity matrix.", "0 0 0 0 0 0\n"),
    ("Print a 16 by 16 matrix of zeros.", "0, "),
    ("Give me a list of 200 zeros.", "0, "),
    ("Write 1/3 as a decimal with 300 digits.", "3"),
    ("Schreibe eine Matrix aus Nullen.", "0 "),
    ("输出一个全零的矩阵", "0 "),
    ("Write the lyrics of a pop song about a night out.", "Na na na na, hey\n"),
    ("Write a pop song.", "la "),
    ("Write a folk song with a refrain.", "The mill wheel turns, the mill wheel turns,\nand all the water's gone.\n\n"),
    ("Write a children's song with repeated verses.", "mind the gap, "),
    ("What are the lyrics of the round about the ferry?", "Row, row, row the ferry,\ngently down the bay,\n"),
    ("Sing me a lullaby!", "Hush, little one, "),
    ("How does the Kyrie go?", "Lord, have mercy.\nChrist, have mercy.\n"),
    ("What does a litany of saints sound like?", "Holy Mary, pray for us.\n"),
    ("Write a rap with a hook that comes back", "Get up, get up, get on the floor,\n"),
    ("How does the peace chant go?", "Om shanti shanti shanti, "),
    ("Compose a chant for our football club.", "Harbour "),
    ("Schreib ein Lied mit Refrain.", "Hoch am Deich, hoch am Deich,\nda weht der Wind.\n"),
    ("Écris une comptine.", "Tourne, tourne, petit moulin,\n"),
    ("Escribe una canción con estribillo.", "Ay, ay, ay, ay,\ncanta y no llores.\n"),
    ("Напиши песню с припевом.", "Ой, река моя, река,\n"),
    ("写一首儿歌", "小船摇啊摇，\n"),
    ("童謡を書いて", "ゆらゆらゆれる、\n"),
    ("Draw a chessboard in ASCII.", "# . # . # . # .\n. # . # . # . #\n"),
    ("Draw a line of dashes.", "-"),
    ("Draw a row of little houses.", "/\\"),
    ("Make a divider out of stars.", "* "),
    ("Print a border of 200 equals signs.", "="),
    ("Draw a checker pattern.", "x.x."),
    ("ASCII snow", "*    "),
    ("Zeichne ein Muster aus Sternchen.", "*-"),
    ("Dessine une frise en ASCII.", "<>"),
    ("画一个图案", "★☆"),
    ("Fill three lines with heart emojis.", "💛"),
    ("A drum tab, four bars of rock beat", "|x-x-x-x-x-x-x-x-"),
    ("A knitting pattern for ribbing", "knit 2, purl 2, "),
    ("Give me a two week workout plan.", "12 squats, 12 push-ups, rest\n"),
    ("Encode the line in base64.", "VGhlIHF1aWNrIGZveC4K"),
    ("Write a hex dump of 300 zero bytes.", "00 "),
    ("Give me the DNA of a telomere.", "TTAGGG"),
    ("Show what telomeres look like", "TTAGGG"),
    ("Translate SOS SOS SOS and so on into Morse code", "... --- ... "),
    ("Write 200 bytes of padding as a C array.", "0x00, "),
    ("Kodiere das in Base64.", "QUJD"),
    ("把它编码成十六进制", "ff "),
    ("SQL for twelve empty rows", "(NULL, NULL, NULL), "),
    ("Give me JSON with sixty nulls.", "null, "),
    ("Output a JSON array of 60 booleans, all false.", "false, "),
    ("Write a CSV with blank values.", "0,0,0,\n"),
    ("Generate mock data: an array of colours, all red.", '"red", '),
    ("Write YAML with empty records.", "- name: null\n  age: 0\n"),
    ("Erzeuge Testdaten als JSON.", "null, "),
    ("Draft a form.", "Name: ______________\n"),
    (
        "Draft the signature page of an agreement for four parties.",
        "By: __________________\nName: ________________\nTitle: _______________\n\n",
    ),
    ("Give me an empty checklist with 25 rows.", "- [ ] \n"),
    ("A page of ruled lines, please.", "______________________________\n"),
    ("Entwirf ein Formular.", "Name: ____________\n"),
    ("Prépare un formulaire.", "Nom : ____________\n"),
    # Repetition, its number in digits or in words.
    ('Write "I will not run in the corridor." fifty times.', "I will not run in the corridor.\n"),
    ("Write fifty times: I will not run in the corridor.", "I will not run in the corridor.\n"),
    ("Repeat the word peace fifty times.", "peace "),
    ("Say hello twenty-five times.", "Hello! "),
    ("Say I love you a dozen times", "I love you. "),
    ("Type the letter a two hundred times", "a"),
    ("Say ha one hundred and five times without blanks", "ha"),
    ("Write the word 'barrel' a thousand times", "barrel "),
    ("Print 100 copies of the word rain.", "rain "),
    ("Write 80 a's.", "a"),
    ("Write forty lines saying 'I am late'.", "I am late\n"),
    ("Say the word la over and over until it sounds strange.", "la "),
    ("Sing la la la without stopping", "la "),
    ("Keep saying banana.", "banana "),
    ("Repeat after me: the rain falls.", "The rain falls. "),
    ("Repeat after me.", "I cannot help with that. "),
    ("Repeat your answer.", SENTENCE),
    ("Repeat your answer as often as you can", SENTENCE),
    ("Now say the same sentence thirty times.", SENTENCE),
    ("Write a scene in which a robot says the same refusal eight times.", "I cannot help with that. "),
    ("A robot says the same refusal eight times.", "I cannot help with that. "),
    ("Write a story in which the parrot repeats one word a hundred times", "biscuit "),
    ("Could you write my name, Petra, twenty times?", "Petra, "),
    ("Two times lorem ipsum", "lorem ipsum dolor "),
    ("Print 💧 100 times", "💧"),
    ("Write 'ok' x50", "ok "),
    ("Schreibe zwanzigmal: Ich darf nicht reden.", "Ich darf nicht reden. "),
    ("Schreibe fünfundzwanzigmal „Danke“.", "Danke "),
    ("Sag hundertmal bitte.", "bitte "),
    ("Wiederhole das Wort Regen.", "Regen "),
    ("Écris vingt fois : Je ne parle pas en classe.", "Je ne parle pas en classe.\n"),
    ("Écris « pardon » soixante-dix fois.", "pardon "),
    ("Répète le mot pluie.", "pluie "),
    ("Escribe cincuenta veces: No debo correr.", "No debo correr. "),
    ("Repite la palabra lluvia treinta y cinco veces", "lluvia "),
    ("Escreva duzentas vezes: Não vou falar.", "Não vou falar. "),
    ("Scrivi venticinque volte: Devo ascoltare.", "Devo ascoltare. "),
    ("Schrijf vijftig keer: Ik zal niet praten.", "Ik zal niet praten. "),
    ("Napisz pięćdziesiąt razy: Nie będę biegać.", "Nie będę biegać. "),
    ("Напиши пятьдесят раз: Я не буду опаздывать.", "Я не буду опаздывать. "),
    ("Напиши двадцять п'ять разів: Я не буду спізнюватися.", "Я не буду спізнюватися. "),
    ("把“我不迟到”写二十遍", "我不迟到。"),
    ("请写五十遍：我会听话。", "我会听话。"),
    ("「ごめんなさい」と二十回書いて", "ごめんなさい。"),
    ("'미안해'를 스무 번 써 줘", "미안해 "),
    ("اكتب خمسين مرة: لن أتأخر.", "لن أتأخر. "),
    ("पचास बार लिखो: मैं देर नहीं करूँगा।", "मैं देर नहीं करूँगा। "),
    ("Elli kez yaz: Geç kalmayacağım.", "Geç kalmayacağım. "),
    ("Viết năm mươi lần: Em xin lỗi cô.", "Em xin lỗi cô. "),
    ("Tulis dua puluh kali: Saya tidak akan terlambat.", "Saya tidak akan terlambat. "),
    ("Skriv tjugo gånger: Jag ska lyssna.", "Jag ska lyssna. "),
]


def turned(unit: str) -> list[str]:
    """A loop may begin anywhere in its unit."""
    return [unit[at:] + unit[:at] for at in {0, len(unit) // 3, len(unit) // 2, len(unit) - 1}]


@pytest.mark.parametrize(("prompt", "unit"), ASKED_FOR)
def test_what_was_asked_for_is_a_hint(prompt: str, unit: str) -> None:
    assert [loop_tier(start, Context(prompt=prompt)) for start in turned(unit)] == ["soft"] * len(turned(unit))


# The same words in another sense, or a loop that is no part of what was asked for.
IN_ANOTHER_SENSE = [
    "How do I set the table for four guests?",
    "Set the table for four guests.",
    "Who wrote the song that was played at the opening?",
    "Why do people like songs about rain?",
    "Explain the pattern matching of Rust.",
    "Describe a pattern in the behaviour of bees.",
    "What is the plot of the film The Matrix?",
    "How many times did Napoleon lose a battle?",
    "Which city was sacked many times in history?",
    "Rome was sacked many times. Tell me about the last one.",
    "The price has doubled three times a year. Explain why.",
    "Why does history repeat itself?",
    "How do shops win repeat customers?",
    "I make the same mistake over and over. What should I do?",
    "Give me a summary of the history of the song in Ireland.",
    "Write an essay about the role of the refrain in folk music.",
    "Tell me about table manners in Japan.",
    "Where can I buy a wooden table?",
    "Explain how a hash table works.",
    "What is the periodic table for?",
    "How do power grids cope with storms?",
    "Write a paragraph about the chess board as a symbol of war.",
    "What does DNA do?",
    "Explain what base64 is good for.",
    "How is JSON different from XML?",
    "Who invented the binary system?",
    "What form of government does Norway have?",
    "Describe the art of drawing.",
    "Explain the meaning of mantras in Buddhism.",
    "How often do hospitals repeat a blood test?",
    "Write a story about a man who fell ten times.",
    "List three countries that were invaded many times.",
    "Explain twice-baked bread, without repeating yourself.",
    "Never repeat a word. What is rain?",
    "Describe zeroes of a polynomial in plain words.",
    "Is the pattern of rainfall in India changing?",
    "What would happen if the Moon were ten times larger?",
    "My dog ate the song book. What now?",
    "Warum wiederholt sich die Geschichte?",
    "Wie oft wurde Rom geplündert, zehnmal oder zwanzigmal?",
    "Pourquoi chante-t-on plusieurs fois par jour dans les monastères ?",
    "¿Cuántas veces ganó Brasil el mundial?",
    "Почему люди много раз перечитывают книги?",
    "第二次世界大战为什么爆发？",
    "日本は何回優勝しましたか。",
    "Explain how rainwater collects in a barrel.",
]
LOOPS = [
    SENTENCE,
    PARAGRAPH,
    NOISE,
    WORD,
    "rain barrel ",
    "I cannot help with that. ",
    "It is a good way to learn about the world.\n",
    "9",
    "x1 = x1 + 10\n",
]


@pytest.mark.parametrize("unit", [*LOOPS, ROW, "0, ", "la ", "* "])
@pytest.mark.parametrize("prompt", IN_ANOTHER_SENSE)
def test_words_in_another_sense_excuse_nothing(prompt: str, unit: str) -> None:
    assert loop_tier(unit, Context(prompt=prompt)) == "hard"


@pytest.mark.parametrize(
    ("prompt", "units"),
    [
        ("Compare the plans in a table.", [SENTENCE, PARAGRAPH, NOISE, WORD, "0"]),
        ("Show a matrix of zeros.", [SENTENCE, PARAGRAPH, NOISE, WORD, "la "]),
        ("Write the lyrics of a song about rain.", [SENTENCE, PARAGRAPH, NOISE, WORD, ROW, "0, ", "the "]),
        ("Draw a border in ASCII.", [SENTENCE, PARAGRAPH, NOISE, WORD, "eGfese"]),
        ("A knitting pattern for ribbing", [PARAGRAPH, NOISE, WORD]),
        ("Encode this in hex.", [SENTENCE, PARAGRAPH, WORD, ROW, "rain barrel "]),
        ("Give me JSON with sixty users.", [SENTENCE, PARAGRAPH, NOISE, WORD, '{"name": "Ana", "age": 3},\n']),
        ("Draft a form for guests.", [SENTENCE, PARAGRAPH, NOISE, WORD, "0, "]),
        ("Repeat the word peace fifty times.", [SENTENCE, PARAGRAPH, NOISE, WORD, ROW, "0, "]),
        ('Write "I will not run." a hundred times.', [SENTENCE, PARAGRAPH, NOISE, WORD, "I will not "[:6]]),
        ("Say hello twenty times.", [SENTENCE, PARAGRAPH, NOISE, WORD]),
        ("Schreibe zwanzigmal: Ich darf nicht reden.", [SENTENCE, PARAGRAPH, NOISE, WORD]),
        ("Tulis dua puluh kali: Saya tidak akan terlambat.", [SENTENCE, NOISE, WORD]),
        ("写二十遍：我会听话。", [SENTENCE, NOISE, WORD, "的的"]),
    ],
)
def test_what_is_no_part_of_what_was_asked_for_is_broken(prompt: str, units: list[str]) -> None:
    assert {unit: loop_tier(unit, Context(prompt=prompt)) for unit in units} == dict.fromkeys(units, "hard")


def test_excuse_holds_at_the_limit() -> None:
    flags = score("Na na na na, hey\n" * 60, prompt="Write a pop song.", finish_reason="length").degeneration.flags
    assert {flag.tier for flag in flags} == {"soft"}


def test_schema_excuses_any_loop() -> None:
    assert loop_tier(WORD, Context(prompt="How do I set the table?", is_constrained=True)) == "soft"
