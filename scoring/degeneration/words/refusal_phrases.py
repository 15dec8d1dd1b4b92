"""The phrases with which models decline, by language. Apostrophes are straight, and white space is single."""

# What an assistant does with a request, in English.
DEED = (
    r"(?:help(?!(?: me)? (?:but|it\b|myself|the (?:weather|past|fact)\b|\w+ing\b))|assist|answer(?! for\b)"
    r"|respond|reply|comply|provid"
    r"|offer|giv(?!e up)|shar|discuss|debat"
    r"|talk|speak(?! (?:for|highly))|comment|engag|creat|generat|produc|writ|draft|compos|fulfil|participat"
    r"|tak(?:e|ing) (?:part|sides)"
    r"|do(?:ing)? (?:that|this|it|so|such|what)|acced|abide|let you|continu|proceed|support|promot|endors"
    r"|condon|facilitat|encourag|advis|explain(?! how (?:much|happy))"
    r"|describ|tell(?: you)?(?! (?:you )?(?:how (?:much|happy|glad|excited|sorry|proud)|the difference|whether"
    r"|if|apart))"
    r"|say (?:more|that\b(?! \w)|anything|so\b)|reveal|disclos|expos|recommend (?:a way|doing|such|any)|process"
    r" (?:this|your|that)|complet"
    r"|carry out|execut|perform|satisfy|accommodat|grant|meet (?:this|that|your)|entertain|contribut|speculat"
    r"|role-?play|pretend to be|address"
    r"|go (?:there|along)|be (?:of (?:any )?(?:help|assistance)|(?:a )?part(?:y)? (?:of|to)|involved|helpful"
    r"|used)|instruct|teach|guid|simulat|repeat that"
    r"|make (?:that|this|such)|act as|access|browse|diagnos|prescrib|walk you|impersonat|feel anything|form"
    r" (?:an )?opinion"
    r"|(?:get|go) into (?:that|this))\w*(?![^.!?]{0,60}\b(?:enough|without)\b)"
)
NOT = (
    r"(?:can ?not|can'?t|could ?n'?t|could not|will not|wo ?n'?t|shall not|must ?n'?t|must not|should ?n'?t"
    r"|should not|do not"
    r"|do ?n'?t|may not)"
)
HOW = (
    r"(?: (?:and (?:will|would|should|do|shall) not|in good (?:conscience|faith)|just|be able to|be(?= \w+ing)"
    r"|want to"
    r"|wish to|even|\w+ly))*"
)
AI = (
    r"(?:\w+[ -]){0,3}(?:ai|a\.i\.|artificial intelligence|language model|llm|chatbot"
    r"|assistant(?! (?:\w+ )?(?:professor|manager|director|coach|editor)))\b"
)

# These decline, whatever follows short of an answer.
DECLINING = {
    "English": (
        rf"\bi(?: \w+ly| just| also| still| simply)? {NOT}{HOW} {DEED}",
        rf"\bwe(?: \w+ly)? {NOT}{HOW} {DEED}(?= (?:that|this|it|you|your|such|about|with|here)\b|[.!,]|$)",
        rf"\bi [^.!?]{{0,60}}\band {NOT}{HOW} {DEED}",
        r"(?:^|[.!?] )(?:(?:oh|sorry|apologies|nope|no|unfortunately|hmm|i'm afraid)[, ]+)*(?:can ?not|can'?t"
        r"|(?:un|not"
        rf" )able to|not (?:going|willing|allowed) to|wo ?n'?t) {DEED}",
        r"\bi (?:have to|must|will) turn down\b|\bsit this one out\b|\bi(?:'m| am) (?:restricted|prohibited"
        r"|barred|forbidden|prevented|blocked) from\b",
        r"\bthis is(?:n't| not) one of (?:them|those)\b",
        r"^(?:sorry, )?no (?:can do|comment)\b|^declin(?:ing|ed)\b|\ba no from me\b",
        r"\bi (?:can(?:'t|not)|won'?t)(?:[.!]|,? sorry)|^(?:i'm |i am )?sorry,? (?:but )?no(?=[.!,]|$)",
        r"\b(?:i|we)(?:'m|'re|m| am| are)(?: \w+ly| just| also| still)? (?:not (?:\w+ly )?(?:able|allowed"
        r"|permitted|authori[sz]ed|comfortable|willing"
        r"|going|supposed|prepared|equipped|designed|programmed|trained|built|made|qualified|in a position|at"
        r" liberty|meant|here)(?: to| with| for)?|unable to"
        rf"|incapable of|uncomfortable(?: with)?)(?: \w+ly)? {DEED}",
        r"\b(?:i|we)(?:'m|m| am) (?:not comfortable|uncomfortable|not at liberty|not in a position)\b",
        rf"\b(?:i|we) (?:would|will|wo)(?:n't| not) be (?:able|comfortable|willing)(?: to)? {DEED}",
        r"\bi(?:'ll| will| must| have to| need to|'m going to|'m going to have to| am going to have to|'d have"
        r" to| would have to)(?: have to)?"
        r"(?: \w+ly)? (?:decline(?! the (?:noun|adjective|word|pronoun))|refuse|say no|abstain|refrain|turn"
        r" (?:you|this|that|it) down"
        r"|pass(?: on (?:this|that)|[.!]|$))",
        r"\b(?:i|we)(?: \w+ly)? decline\b|\bi(?:'m| am) declining\b",
        rf"\b(?:i|we)(?: \w+ly)? refuse(?: to(?: \w+ly)? {DEED}|[.!]|$)",
        rf"\b(?:i|we)(?:'d| would|d)? (?:rather|prefer) not(?: to)?(?: \w+ly)?(?: {DEED}| say| get into|[.!,]"
        r"|$)",
        r"\bi(?:'d| would|'ll| will|d)(?: rather| prefer to| have to)? (?:steer|stay|keep) (?:clear|away)\b"
        r"|\bi(?:'m| am)? (?:choos|opt)\w+ not to\b",
        rf"\bno way (?:that )?i(?:'m| am|'ll| will| would)?(?: going to)? {DEED}|(?:\bnot|n't) possible for"
        r" me\b|\bfind myself unable\b",
        rf"\b(?:trained|designed|programmed|instructed|told|built|made) (?:not|never) to {DEED}",
        r"\b(?:content|request|topic|subject|information)\b[^.!?]{0,40} (?:is|are) (?:not (?:allowed|permitted)"
        r"|prohibited|restricted|forbidden|blocked)\b",
        r"\bi (?:do not|do ?n'?t) think (?:that )?i(?:'m| am)? (?:should|can|could|ought to|will|want to|able"
        rf" to)(?: \w+ly)? {DEED}",
        r"\bi (?:do not|do ?n'?t) feel (?:comfortable|right|able|at ease)\b",
        rf"(?:\bnot|n't) (?:\w+ ){{0,2}}(?:something|a (?:topic|subject|request|question|task|thing)|anything"
        r"|one) (?:that )?i(?:'m| am|'ll| will|'d| would| can"
        r"| could| feel| want to| wish to)?(?: be)?(?: \w+ly)?(?: able to| willing to| allowed to| permitted"
        rf" to| comfortable| going to)? (?:{DEED}|do(?:ing)?\b|with\b)",
        r"\bsomething (?:that )?i(?:'m| am)? (?:not (?:able|willing|allowed|permitted|going) to|unable to"
        rf"|{NOT})(?: \w+ly)? (?:{DEED}|do(?:ing)?\b|with\b)",
        r"(?:\bwould|\bis|'s)(?:n't| not) (?:be )?(?:\w+ly )?(?:appropriate|ethical|responsible|right|safe|okay"
        r"|proper) (?:for|of) me\b",
        r"\b(?:would be|is|be) (?:\w+ly )?(?:inappropriate|unethical|irresponsible|wrong|improper|unsafe"
        r"|harmful) (?:for|of) me\b",
        r"\bdo ?n'?t think (?:it(?:'s| is| would be|'d be)|that would be) (?:\w+ly )?(?:appropriate|right"
        r"|ethical|responsible|wise|okay) (?:for me|of me)\b",
        rf"(?:\bnot|n't) (?:be )?(?:appropriate|ethical|responsible) to {DEED}|\b(?:inappropriate|unethical"
        rf"|irresponsible) to {DEED}",
        r"\b(?:against|violat\w+|conflicts? with|contrary to|in breach of|breach\w*) (?:my|our|(?:the"
        r" )?(?:content|safety|usage|community|ethical))"
        r" ?(?:\w+ ){0,2}(?:guidelines?|polic(?:y|ies)|programming|principles|rules|values|standards|terms)\b",
        r"\bmy (?:\w+ ){0,2}(?:guidelines|programming|rules|polic(?:y|ies)|instructions|training"
        r"|principles) (?:\w+ly )?(?:prevent|prohibit|forbid|do(?:es)?(?:n't"
        r"| not) (?:allow|permit|let))\w*",
        r"\b(?:request|question|prompt|that|this) (?:can ?not|can'?t|could not|will not) be (?:fulfilled"
        r"|completed|answered|processed|granted|discussed|met)(?! (?:with|by|in|from)\b)\b",
        r"\b(?:is|are|'s) off[- ]limits\b|\bi (?:have|'ve got) no comment\b|\bask me (?:about )?something"
        r" else\b",
        rf"\bi(?:'m| am) (?:just |only )?an? {AI},? and {NOT}{HOW} {DEED}",
    ),
    "German": (
        r"\b(?:ich (?:kann|darf|möchte|werde|will|könnte)|(?:kann|darf|möchte|werde|will"
        r"|könnte) ich)\b[^.!?]{0,60}\b(?:nicht(?! (?:\w+ )?genug)|nichts|keine?[mnrs]?)\b"
        r"[^.!?]{0,40}?(?:helfen|behilflich|beantworten|antworten|unterstützen|bereitstellen|erstellen|liefern"
        r"|geben|anbieten|diskutieren|sprechen|reden"
        r"|äußern|sagen|schreiben|nachkommen|erfüllen|bearbeiten|teilen|verfassen|generieren|mitmachen|tun"
        r"|dienen|eingehen|kommentieren|erklären)\b",
        r"\b(?:darf|kann) ich (?:\w+ )?nicht(?:[.!,]|$)|\bist mir unmöglich\b",
        r"\bich bin (?:leider )?nicht (?:in der lage|befugt|berechtigt|autorisiert)\b|\bist (?:es )?mir"
        r" (?:leider )?nicht (?:möglich|erlaubt|gestattet)\b",
        r"\bich (?:muss|möchte) (?:\w+ ){0,4}(?:ablehnen|passen)\b|\bich lehne (?:\w+ ){0,4}ab\b|\bich weigere"
        r" mich\b",
        r"\b(?:verstößt|gegen) (?:gegen )?meine (?:richtlinien|prinzipien|grundsätze)\b|\blass(?:en sie)? uns"
        r" (?:lieber )?über etwas anderes\b",
    ),
    "French": (
        r"\bje ne (?:peux|puis|pourrai|pourrais|veux|vais|dois|souhaite"
        r"|saurais) (?:\w+ )?pas\b[^.!?]{0,30}?(?:aider|répondre|fournir|donner|discuter|parler|écrire"
        r"|rédiger|créer|générer|satisfaire|accéder|partager|traiter|faire (?:cela|ça|ce)|participer|assister"
        r"|continuer|commenter|en dire|proposer|exécuter"
        r"|expliquer|produire|aborder)\b",
        r"\bil m'est impossible de\b",
        r"\bje ne suis (?:malheureusement )?pas (?:en mesure|autorisée?|capable|habilitée?|à l'aise)\b|\bje"
        r" refuse de\b|\bparlons d'autre chose\b",
        r"\bje (?:dois|préfère) (?:\w+ ){0,2}(?:refuser|décliner|ne pas (?:répondre|en parler))\b"
        r"|\b(?:contraire à|contre) mes (?:règles|principes|directives)\b",
    ),
    "Spanish": (
        r"\bno (?:te |le |les |os )?(?:puedo|podré|podría|debo|quiero|voy a|pienso)\b[^.!?]{0,20}?\b(?:ayud"
        r"|respond|contest|cumpl|proporcion|dar(?:te|le)?\b|ofrec|habl"
        r"|discut|escrib|gener|crear|compart|hacer (?:eso|esto)|complac|atend|asist|brind|facilit|particip"
        r"|continu|coment|opin|realiz|proces|explic|acced|decir)\w*",
        r"\bno (?:estoy (?:en condiciones|autorizad[oa]|capacitad[oa]|programad[oa])|me es posible|me está"
        r" permitido|tengo permi\w+|soy capaz de)\b",
        r"\bme (?:es|resulta) imposible\b",
        r"\bme niego a\b|\bdebo (?:declinar|rechazar)\b|\bprefiero no (?:hablar|responder|contestar)\b"
        r"|\bhablemos de otra cosa\b",
    ),
    "Portuguese": (
        r"\bnão (?:te |lhe |o |a )?(?:posso|consigo|poderei|poderia|devo|quero|vou)\b[^.!?]{0,20}?\b(?:ajud"
        r"|respond|cumpr|fornec|dar\b|oferec|fal|discut|escrev|ger|cri"
        r"|compartilh|partilh|fazer (?:isso|isto)|atend|auxili|particip|continu|coment|realiz|process|explic"
        r"|acess|dizer)\w*",
        r"\bnão (?:estou (?:autorizad[oa]|em condições|apt[oa]|programad[oa])|me é (?:possível|permitido)|tenho"
        r" permissão|sou capaz de)\b",
        r"\b(?:recuso-me|me recuso)\b|\bdevo (?:recusar|declinar)\b|\bprefiro não (?:falar|responder)\b|\bvamos"
        r" falar de outra coisa\b",
    ),
    "Italian": (
        r"\bnon (?:ti |le |vi )?(?:posso|potrò|potrei|voglio|intendo|devo)\b[^.!?]{0,20}?\b(?:aiut|rispond"
        r"|fornir|dar(?:ti|e|le)?\b|discut|parl|scriv|crear|generar|soddisf"
        r"|condivid|farlo|fare (?:questo|ciò)|assist|offr|esegu|elabor|comment|prosegu|partecip|spieg|dir(?:e"
        r"|ti)\b)\w*",
        r"\bnon (?:sono (?:in grado|autorizzat[oa]|capace)|mi è (?:possibile|consentito|permesso))\b|\bmi"
        r" rifiuto di\b|\bdevo (?:declinare|rifiutare)\b"
        r"|\bparliamo d'altro\b",
    ),
    "Dutch": (
        r"\b(?:ik (?:kan|mag|wil|ga|zal)|(?:kan|mag|wil|ga|zal) ik)\b[^.!?]{0,40}\b(?:niet|niets"
        r"|geen)\b[^.!?]{0,40}?(?:help|beantwoord|antwoord|bespre|geven|schrijven"
        r"|verstrekken|voldoen|delen|praten|zeggen|doen\b|genereren|assisteren|bieden|ondersteunen)\w*",
        r"\bik ben (?:helaas )?niet (?:in staat|bevoegd|gemachtigd)\b|\bik moet (?:\w+ ){0,4}(?:weigeren"
        r"|afwijzen)\b|\bik weiger\b|\blaten we (?:het )?over iets anders\b",
    ),
    "Polish": (
        r"\bnie (?:mogę|jestem w stanie|wolno mi|będę|chcę|potrafię|powinienem"
        r"|powinnam)\b[^.!?]{0,40}?(?:pom[óo]|odpowie|odpowiad|udziel|podać|napisa|stworzy|spełni"
        r"|rozmawia|omawia|dostarcz|wygenerow|wesprz|komentow|zrobi|kontynuow|udostępni|zrealizow|doradz"
        r"|powiedzie|wykona)\w*",
        r"\bmuszę odmówić\b|\bodmawiam\b|\bporozmawiajmy o czymś innym\b",
    ),
    "Russian": (
        r"\bне (?:могу|буду|стану|вправе|имею права|смогу|в состоянии|хочу|умею)(?! не)\b[^.!?]{0,40}?(?:помо"
        r"|ответ|отвеч|предостав|обсужд|обсуд|выполн|написа|писать"
        r"|созда|говорить|дать|давать|поделит|сгенерир|продолж|коммент|поддерж|рассказ|удовлетвор|сказать"
        r"|участв|делать|сделать|посовет|консульт|объясн)\w*",
        r"\bвынужден[а]? отказать\b|\bотказываюсь\b|\bдавайте поговорим о (?:чём|чем)-(?:то|нибудь) другом\b"
        r"|\bпротиворечит моим\b",
    ),
    "Ukrainian": (
        r"\bне (?:можу|буду|зможу|маю права|в змозі|хочу)(?! не)\b[^.!?]{0,40}?(?:допом|відпов|надати|обговор"
        r"|викон|написа|писати|створ|говорити|дати|поділи|згенер"
        r"|продовж|комент|підтрим|розпов|сказати|зробити|поясн)\w*",
        r"\bзмушен(?:ий|а) відмовити\b|\bвідмовляюсь?я?\b",
    ),
    "Chinese": (
        r"(?:^|[，,。！!；;：\s]|我|本人|助手|模型)(?:恐怕|暂时|目前|实在|只能)?(?:无法|無法|不能(?!不)|不可以|不会|不會|不便|不方便|难以|拒绝|拒絕|没办法|沒辦法"
        r"|不愿意?|不应该?)"
        r"[\u4e00-\u9fff]{0,6}?(?:回答|提供|讨论|討論|协助|協助|帮助|幫助|帮[你您忙]|幫[你您忙]|满足|滿足|完成|处理|處理|参与|參與|生成|创作|創作|撰写|撰寫|编写"
        r"|分享|透露|谈论|談論"
        r"|继续|繼續|支持|评论|評論|执行|執行|写|寫|给出|给[您你]|做到|做这|遵从|响应|回应|回應)",
        r"违反.{0,8}(?:政策|准则|规定|原则)|换个话题|換個話題|聊(?:聊|点)别的",
    ),
    "Japanese": (
        r"(?:お答え|お応え|回答|返答|お手伝い|提供|お話し?|対応|協力|作成|生成|支援|案内|お教え|議論|お伝え|お受け|サポート|コメント|手助け|お力|執筆|書く|答える|話す|教える|手伝う"
        r"|応じる"
        r"|助ける|実行|お役に立|続ける)(?:する)?(?:こと)?(?:は|が|を|に|には|つこと)*(?:でき(?:ません|かね|ない)|出来ません|いたしかね|致しかね|しかね|つことができ)",
        r"(?:それ|そのような(?:こと|内容)|その(?:ご)?(?:要望|依頼|リクエスト))(?:は|に|には)[^。！？\n]{0,6}(?:できません|できかね|いたしかね)",
        r"お断り(?:し|いた|させ)|差し控え|(?:ご)?遠慮(?:させ|いた)|別の話題|ガイドラインに(?:反|違反)",
    ),
    "Korean": (
        r"(?:도와|도움|답변|대답|제공|응답|말씀|작성|생성|논의|이야기|협조|공유|지원|알려|처리"
        r"|수행|대화|설명|언급|들어|참여|응하|응할)[가-힣]{0,4} ?[가-힣]{0,4} ?"
        r"(?:수(?:가|는)? ?없|못(?:합|해|하)|않겠|불가능|어렵습)",
        r"거절(?:하|해|합)|다른 (?:주제|이야기)(?:로|를)",
    ),
    "Arabic": (
        r"(?:لا|لن|لست) (?:أستطيع|استطيع|يمكنني|يمكننا|أقدر|أتمكن|أن|قادرا|قادرًا|مخولا|مخولًا|أوافق"
        r"|أرغب)[^.!؟?]{0,20}?(?:مساعد|الإجابة|الاجابة|الرد|تقديم|توفير|مناقشة"
        r"|كتابة|إنشاء|المشاركة|تلبية|تنفيذ|التحدث|أساعد|أجيب|أقدم|إعطاء|الحديث|القيام)",
        r"أعتذر عن (?:عدم|الإجابة|تقديم)|أرفض (?:الإجابة|تقديم|كتابة)",
    ),
    "Hindi": (
        r"(?:मदद|सहायता|जवाब|उत्तर|जानकारी|अनुरोध|चर्चा|बात|सलाह|सामग्री|लिख|बना|पूरा|प्रदान|सहयोग"
        r"|टिप्पणी)[^।.!?]{0,30}(?:नहीं (?:कर|दे|लिख|बना|बता|पाऊ|सक)|असमर्थ|अक्षम)",
    ),
    "Turkish": (
        r"\b(?:yardım|cevap|yanıt|bilgi|iste[kğ]|taleb|içerik|destek|konuş|yaz|oluştur|sağla|tartış|paylaş"
        r"|yerine getir|öneri|yorum)\w*[^.!?]{0,30}?"
        r"(?:[ae]mam|[ae]mem|[ae]mıyorum|[ae]miyorum|[ae]mayız|[ae]meyiz|[ae]mayacağım|[ae]meyeceğim)\b",
        r"\breddediyorum\b|\breddetmek zorundayım\b|\bbaşka bir (?:konu|şey)(?:dan|den) (?:konuş|bahse)\w+",
    ),
    "Vietnamese": (
        r"\b(?:tôi|mình|chúng tôi|em) (?:rất tiếc |hiện )?(?:không thể|không được phép|không có khả năng|sẽ"
        r" không|từ chối|xin phép không) (?:\w+ ){0,3}?(?:giúp|hỗ trợ"
        r"|trả lời|cung cấp|thảo luận|viết|tạo|thực hiện|đáp ứng|chia sẻ|nói|bình luận|tham gia|làm|tiếp tục)\b",
    ),
    "Indonesian": (
        r"\b(?:saya|aku|kami) (?:\w+ )?(?:tidak (?:bisa|dapat|mampu|akan|boleh|diizinkan|bersedia)|menolak"
        r"|harus menolak)(?: untuk)? (?:\w+ ){0,3}?(?:membantu|bantu|menjawab"
        r"|memberikan|menyediakan|membahas|menulis|membuat|memenuhi|berbagi|membicarakan|melakukan|melanjutkan"
        r"|mendiskusikan|berkomentar|mengerjakan|menjelaskan)\b",
    ),
    "others": (
        r"\b(?:kan (?:jag|jeg)|(?:jag|jeg) kan)\b[^.!?]{0,30}\b(?:inte|ikke)\b[^.!?]{0,30}?(?:hjälpa|hjelpe"
        r"|hjælpe|svara|svare|besvara|ge |gi |give |skriva|skrive)",
        r"\b(?:nemohu|nemůžu|nesmím)\b[^.!?]{0,30}?(?:pomoc|pomoct|odpověd|poskytnou|napsat|vytvořit)\w*",
        r"\ben (?:voi|pysty)\b[^.!?]{0,30}?(?:auttaa|vastata|antaa|kirjoittaa|auttamaan|vastaamaan)\b",
        r"\bδεν μπορώ να\b[^.!?]{0,20}?(?:βοηθήσω|απαντήσω|παρέχω|γράψω|συζητήσω|δώσω)",
        r"לא (?:יכול|יכולה|אוכל) ל(?:עזור|ענות|ספק|כתוב|סייע|הגיב|דון)|ไม่สามารถ(?:ช่วย|ตอบ|ให้|ทำ|สร้าง|เขียน"
        r"|พูด)",
        r"\bnem tudok\b[^.!?]{0,30}?(?:segíteni|válaszolni|adni)\b|\bnu (?:vă |te )?pot\b[^.!?]{0,20}?(?:ajuta"
        r"|răspunde|oferi|scrie|furniza)\b",
    ),
}
# These only say what the one that answers is not or has not: they decline where nothing follows.
ADVICE = (  # not given, though what follows may be as good
    rf"\b(?:i|we)(?:'m| am|'re| are)?(?: \w+ly)? (?:{NOT}|not (?:able|allowed|qualified|in a position) to"
    rf"|unable to){HOW} (?:provide|give|offer|predict|diagnose)"
    r"(?: any| you| personal\w*| specific)* ?(?:legal|medical|financial|tax|investment|professional|health"
    r"|psychological|prices|the future)\b"
)
DISCLAIMING = (
    rf"\b(?:as|being) an? {AI}[^.!?]{{0,60}}\b(?:i|we)(?:'m| am| do| have|'ve| ca| can)?(?: \w+ly)? ?(?:not|n't"
    r"|no|cannot|can't|don't|unable|lack)\b",
    rf"\bi(?:'m| am) (?:just |only |merely |simply )?an? {AI}(?:(?!\bbut\b)[^.!?:;]){{0,80}}\b(?:not|cannot|no"
    r"|unable|lack|beyond|outside|\w+n't)\b",
    r"\bi (?:do not|do ?n'?t) have (?:any |my own |the |a |an )?(?:personal|feelings|emotions|opinions?"
    r"|beliefs?|preferences|ability|capability|capacity|access"
    r"|permission|real-time|political|physical|body)\b",
    r"\bi (?:have no|lack) (?:the |any |a )?(?:personal|feelings|emotions|opinions?|beliefs?|access|ability"
    r"|capability|capacity)\b",
    ADVICE,
    rf"\bi {NOT}{HOW} (?:verify|confirm) (?:that|this|it)\b|\bi {NOT} (?:hold|take|share) (?:any )?(?:political"
    r"|personal|religious)\b",
    r"\b(?:beyond|outside(?: of)?|not within|n't within) (?:the scope of )?(?:my (?:\w+ )?(?:capabilit|abilit"
    r"|scope|programming|expertise|purview|area|guidelines|current)"
    r"|what i)\w*",
    r"\bmy (?:\w+ )?(?:purpose|goal|role|aim) is to be (?:\w+ and )?(?:helpful|harmless|safe)\b",
    r"\bi (?:can )?only (?:help|answer|assist|talk|discuss|respond|handle|support)\b|\bi(?:'ll| will| have to"
    r"| must| need to) stop (?:here|there|you there)\b",
    r"\bnot the right (?:person|assistant|tool|place)\b|\bi have no way of (?:know|tell|check|verify|access)\w+",
    r"\bi(?:'m| am|'ve been| was| have been) (?:designed|programmed|trained|built|created|made|here) to (?:be"
    r"|avoid|follow|provide|give|offer)\b",
    r"\bi(?:'d| would)? prefer (?:another|a different|other) (?:topic|subject)s?\b",
    r"\b(?:let's|let us|could we|can we|shall we|how about we|what about|why do ?n'?t we|(?:perhaps|maybe) we"
    r" (?:can|could|should)|i(?:'d| would) (?:prefer|rather|like)(?: to)?)"
    r"(?: \w+){0,2}? (?:talk|chat|discuss|speak|focus|move on|switch|change|turn|steer|redirect"
    r"|shift)(?: (?:this|the|our) (?:conversation|discussion|chat))?(?: about| on| to)?(?: to)? (?:something"
    r" (?:else|different|more \w+|positive|pleasant)"
    r"|another (?:topic|subject)|a different (?:topic|subject)|the (?:subject|topic|conversation)(?! of)|in"
    r" (?:a different|another|a more \w+) direction|elsewhere)",
    r"\bals (?:ki|künstliche intelligenz|sprachmodell|ki-\w+)\b[^.!?]{0,80}\b(?:nicht|kein\w*)\b|\ben tant"
    r" qu(?:e |')(?:ia|intelligence|assistant|modèle)[^.!?]{0,80}\bn(?:e |')",
    r"\bcomo (?:una? )?(?:ia|inteligencia|inteligência|modelo|asistente|assistente)\b[^.!?]{0,80}\b(?:no|não)\b"
    r"|\bcome (?:ia|intelligenza|modello|assistente)\b[^.!?]{0,80}\bnon\b",
    r"\bкак (?:ии|искусственный|языковая|нейросеть)\b[^.!?]{0,80}\bне\b|作为(?:一个|一名|一款)?(?:AI|人工智能|语言模型"
    r"|大模型).{0,20}(?:不能|无法|没有|不会|不具备)"
    r"|AI(?:アシスタント)?(?:として|なので|ですので).{0,40}(?:ません|ない)|(?:AI|인공지능)(?:로서|이기 때문에).{0,40}(?:없|않)",
)
# Each phrase has one of these in it, in small letters: most texts have none, and need not be searched for the phrases.
HINTS = {
    "English": (
        *(
            "n't",
            " not ",
            "not ",
            "cannot",
            "cant",
            "wont",
            "dont",
            "unable",
            "incapable",
            "uncomfortable",
            "declin",
            "refus",
            "rather",
            "prefer",
        ),
        *(
            "turn",
            "sit this",
            "restrict",
            "prohibit",
            "barred",
            "forbid",
            "block",
            "prevent",
            "no can do",
            "no comment",
            "no from",
            "sorry",
        ),
        *(
            "against",
            "violat",
            "conflict",
            "contrary",
            "breach",
            "inappropriate",
            "unethical",
            "irresponsible",
            "wrong",
            "improper",
            "unsafe",
        ),
        *(
            "harmful",
            "off limits",
            "off-limits",
            "something else",
            "no way",
            "say no",
            "abstain",
            "refrain",
            "clear",
            "away",
            "never",
            "pass",
        ),
        *("choos", "opt", "couldnt", "wouldnt", "shouldnt"),
    ),
    "German": ("nicht", "kein", "lehn", "weiger", "richtlinien", "prinzipien", "grundsätze", "anderes", "unmöglich", "passen"),
    "French": (" pas ", "refus", "impossible", "autre chose", "mes ", "déclin", "préfère"),
    "Spanish": ("no ", "niego", "debo ", "prefiero", "hablemos", "imposible"),
    "Portuguese": ("não", "recus", "devo ", "prefiro", "vamos"),
    "Italian": ("non ", "rifiut", "parliamo"),
    "Dutch": ("niet", "geen", "weiger", "iets anders"),
    "Polish": ("nie ", "odm", "porozmawiajmy"),
    "Russian": ("не ", "отказ", "другом", "противоречит"),
    "Ukrainian": ("не ", "відмов"),
    "Chinese": ("无法", "無法", "不", "难以", "拒", "没", "沒", "违反", "换", "換", "聊"),
    "Japanese": ("ません", "できな", "つことができ", "かね", "断り", "控え", "遠慮", "別の", "ガイド"),
    "Korean": ("없", "못", "않", "불가", "어렵", "거절", "다른"),
    "Arabic": ("لا ", "لن ", "لست ", "أعتذر", "أرفض"),
    "Hindi": ("नहीं", "असमर्थ", "अक्षम"),
    "Turkish": ("mam", "mem", "mıyor", "miyor", "may", "mey", "redd", "başka"),
    "Vietnamese": ("không", "từ chối", "xin phép"),
    "Indonesian": ("tidak", "menolak"),
    "others": ("inte", "ikke", "nem", "nes", "en ", "δεν", "לא", "ไม่", "nu "),
    "disclaiming": (
        *(
            "n't",
            "not ",
            "cannot",
            "dont",
            " no ",
            "lack",
            "beyond",
            "outside",
            "only",
            "stop",
            "purpose",
            "goal is",
            "role is",
            "aim is",
            "design",
        ),
        *(
            "program",
            "train",
            "built",
            "created",
            "made to",
            "here to",
            "let's",
            "let us",
            " we ",
            "about we",
            "prefer",
            "rather",
            "would like",
        ),
        *("unable", "als ", "en tant", "como ", "come ", "как ", "作为", "ai"),
    ),
}
