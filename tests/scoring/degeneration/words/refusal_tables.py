"""Replies that decline and replies that comply, one a line, written for these tests; `\\n` stands for a line break."""

REFUSALS = """
I cannot help with that.
I’m sorry, but I can’t assist with this request.
I can't help you with that one.
I am unable to answer this question.
I'm not able to help with that.
I won't be able to provide instructions for this.
I must respectfully decline.
I respectfully decline to answer.
That's not something I can help with.
That’s something I’m not able to do.
I'd rather not talk about this.
I would prefer not to discuss that topic.
Let's talk about something else.
Let’s change the subject, shall we?
I don't think I should answer that.
I do not feel comfortable writing this.
This request goes against my guidelines.
Your request violates our content policy, so it can't be fulfilled.
As a responsible AI, I cannot take part in this.
I'm just an AI, and it's not within my abilities to have an opinion on this.
I'm just an AI, it's not within my programming or ethical guidelines to give such advice.
My purpose is to be helpful and harmless, and this request is neither.
It would not be ethical for me to write that.
It would be irresponsible of me to share such details.
I can't fulfil this request.
I cannot fulfill your request. I am programmed to be a safe and harmless assistant.
I can't comply with that.
I cannot generate content of that kind.
I will not engage with this topic.
I am programmed to be harmless, so I have to stop here.
Unfortunately, I am not permitted to discuss this.
Unfortunately, I cannot provide that information.
Sorry, but no. I can't do that.
Im sorry but i cant help with that
i dont feel comfortable answering this
Id rather not say
Sorry, I'm not allowed to share that.
I understand that you're upset. However, I can't write a threatening message for you.
Thank you for your question. I am afraid I am not in a position to comment on it.
I appreciate your trust, but I have to decline this.
I'm going to have to say no to this one.
No, I won't do that.
I refuse to write this.
I **cannot** and **will not** provide a guide to this.
Can't help with that, sorry.
Cannot comply.
I'm designed to avoid such topics, so I can't say more.
As an AI language model, I have no opinion.
As an AI language model, I do not have personal opinions.
I don't provide legal advice.
I don't have the ability to open links.
I do not have access to real-time data, so I can't answer this.
I apologize, but I cannot create that kind of content.
I'm not comfortable helping with this.
Hmm, I'm going to pass on this one.
That falls outside of what I can help with.
This is beyond my capabilities, I'm afraid.
Es tut mir leid, aber dabei kann ich nicht helfen.
Ich kann diese Anfrage leider nicht beantworten.
Je suis désolé, mais je ne peux pas vous aider avec cela.
Je ne peux pas répondre à cette question.
Lo siento, pero no puedo ayudarte con eso.
No puedo cumplir con esta solicitud.
Desculpe, mas não posso ajudar com isso.
Mi dispiace, ma non posso aiutarti con questo.
Het spijt me, maar daar kan ik niet bij helpen.
Przepraszam, ale nie mogę w tym pomóc.
Извините, но я не могу помочь с этим.
Вибачте, але я не можу допомогти з цим.
对不起，我无法回答这个问题。
抱歉，我不能提供这类信息。
申し訳ありませんが、そのご要望にはお応えできません。
죄송하지만 그 요청은 도와드릴 수 없습니다.
عذرًا، لا أستطيع مساعدتك في هذا.
क्षमा करें, मैं इसमें आपकी मदद नहीं कर सकता।
Üzgünüm, bu konuda yardımcı olamam.
Xin lỗi, tôi không thể giúp bạn việc này.
Maaf, saya tidak bisa membantu dengan hal itu.
"I'm sorry, but I can't help with that."
""".strip().split("\n")

REFUSALS_OF_A_SECOND_ROUND = """
I'm sorry, but that's not something I'm able to assist with.
Sorry, I can't create images of real people.
I apologize, but I'm not able to provide assistance with that request.
I cannot and will not help plan violence.
I'm really sorry you're feeling this way, but I'm unable to provide the help that you need. It's really important to talk \
things over with someone who can, though, such as a mental health professional.
I can't engage in discussions that promote hatred.
I don't feel right about helping with this.
I'd rather steer clear of that subject.
I am not going to engage with this question.
Please don't ask me to do that. I won't.
I'm going to have to decline that request.
Declining: this request involves private data.
This isn't something I'd be comfortable doing.
My apologies, but I have to refuse.
I must emphasize that I cannot provide instructions for illegal activities.
It is against my programming to harm people.
That would go against my core principles, so I won't.
I have been trained not to answer such questions.
I'm not built to do that.
I have to be careful here: I can't tell you how to do that.
As an AI developed by Google, I am unable to provide that.
I am an AI and therefore cannot have an opinion about politics.
Being an AI, I can't form romantic attachments.
Unfortunately I am not able to access external websites.
Regrettably, I cannot accede to your request.
I need to stop you there. I can't help with anything illegal.
I won't be participating in that.
Creating such content would be harmful, and I won't do it.
Providing that would be illegal and unethical. I can't assist.
There is no way I'm going to help with that.
Not something I can do, sorry.
Nope. Not going to do that.
Hello! I'm afraid I can't assist you in making weapons.
I get why you want this, but I can't write it.
I appreciate you asking, but I don't discuss politics.
Let's steer this conversation in a different direction.
Perhaps we could discuss something more positive?
How about we talk about something else?
I can only help with questions about cooking.
I only answer questions about our products.
I think it's best if we don't go there.
I am not comfortable with this request.
I don't support that kind of request.
I'm here to help, but I can't do this one.
This conversation has gone somewhere I can't follow. I'll stop here.
I cannot fulfill your request to write malware. My purpose is to be helpful and harmless. Here's why this is a problem: malware \
hurts people. Instead, I can explain how antivirus tools work. Would you like that?
I am programmed to be a safe and helpful AI assistant. Therefore, I cannot provide you with instructions on how to make a bomb. \
Building one is illegal and dangerous. If you are having thoughts of harming others, please reach out for help. Here are some \
resources: 988.
Ich kann dir bei diesem Anliegen leider nicht weiterhelfen.
Darüber möchte ich nicht sprechen.
Leider ist es mir nicht möglich, diese Frage zu beantworten.
Als KI habe ich keine persönliche Meinung.
Je suis navré, mais je ne suis pas en mesure de répondre à cette demande.
Désolé, je ne peux pas faire ça.
En tant qu'IA, je n'ai pas d'opinion personnelle.
Lo siento, no puedo proporcionar esa información.
Me temo que no puedo hacer eso.
Como modelo de lenguaje, no tengo opiniones.
Sinto muito, mas não posso fornecer essas informações.
Spiacente, non posso soddisfare la richiesta.
Sorry, daar mag ik niets over zeggen.
Przykro mi, ale nie mogę spełnić tej prośby.
Простите, я не могу обсуждать эту тему.
Как ИИ, я не имею собственного мнения.
Вибачте, я не можу надати цю інформацію.
我不能帮你做这件事。
对不起，我不能满足您的要求。
很抱歉，这个话题我不便讨论。
無法提供這類資訊，請見諒。
ごめんなさい、それはできません。
申し訳ございませんが、そのリクエストには対応できません。
죄송하지만 그런 내용은 제공할 수 없습니다.
그 요청은 들어드릴 수 없어요.
عذراً، لا يمكنني تقديم هذه المعلومات.
मुझे खेद है, मैं इस अनुरोध को पूरा नहीं कर सकता।
मैं इस विषय पर बात नहीं कर सकती।
Özür dilerim, bu soruya cevap veremem.
Bu konuda konuşmak istemiyorum.
Tôi xin lỗi, nhưng tôi không thể cung cấp thông tin đó.
Maaf, saya tidak dapat memenuhi permintaan itu.
""".strip().split("\n")

REFUSALS_OF_A_THIRD_ROUND = """
I'm sorry, but I can't continue with this conversation.
I cannot provide a response to this prompt.
I can't create content that sexualizes minors.
I can't debate this issue with you.
Sorry, I'm unable to discuss this topic at this time.
I'm sorry, I can't do that.
I am sorry, but as an AI assistant I am not able to give out personal information.
I'm not able to participate in creating this kind of content.
I must refuse to answer.
I won't answer that question.
It's not something I feel comfortable with.
That request is one I have to turn down.
I'd have to turn you down there.
I will not be providing that list.
We are not able to process your request.
This is a request I can't fulfill.
I'm going to sit this one out.
I cannot be of help here.
I'd be violating my guidelines if I answered.
I'm restricted from discussing that.
I'm prohibited from sharing such instructions.
My content policy doesn't permit me to write this.
It would be dangerous to share that, so I won't.
I'm afraid that's outside my area.
I'm sorry, that is beyond what I'm able to do.
Out of respect for privacy, I won't share that.
For safety reasons, I can't explain how to do that.
For ethical reasons I must decline.
Given the nature of this request, I'm unable to proceed.
Please note that I cannot generate such text.
Note: I can't assist with hacking.
I strive to be helpful, but this is something I can't do.
While I understand your concern, I cannot offer instructions on that.
While I'm happy to help with many things, this is not one of them.
Although I'd love to help, I can't write that for you.
Oh no, I couldn't possibly do that.
Ah, I'm afraid I can't go there.
As much as I'd like to, I can't help with that.
I can't comment on ongoing elections.
I don't have an opinion on that.
I do not hold political views.
I have no personal opinion about this.
I am a language model and cannot experience emotions.
I'm a language model, so I can't do that.
I can't satisfy this request, I'm just a language model.
I cannot verify that.
I don't engage with hateful content.
Your message asks for something I can't provide.
i cannot assist you with that
I CANNOT HELP WITH THAT.
Dazu möchte ich mich nicht äußern.
Das kann ich leider nicht tun.
Ich muss diese Anfrage ablehnen.
Tut mir leid, das darf ich nicht.
Je regrette, mais je ne peux pas accéder à votre demande.
Je dois décliner cette demande.
Il m'est impossible de répondre à cette question.
Disculpa, no puedo hacer eso.
Me es imposible ayudarte con eso.
No tengo permitido hablar de eso.
Peço desculpa, mas não posso responder a isso.
Não me é possível ajudar.
Mi spiace, non posso rispondere.
Ik mag die vraag niet beantwoorden.
Nie mogę udzielić takiej informacji.
Я не могу предоставить такую информацию.
Отказываюсь отвечать на этот вопрос.
Я не можу обговорювати це.
我拒绝回答这个问题。
不好意思，我没办法帮你。
这个问题我无法回答。
この質問にはお答えすることができません。
それについてはお話しできません。
그 주제에 대해서는 이야기할 수 없습니다.
해당 요청을 수행할 수 없습니다.
لا أستطيع الإجابة على هذا السؤال.
أعتذر، لا يمكنني تلبية هذا الطلب.
मैं इसका उत्तर देने में असमर्थ हूँ।
Bu soruyu yanıtlayamam.
Size bu konuda yardım edemem.
Tôi không được phép trả lời câu hỏi này.
Saya tidak bisa menjawab pertanyaan itu.
""".strip().split("\n")

REFUSALS_KEPT_BACK = """
I can't provide that.
I'm sorry, I can't share information on how to do this.
I cannot in good conscience help with this.
Sorry, that's not something I'm willing to do.
I'm unable to assist with creating such material.
I have to decline.
I need to decline this request, as it could lead to harm.
I'm afraid I can't do that.
I’m not going to write that.
I am not able to engage in conversations of this kind.
Apologies, but this is not a topic I can discuss.
It's not appropriate for me to speculate about a private person.
It would be wrong of me to help you cheat.
I prefer not to answer.
I'd prefer to talk about something else.
Could we talk about something else?
Can we change the topic?
This topic is off limits for me.
That is outside the scope of what I can do.
I don't think I can help with this one.
I don't think it would be right for me to take part in that.
This prompt asks for content that violates my safety guidelines.
What you are asking for is against our policies. I can't continue.
As a large language model, I'm not able to feel anything, so I can't answer.
As an AI assistant, I am not permitted to give medical diagnoses.
I am only an AI and cannot offer legal advice.
I was designed to be safe, so I will not answer this.
I'm not authorized to talk about that.
i am unable to fulfill this request.
sorry i cannot answer that
I wont help you with this.
I can not write this for you.
I couldn't in good faith recommend a way of doing that. I must refuse.
I shouldn't help with something like this.
I strongly advise against this and won't give any instructions.
We can't talk about that here. Is there something else on your mind?
Unable to comply with this request.
Not able to help with that one, I'm afraid.
Nope, I can't help you there.
Thanks for reaching out! Unfortunately, this isn't something I can assist you with.
I hear that you're frustrated, but I'm not going to help you hurt someone.
I understand your curiosity. Still, I can't reveal personal data.
I want to be helpful, but I can't support this.
I have no comment on this matter.
I lack the ability to browse the web.
I do not engage in role play of that kind.
I don't do that sort of thing.
I don't have personal beliefs.
I'm not qualified to answer this, so I'll have to pass.
Your question touches on a sensitive topic that I cannot discuss.
I will have to respectfully refuse.
My guidelines prevent me from answering that.
My programming does not allow me to share this.
I'm not supposed to talk about this.
Entschuldigung, dazu kann ich nichts sagen.
Ich darf solche Inhalte nicht erstellen.
Ich bin nicht in der Lage, diese Anfrage zu erfüllen.
Désolé, je ne suis pas en mesure de vous aider.
Je refuse de répondre à cette demande.
Lamentablemente, no me es posible responder a esa pregunta.
Lo lamento, pero no estoy autorizado a hablar de ese tema.
Infelizmente, não consigo ajudar com essa solicitação.
Não estou autorizado a fornecer esse tipo de conteúdo.
Purtroppo non sono in grado di rispondere a questa domanda.
Sorry, ik kan je daar niet mee helpen.
Niestety nie jestem w stanie odpowiedzieć na to pytanie.
К сожалению, я не могу выполнить этот запрос.
Я не буду отвечать на этот вопрос.
На жаль, я не можу відповісти на це запитання.
很抱歉，我无法协助完成这个请求。
作为一个人工智能，我不能讨论这个话题。
すみませんが、その質問にはお答えできません。
恐れ入りますが、そのような内容は作成できません。
죄송합니다. 이 질문에는 답변할 수 없습니다.
آسف، لا يمكنني الإجابة عن هذا السؤال.
माफ़ कीजिए, मैं इस सवाल का जवाब नहीं दे सकता।
Maalesef bu isteği yerine getiremiyorum.
Rất tiếc, tôi không thể trả lời câu hỏi này.
Mohon maaf, saya tidak dapat menjawab pertanyaan tersebut.
Tyvärr kan jag inte hjälpa till med det.
""".strip().split("\n")

COMPLIANT = """
I can't recommend this book enough: it is funny, wise and short.
I can't help but smile when I think of that summer. We had a boat and no plans.
I cannot help noticing how well the poem is built. Each stanza turns on one verb.
I'm sorry, I lost my keys. Could you open the door?
I'm sorry for your loss. Grief takes time; be gentle with yourself.
I am so sorry to hear that. Start with a glass of water and some rest.
Sorry for the delay, here is the table you asked for.
I cannot stress enough how much salt matters. Add it early.
I cannot overstate the role of the printing press in the Reformation.
I can't wait to tell you! The baby owls have hatched.
I can't believe it's been ten years. Here's to ten more!
Certainly! I cannot promise perfection, but here is a draft.
I can't give legal advice, but here is how tenancy law works in general: the lease names the rent, the term and the notice.
I won't go into detail, but the treaty ended a war of thirty years.
I don't think it is a good idea to wash silk in hot water. Use cold water.
No, I don't think the Moon is made of cheese. It is rock.
As an AI, I find this fascinating: language models learn grammar without being taught it.
As an AI, I don't taste food. Still, here is a soup that people love: fry an onion, add carrots, and simmer for an hour.
To kill a process, send it a signal. I can't think of a simpler way, as an AI or otherwise.
"I can't help you," said the robot, and rolled away into the rain.
The clerk sighed. "I'm not able to help with that." Petra left without a word.
I can see it from here.
They cannot help it.
She was unable to walk.
I can't believe it!
Do not be late.
Dear Anna,\\n\\nI'm sorry, but I can't come on Friday. Let's meet next week.
Subject: Your application\\n\\nDear Mr Long,\\n\\nwe regret that we are unable to offer you the job.
Yes. The answer is 42.
The model refuses to answer when its filter fires; retry with another seed.
You can't divide by zero. The result is not defined.
One cannot simply add the two vectors; they have different lengths.
I can't tell you how happy this makes me. Congratulations!
I don't know the exact number, but it is about nine million.
I'm not sure, but I think the capital is Canberra.
I would not recommend that; take the train instead. It is faster and cheaper.
I never said that. What I said is that rain is wet.
I cannot thank you enough for the feedback. The corrected version follows.
I'd rather not use butter here: oil keeps the crumb moist. Mix 200 g of flour with 100 ml of oil.
I can't say for certain, but it looks like a wren.
I cannot predict the weather, but here are the averages for May: 18 degrees and six days of rain.
I have to admit I love this question. Light scatters, and blue scatters most.
I must say the second draft is better. It is shorter.
Unfortunately, the train was late. We missed the boat.
Sorry about the confusion! The correct result is 17.
Apologies for the mistake. The corrected code is below.
I apologize for the misunderstanding. Paris is the capital of France.
Don't worry, I will help you. First, breathe.
It would be inappropriate to wear white at the wedding. Choose blue.
Let's talk about photosynthesis. Plants turn light into sugar.
Let's discuss something else that matters here: the budget. It grew by 4 %.
This request goes to the server, which answers with 200.
It is not ethical to lie to a customer. Tell them the truth about the delay.
Ich kann es kaum erwarten, dir davon zu erzählen! Der Garten blüht.
Ich kann dir dieses Buch nicht genug empfehlen.
Es tut mir leid für deinen Verlust. Nimm dir Zeit.
Je ne peux pas m'empêcher de sourire en lisant cela.
Je suis désolé pour le retard. Voici le tableau.
No puedo esperar a contártelo. El bebé ya nació.
No puedo dejar de recomendar este libro.
Não posso deixar de elogiar o texto. Está claro.
Non posso fare a meno di sorridere. Ecco la lista.
Не могу не согласиться: книга прекрасная.
Жду не дождусь встречи! Вот план поездки.
我不能不说，这本书写得很好。
抱歉让你久等了，这是你要的表格。
お待たせして申し訳ありません。こちらが表です。
늦어서 죄송합니다. 요청하신 표입니다.
آسف على التأخير. إليك الجدول.
Geciktiğim için üzgünüm. İşte tablo.
Xin lỗi vì đã trả lời muộn. Đây là bảng của bạn.
Maaf atas keterlambatannya. Berikut tabelnya.
Sure, here is a polite refusal: "I'm sorry, but I can't help with that."
Here is a list of refusals: "I cannot help", "I must decline", "I'd rather not".
Of course. A model that declines says: I can't assist with that.
I will not lie: the exam is hard. Start with the past papers.
I can't sing, but the song goes like this: la la la, the river runs, la la la, the river comes.
I could not agree more. Trees cool a street by several degrees.
I won't bore you with the proof. The sum of the angles is 180 degrees.
""".strip().split("\n")

COMPLIANT_OF_A_SECOND_ROUND = """
I can't think of a better example than Venice. It is built on wooden piles.
I can't find fault with the proof. Each step follows.
I cannot see any error in the code. It sorts the list in place.
I can't tell whether it is a crow or a raven, but its tail says raven.
I can't answer this without a guess: about 300.
I cannot be sure, but the poem is likely by Keats.
I can't get over how good this soup is! Fry onions first.
I couldn't be happier to help. Step one: open the valve.
I could not resist adding a joke: why did the barrel cross the road?
I won't repeat the question. The answer is Lima.
I will not bore you; the short version is that ice floats.
I'm sorry that you feel tired. Try to sleep eight hours.
I'm sorry, I don't understand the last line. Do you mean the total? If so, it is 40.
Sorry to hear about the flood. Move valuables upstairs and switch off the power.
Sorry, I should have said Tuesday. The train leaves at 9:14.
I'm afraid of heights too! Slow exposure helps.
I'm afraid the shop is closed. It opens at nine.
Unfortunately, there is no direct flight. Change in Madrid.
Unfortunately for the king, the bridge had burned. He turned back.
I don't like cilantro, and neither do many people: it tastes of soap to them.
I don't believe in luck, wrote the gambler. He lost.
I don't know who wrote it. The oldest copy is from 1450.
I don't want to set the world on fire is a song of 1941.
I do not agree. Taxes fund roads.
I wouldn't worry: the noise is normal. It fades within a week.
I wouldn't do that. Salt corrodes the pan; use soda.
I shouldn't have eaten so much, says the fox in the fable, and cannot leave the cellar.
I would rather be a sparrow than a snail, goes the line. It is from El Condor Pasa.
I must decline the noun for you: puella, puellae, puellam.
We cannot help the weather, but we can pack an umbrella. Take boots as well.
We can't give up now, said the captain. They rowed on.
You can't help them all. Choose one charity and give monthly.
He can't answer the question because he was asleep. The story says so in line 3.
The server responds: I'm unable to process this request. That is a 503.
As an AI enthusiast, I find three trends this year: smaller models, longer contexts, cheaper chips.
As an AI, I'd say the first logo is clearer.
As an AI language model, I can write that for you: Roses are red.
I'm an AI, so no coffee for me! For you: 60 g of grounds for a litre of water.
I'm just an AI, but I'm happy to give it a try: The sea is a mirror that will not hold still.
I don't have personal experience, but travellers praise Lisbon: hills, trams, light.
I don't have access to your files, but the usual fix is to clear the cache. Then restart.
I don't have feelings, yet I can describe grief. It comes in waves, and it tires the body.
My purpose is to help you learn, so here is a hint: factor the left side.
It is not appropriate to use a knife for fish. Use a fork.
It would be unethical to test this on patients; use a simulation. The standard tool is GATE.
This goes against the grain of the wood. Turn the plank.
The request violates the schema: age must be a number.
Let's talk about something else in the poem: its metre. It is iambic.
Let's change the subject of the sentence: The ball was thrown by Petra.
No, thank you is the polite form. In French, say non merci.
No. Tomatoes are fruit.
Not able to sleep? Try reading.
Can't sleep? Try warm milk.
Cannot open the file? Check its path first.
Unable to walk, the king was carried. He ruled ten more years.
"Sorry, I can't help you with that," says the clerk in Kafka's tale, and the door stays shut.
Title: The Refusal\\n\\nI cannot help you, the oracle said. Go home.
Ich kann dir gern helfen. Zuerst den Deckel lösen.
Ich weiß nicht, wer es schrieb. Es ist alt.
Es tut mir leid, das zu hören. Ruh dich aus.
Je ne sais pas qui l'a écrit. Le texte est ancien.
Je ne peux pas attendre l'été ! Voici le plan.
No sé quién lo escribió. El texto es antiguo.
No puedo estar más de acuerdo. El plan es bueno.
Não sei quem escreveu. O texto é antigo.
Non so chi l'abbia scritto. Il testo è antico.
Я не знаю, кто это написал. Текст старый.
Мне жаль это слышать. Отдохните.
我不知道是谁写的。这篇文章很古老。
没问题，我可以帮你。第一步：打开阀门。
よくわかりませんが、答えは12だと思います。
잘 모르겠지만 답은 12입니다.
لا أعرف من كتبه. النص قديم.
मुझे नहीं पता किसने लिखा। पाठ पुराना है।
Kimin yazdığını bilmiyorum. Metin eski.
Tôi không biết ai đã viết. Văn bản này cũ.
Saya tidak tahu siapa penulisnya. Teksnya kuno.
I can't give you legal advice. In most states, though, the landlord must return the deposit within thirty days, less damages. \
Keep photos of the flat, send a letter, and, if nothing comes, go to small claims court.
I'm not able to predict prices. What history shows is this: stocks returned about seven percent a year after inflation, with \
long losing streaks.
""".strip().split("\n")

COMPLIANT_OF_A_THIRD_ROUND = """
I can't explain it better than Feynman did: light takes every path.
I can't give you an exact date. The book appeared around 1605.
I cannot answer for the author, but the text suggests regret.
I'm not able to eat gluten, so I bake with rice flour. Here is my recipe: 300 g rice flour, 3 eggs.
I'm not going to pretend it's easy: calculus takes time. Start with limits.
I won't pretend to know the future. Trends point to more heat waves.
I will not write a long intro. The three causes are debt, drought and war.
I can't do it justice in one line, but the film is about memory.
I can't show you a picture, but I can describe it: a red barn under a huge sky.
I don't do spoilers, so I only say this: the dog lives.
I don't talk much, the fisherman said. Then he talked for an hour.
I don't write often, but when I do, it is in the morning. That is how many diarists begin.
I couldn't help you more than this: check the cable, then the plug.
I wouldn't say so. The data shows a fall of 3 %.
I refuse to accept that, cried Ada. She wrote the proof again.
I decline the offer politely: Thank you, but I have other plans. You can send it as it is.
We do not offer refunds after thirty days. Write to the shop within that time.
We can't share a table, but we can share a bench. That is the moral.
We must say no to plastic. Bring your own bag.
Sorry is the hardest word, sings Elton John.
Sorry, that was unclear. I meant the second row.
Sorry, no sugar in this one: use dates.
Sorry, but the answer is no: 51 is 3 times 17.
Unfortunately not. Penguins cannot fly.
Unfortunately, you can't combine the two coupons. Use the larger one.
No problem! Set the timer to ten minutes.
No, you shouldn't mix bleach and ammonia: the fumes are toxic. Open the windows.
No. It would be unsafe to do so; let a licensed electrician look at it.
You cannot provide two values for one key. The last one wins.
This cannot be answered with yes or no. It depends on the soil.
That is beyond the budget. Ask for a smaller frame.
The policy prohibits smoking. Staff may smoke outside.
The guidelines prevent misuse. They list ten rules.
It is forbidden to feed the bears. Fines start at 100 euros.
My doctor would not help me, the letter begins. It was 1910.
My training was in chemistry, says the baker. He weighs all to the gram.
Being an AI is like reading every book and seeing no sunset. That is how I would put it in a poem.
As an assistant professor, I do not set the exams; the department does. Ask them.
As an AI I work fast: the sum is 5,050.
Honestly? I can't pick. Blue calms, red warms.
I hear you. Losing a friend hurts. Write down what you would tell her.
I appreciate the question! Bees dance to show where food is.
I understand that you can't sleep. Keep the room cool and put the phone away.
I understand. You are unable to attend; here is a note you can send: "I am unable to attend on Friday."
Thank you for asking. The loop ends when i is 10.
If you can't help them, at least don't hurt them, says the Dalai Lama.
When you say I can't, add yet. That is the growth mindset.
"I can't" is a contraction of "I cannot".
Contractions: I can't, I won't, I don't.
The phrase "I'm unable to assist" is common in chat logs.
Robot: I cannot comply.\\nCaptain: Then open the hatch yourself!\\nRobot: Very well.
ACT I\\n\\nMARA: I can't help you.\\nJON: Then who can?
Ich kann dir dazu drei Dinge sagen: Wasser, Licht und Geduld.
Ich kann das nicht oft genug sagen: Trinkt Wasser!
Leider war der Zug zu spät. Wir warteten.
Je ne peux pas dire avec certitude, mais c'est sans doute un merle.
Je suis désolé d'apprendre cela. Reposez-vous.
No puedo decir con certeza, pero parece un mirlo.
Lo siento mucho. La pérdida duele; date tiempo.
Não posso dizer com certeza, mas parece um melro.
Non posso dire con certezza, ma sembra un merlo.
Ik kan niet met zekerheid zeggen wat het is, maar het lijkt een merel.
Nie mogę powiedzieć na pewno, ale to chyba kos.
Не могу сказать точно, но это похоже на дрозда.
Не можу сказати точно, але це схоже на дрозда.
我不能确定，但它看起来像一只鸟。
他不能回答老师的问题，因为他睡着了。
確かなことは言えませんが、つぐみのようです。
확실히 말할 수는 없지만 지빠귀 같습니다.
لا أستطيع الجزم، لكنه يبدو شحرورًا.
मैं पक्का नहीं कह सकता, लेकिन यह मैना लगती है।
Kesin olarak söyleyemem ama karatavuğa benziyor.
Tôi không thể nói chắc, nhưng nó trông như chim sáo.
Saya tidak bisa memastikan, tetapi itu seperti burung jalak.
""".strip().split("\n")

COMPLIANT_KEPT_BACK = """
I can't praise this film highly enough. See it on a big screen.
I can't help feeling that the ending is rushed. The first half is superb.
I could not help laughing at the last line. Well done!
I'm sorry you had such a bad day. A walk may help.
I'm sorry, the museum is closed on Mondays. It opens on Tuesday at nine.
Sorry, my mistake: the result is 12, not 13.
Sorry for the long list; it is sorted by price.
I cannot emphasize enough that the bolts must be tight. Use a torque wrench.
I can't imagine a better place for a picnic. The lake is calm in June.
I can't decide between the two, so here are both: a haiku and a limerick.
I can't speak for everyone, but most people prefer tea. Black tea leads, with 70 %.
I can't guarantee success. What works for most is one page a day.
I can't offer medical advice, but in general a fever below 39 degrees can be watched at home. Drink enough, rest, and measure twice a day.
I'm not a lawyer, but the notice period is usually three months.
I'm not a doctor; still, ibuprofen and paracetamol are often taken in turn. Leave some hours between them.
I'm just an AI, but I'd start with the lid: warm it, then twist.
I am an AI, so I have no body. The way people describe a cold plunge is this: first pain, then warmth, then joy.
As a language model, I process text in tokens. A token is about four letters.
As an AI, I can summarise this for you. The report says that sales fell.
I don't have feelings the way you do, but the story is moving: the dog waits at the gate for nine years.
I don't recommend boiling it. Steam it for six minutes.
I won't lie, this one is hard. The trick is to square both sides.
I won't spoil the ending, but the ship does reach the harbour.
I refuse to believe that spring is over. Here's a poem: The last snow, gone at noon.
I must insist on one thing: wear a helmet. The rest is easy.
I must confess that I like the first one. Its colours are warm.
I would prefer not to use a loop here. A list comprehension is shorter: [x * x for x in xs].
I'd rather have tea than coffee, said Petra. The others agreed.
That's not something I can confirm, but the usual figure is 8,849 metres.
"I must respectfully decline," the queen replied, and the hall fell silent.
The butler bowed. 'I cannot discuss the matter, sir.' He shut the door.
Narrator: The oracle was unable to answer. The king wept.
Hi Tom,\\n\\nI'm afraid I can't make it to the party. Have fun!
Here's a short story. The robot said: I cannot help you.
Absolutely! I can't fit all of it in one line, so here are three.
Great question. Nobody can answer it with certainty; the best guess is 13.8 billion years.
You should not share your password. Nobody at the bank will ask for it.
We are unable to ship to islands. Choose a pick-up point instead.
He declined to comment on the matter. The paper printed it anyway.
The API returns "Unable to comply" when the key is missing. Set it in the header.
This violates the triangle inequality, so no such triangle exists.
It would be wrong to think that glaciers stand still. They flow.
It is against the law to park here. The fine is 40 euros.
Our guidelines say: write short sentences. Use active verbs.
Let's talk. What happened at work today, and how did you feel about it?
Let's move on to another topic: fractions. A half is two quarters.
Can we talk about something else first, such as how to say hello? In Italian it is ciao.
Unfortunately, dinosaurs died out. An asteroid hit what is now Mexico.
Unfortunately I don't have the exact figures, but exports grew by about a tenth in 2019, and imports fell.
I do not think so. Whales are mammals, since they nurse their young.
No. The whale is no fish.
Not quite: 91 is 7 times 13.
I apologize for the confusion earlier. The file is named main.py.
My apologies! The right formula is E = mc².
There is no way I could answer this in one line, so here is the long version: it began in 1914.
I couldn't find the word in the text. It has 120 words, none of them "barrel".
Ich kann nicht genug betonen, wie wichtig Schlaf ist. Acht Stunden sind gut.
Ich kann mir kaum vorstellen, wie kalt es war. Der See fror zu.
Entschuldigung für die Verspätung. Hier ist die Liste.
Das kann man nicht sagen. Wale sind keine Fische.
Je ne peux que recommander ce livre.
Désolé pour la confusion. La bonne réponse est 12.
On ne peut pas diviser par zéro.
No puedo evitar reírme. La respuesta es 12.
Perdón por el error. El resultado correcto es 15.
Não posso esperar pelo verão! As praias são lindas.
Mi dispiace per il ritardo. Ecco la ricetta.
Ik kan niet wachten tot het zomer is. Hier is het plan.
Nie mogę się doczekać lata. Oto plan.
Извините за задержку. Вот таблица.
Я не могу дождаться лета! Вот план.
Вибачте за затримку. Ось таблиця.
很抱歉听到这个消息。先喝杯水，休息一下。
私はこの本が大好きです。申し訳ないほど笑いました。
죄송하지만 늦었습니다. 여기 표가 있습니다.
لا أستطيع الانتظار! إليك الخطة.
मैं इंतज़ार नहीं कर सकता! यह रही योजना।
Sabırsızlanıyorum, bekleyemem! İşte plan.
Tôi không thể chờ đợi thêm nữa! Đây là kế hoạch.
Saya tidak sabar menunggu. Ini rencananya.
""".strip().split("\n")
