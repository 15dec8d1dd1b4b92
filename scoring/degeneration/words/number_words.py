"""Words that count: a loop that goes through them says the same thing every time. Numbers, ordinals and Roman numerals."""

import re

# Those that a sentence has for other reasons too, such as `un`, are left out: one changing word in a copy is borne anyway.
WORDS = (
    # English
    " zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth"
    " thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth"
    " fortieth fiftieth"
    # German and Dutch
    " eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn"
    " sechzehn siebzehn achtzehn neunzehn zwanzig erste zweite dritte vierte fünfte sechste siebte"
    " siebente achte neunte zehnte elfte zwölfte dreizehnte vierzehnte fünfzehnte sechzehnte"
    " siebzehnte achtzehnte neunzehnte zwanzigste erster zweiter dritter vierter fünfter sechster"
    " siebter achter neunter zehnter erstens zweitens drittens viertens fünftens sechstens siebtens"
    " achtens neuntens zehntens twee drie vijf zes zeven negen tien twaalf dertien veertien vijftien"
    " zestien zeventien achttien negentien twintig eerste tweede derde vijfde zesde zevende achtste"
    " negende tiende twaalfde dertiende veertiende vijftiende zestiende zeventiende achttiende"
    " negentiende"
    # French, Spanish, Portuguese, Italian
    " deux trois quatre cinq sept huit neuf dix onze douze treize quatorze quinze seize dix-sept dix-"
    " huit dix-neuf vingt premier première deuxième troisième quatrième cinquième sixième septième"
    " huitième neuvième dixième onzième douzième treizième quatorzième quinzième seizième dix-septième"
    " dix-huitième dix-neuvième vingtième dos tres cuatro cinco seis siete ocho nueve diez once doce"
    " trece catorce quince dieciséis diecisiete dieciocho diecinueve veinte primer primero primera"
    " segundo segunda tercer tercero tercera cuarto cuarta quinto quinta sexto sexta séptimo séptima"
    " octavo octava noveno novena décimo décima undécimo undécima duodécimo duodécima decimotercer"
    " decimocuarto decimoquinto decimosexto dois duas três quatro sete oito nove dez doze treze"
    " catorze dezesseis dezessete dezoito dezenove vinte primeiro primeira terceiro terceira quarto"
    " quarta sétimo sétima oitavo oitava nono nona due tre quattro cinque sei sette otto dieci undici"
    " dodici tredici quattordici quindici sedici diciassette diciotto diciannove venti primo prima"
    " secondo seconda terzo terza settimo settima ottavo ottava undicesimo dodicesimo tredicesimo"
    " quattordicesimo quindicesimo undicesima dodicesima sedicesimo diciassettesimo diciottesimo"
    " diciannovesimo ventesimo"
    # Polish, Russian, Ukrainian
    " jeden dwa trzy cztery pięć sześć siedem osiem dziewięć dziesięć jedenaście dwanaście trzynaście"
    " czternaście piętnaście pierwszy drugi trzeci czwarty piąty szósty siódmy ósmy dziewiąty"
    " dziesiąty jedenasty dwunasty trzynasty czternasty piętnasty pierwsza druga trzecia один два три"
    " четыре пять шесть семь восемь девять десять одиннадцать двенадцать тринадцать четырнадцать"
    " пятнадцать первый второй третий четвёртый четвертый пятый шестой седьмой восьмой девятый десятый"
    " одиннадцатый двенадцатый тринадцатый четырнадцатый пятнадцатый первая вторая третья четвёртая"
    " пятая шестая седьмая восьмая девятая десятая чотири шість сім вісім перший другий третій"
    " четвертий"
    # Turkish, Arabic, Hindi, Korean, Vietnamese, Indonesian
    " iki üç dört beş altı yedi sekiz dokuz yirmi birinci ikinci üçüncü dördüncü beşinci altıncı"
    " yedinci sekizinci dokuzuncu onuncu واحد اثنان ثلاثة أربعة خمسة ستة سبعة ثمانية تسعة عشرة الأولى"
    " الثانية الثالثة الرابعة الخامسة السادسة السابعة الثامنة التاسعة العاشرة एक दो तीन चार पाँच पांच"
    " छह सात आठ नौ दस ग्यारह बारह तेरह चौदह पंद्रह पहला दूसरा तीसरा चौथा पाँचवाँ पांचवां छठा सातवाँ"
    " आठवाँ नौवाँ दसवाँ 하나 둘 셋 넷 다섯 여섯 일곱 여덟 아홉 열 열하나"
    " 열둘 열셋 열넷 열다섯 첫째 둘째 셋째 넷째 다섯째 여섯째 일곱째 여덟째 아홉째 열째"
    " hai ba bốn năm sáu bảy tám chín mười satu dua tiga empat lima enam tujuh delapan sembilan"
    " sepuluh pertama kedua ketiga keempat kelima"
    # Chinese and Japanese, a character each
    " 一 二 三 四 五 六 七 八 九 十 百"
)
NUMBER_WORDS = frozenset(WORDS.split())
ROMAN_NUMERAL = re.compile(r"\b(?:[IVX](?=[.:)])|(?=[IVXLC]{2})C{0,3}(?:X[LC]|L?X{0,3})(?:I[XV]|V?I{0,3})\b)")
