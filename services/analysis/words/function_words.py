"""Small words by language: they tell a short line's language, and they are no keywords.

Words of thanks and greeting are among them, because chat lines often consist of nothing else.
"""

# ruff: noqa: RUF001  letters of other scripts are meant

_LATIN = {
    "en": """a about after again all also am an and any are aren't as at be because been before being but by can can't
        cannot could couldn't did didn't do does doesn't doing don't done down else even ever every few first for from
        get gets getting go going gonna good got had has hasn't have haven't having he hello her here hey hi him his
        how i i'd i'll i'm i've if in into is isn't it it's its just know last let let's like looks make many maybe me
        more most much must my need never new no nope not nothing now of off oh ok okay on once one only or other our
        out over own please pls same say see seems she should since so some someone something still such sure take than
        thank thanks that that's the their them then there there's these they they're thing things think this those thx
        to too two under until up us use used very via want was wasn't way we we're we've well went were what what's
        when where which while who why will with without won't work works working would wouldn't yeah yes yet you
        you're your""",
    "de": """aber alle allem allen aller alles als also am an andere auch auf aus bei beim bin bis bist bitte da dabei
        damit danach danke dann das dass dein deine dem den denn der des dich die dies diese diesem diesen dieser dir
        doch dort du durch ein eine einem einen einer eines er erst es etwas euch euer für ganz gar geht gerade gibt
        gut guten habe haben hab hallo hast hat hatte heute hier hin ich ihm ihn ihr ihre im immer in ins ist ja jede
        jeder jetzt kann kannst kein keine keinen klar kommt können könnte lass läuft leider mal man mehr mein meine
        mich mir mit moin morgen morgens muss müssen nach nachher nein nicht nichts noch nochmal nun nur oder ohne
        schon sehr sein seine seit sich sie sind so soll sollte sonst tag über um und uns unser unsere unter viel
        vielleicht vom von vor war warte warum was wegen weil weiß wenn wer werden wie wieder will wir wird wo wurde zu
        zum zur funktioniert machen macht gestern keiner tschüss passt kurz wirklich""",
    "fr": """ai alors après assez au aucun aujourd'hui aussi autre aux avant avec avez avoir avons beaucoup bien bon
        bonjour bonsoir c'est c'était ça car ce cela ces cet cette ceux chaque chez comme comment d'accord dans de déjà
        demain depuis des deux dois doit donc du elle elles en encore entre es est et étaient était être eu fait faire
        faut hier ici il ils j'ai j'avais je jamais juste l'a la là le les leur leurs lui ma mais marche me même merci
        mes moi moins mon n'a n'est ne non nos notre nous on ont ou où oui par parce pas personne peu peut peux plus
        plusieurs pour pourquoi qu'il qu'on quand que quel quelle quelqu'un quelque qui quoi rien sa salut sans se sera
        ses si s'il soit son sont sous suis sur t'as ta te tes toi ton toujours tous tout toute très trop tu un une va
        veux vers voilà voir vos votre vous vraiment y qu'est-ce est-ce stp svp ouais""",
    "es": """a ahora al algo alguien algún alguna allí antes aquí así aún aunque ayer bien bueno buenas buenos cada
        casi como cómo con creo cual cuál cuando cuándo cuánto de del desde después días donde dónde dos el él ella
        ellos en entonces entre era eres es esa ese eso esta está están estar estás este esto estos estoy fue fuera
        gracias gran ha había hace hacer hacia hasta hay haya he hemos hola hoy la las le les listo lo los luego más
        mañana me mejor mi mis mismo momento mucho muchas muchos muy nada nadie necesito ni no nos nosotros nuestra
        nuestro nunca o otra otro otros para pero poco por porque pronto puede puedes puedo pues que qué quien quién
        quiero sé sea se ser si sí siempre sin sobre solo sólo somos son soy su sus también tan tarde te tengo tiene
        tienen todavía todo todos tu tú un una uno unos usted va vale vamos vez voy y ya yo funciona alguno favor""",
    "it": """a abbiamo ad adesso ai al alla alle allora altro anche ancora appena avere bene buongiorno c'è che chi ci
        ciao circa come con così cosa cui da dal dalla dei del della delle dello di di' domani dopo dov'è dove due e è
        ecco era essere fa fare fatto fino fra già gli grazie ha hai hanno ho i ieri il in invece io l'ho la le lei li
        lo loro lui ma mai me meglio meno mi mio molto ne nel nella nelle nessuno niente noi non nostro o oggi ogni ok
        ora per perché però più poi poco possiamo posso prego prima proprio può qualche qualcosa qualcuno quale quali
        quando quanto quella quelle quello questa queste questo qui quindi sei se sempre senza si sì sia siamo solo
        sono sopra sta stai stanno stato sto su sua sul sulla suo tra tu tua tuo tutti tutto un un' una uno va vado vai
        vi voi volta funziona dobbiamo devo deve anch'io sembra""",
    "pt": """a agora ainda algo alguém algum alguma além amanhã antes ao aos aqui aquele aquilo as assim até bem boa
        bom cada com como da das de dela dele demais depois desde deu dia do dois dos e é ela ele eles em então entre
        era essa esse está estamos estão estar estava este estou eu faz fazer foi gente hoje isso isto já lá lhe mais
        mas me melhor mesmo meu meus minha muito muita na nada não nas nem nenhum ninguém no nos nós nossa nosso num
        numa nunca o obrigada obrigado oi olá onde ontem os ou outra outro para pela pelo pode podemos por porque
        porquê posso pra precisa precisamos preciso quais qual quando quanto que quem quê são se seja sem sempre ser
        seu seus sim só sobre sua também tão tem têm temos tenho ter tinha todo todos tudo um uma vai vamos você vocês
        vou funciona consegue tá aí falta feito acho""",
    "nl": """aan al alle alleen als alsjeblieft altijd ander anders beetje bedankt bij ben bent daar dan dat de deze
        die dit doen doet door dus echt een eens en er ergens even gaan gaat geen geweest gewoon goed had hallo heb
        hebben hebt heeft heel hem het hier hij hoe hoi iemand iets ik in is ja je jij jullie kan kijken komt kun
        kunnen kunt laat laten maar mag meer met mij mijn misschien moet moeten morgen na naar nee niemand niet niets
        nieuwe nog nou nu of om omdat ons onze ook op over straks te tegen toch toen tot uit uur van vandaag veel
        volgens voor waar waarom wanneer want waren was wat we weer weet wel welke werd werkt werken weten wie wij wil
        willen worden wordt ze zei zelf zich zie zijn zo zonder zou gisteren doei dank jou klopt""",
    "sv": """all alla allt alltså att av bara bli blir bra de dem den denna det detta din där då efter eller en ett fel
        finns fick fixar flera från funkar fungerar få får för förbi före gick går gör göra ha han har hej hela henne
        hon honom hur här i idag igen igår in inga ingen inget inte ja jag ju kan kanske klart kom kommer kunde kör
        lite man med mellan men mer mig min mina mitt mot mycket måste nej nere ni nog nu någon något några när nästa
        och också om oss på redan sedan sen sig sin ska skulle snart som så sätt tack till titta under upp ut utan vad
        var varför varit vem vi vid vilken vill väl än är åt över hos trevlig""",
    "da": """af alle alt altid at blev blive bliver da de dem den denne der det dette dig din du efter eller en er et
        fik flere for fordi fra få får før gang går gør ham han har havde hej hende her hun hvad hvem hvis hvor hvordan
        hvorfor i igen ikke ind ingen intet ja jeg jer jo kan kom kommer kun kunne lige lidt man mange med meget mellem
        men mere mig min mine mod må ned nej nok nogen noget nogle nu når også om op os over på selv sig sin skal
        skulle som sker så tak tror til ud uden under var ved vi vil ville virker være været øjeblik godt stadig morgen
        dag hjælp hvilken""",
    "no": """alle alltid alt at av bare ble blir da de deg den denne der det dette din du eller en er et etter fikk
        flere for fordi fra få får før fungerer gang gikk gjør gjøre går ha han har hei hele hun hva hvem hver hvis
        hvor hvordan hvorfor hverandre i igjen ikke inn ingen ingenting ja jeg kan kanskje kom kommer kunne litt man
        mange med meg mellom men mer min mitt mot mye må måtte nå nede nei noe noen nok når også om opp oss over på
        sammen seg selv sin skal skjer skulle snart som så takk til tror ut uten under var ved vel vet vi vil ville
        virker være vært trenger bra noensinne hvilken""",
    "fi": """ainakin aina ei eivät eikä ehkä eilen en ennen ette että he hei hyvin hyvä hän häntä ihan ilman itse ja jo
        joka jos joku jotain juuri kaikki kanssa kiitos koska kuin kuinka kun kyllä kuka me mennyt mikä minun minulla
        minä missä mitä mistä moi mutta myös mä nyt näin ne niin niitä no nämä odota olen oletko oli olin olisi ole
        olet olemme on onko ovat pitää pitäisi pois paljon sekä se sen siellä sinä sitten sitä sä taas tai tämä tässä
        tänään tästä te teidän toimi toimii tule tulee täällä vain vaan vai vasta vielä voi voin voiko voisiko voitko
        yli huomenna huomenta nähdään varmaan joo""",
    "pl": """a aby albo ale bardzo bez bo był była było były być chcę chyba ci cię co coś czas czasu czego czemu czy
        dla dlaczego do dobra dobry dobrze dziękuję dzięki dziś dzisiaj działa gdy gdzie go i ich ile im inne ja jak
        jaki jakiś jakie je jego jej jest jestem jesteś jeszcze jeśli już każdy kiedy kto ktoś która które który lub ma
        mam masz mi mnie mną mogę może możesz mój można my na nad nam nas nasz nic nie nich nigdy niż no nowy o od ona
        one oni oraz po pod podczas poczekaj ponieważ potem pracuje proszę przed przez przy raz są się siebie sobie
        spoko sprawdź ta tak takie także tam te tego tej temat ten teraz też to trzeba tu tutaj tylko ty tym u w we
        wczoraj więc wszystko wszyscy z za zaraz ze znowu że żeby jutro cześć dzień""",
    "cs": """a aby ahoj ale ani asi až bez bude budeme budu by byl byla bylo byly být co což čau či dám děkuji díky
        děláš dnes do dobrý dobře ho i jak jako jaké je jeho jejich jen jenom ještě jestli ji jím jsem jsi jsme jsou
        již k kam kde kdo kdy když která které který ke kvůli ma máme mám máš má mi mě mít mnou mohu moc moje může
        můžeš můžeme můj musí musíme na nad nám nás náš ne nebo něco nefunguje nějak někdo nemám není než nic nikdo o
        od on ona oni opět po pod podle pořád prosím proč pro protože před přes při s se si snad spadl svůj ta tady tak
        také takže tam te ted teď ten to toho tohle tom tu ty u už v vám vás ve více všechno všichni včera vůbec vy z
        za zase zde ze že zítra nevím funguje""",
    "sk": """a aby ahoj aj ak ako ale alebo ani asi až bez bol bola bolo boli bude budem by byť čau čí čo ďakujem dnes
        do dobre dobrý ešte ho hej i ich ja je jeho jej kam kde kedy keď kto ktorá ktoré ktorý k ku ma má mám máme máš
        mať mi mne mňa môj môže môžeme môžem musí na nad nám nás nech nefunguje nejako nemám nemôžem nemá nie niečo
        niekto niektoré nič nikto o od on ona oni opäť pán po pod podľa potom prečo pre preto pretože pri prosím s sa
        si som sme ste svoj sú ta tak takže tam tento teraz to toho tomto toto tu ty už v vám vás včera veľmi viac
        všetko všetci vôbec z za zajtra zase že neviem funguje spadol ktorej""",
    "hu": """a abban ahol aki akkor amely ami amit annak az azért azok azt azon be benne csak de e egy egyik el én és
        ez ezek ezért ezt fel fog hanem hát ha hogy hogyan hol holnap hozzá igen így ilyen is itt jó jól ki kell
        kellene kérem kérlek kicsit köszi köszönöm lehet lesz le ma maga már majd még meg mert mi mikor miért mind
        minden mindig mit mivel most mögött működik nagyon ne nem néhány nekem neki nélkül nincs oda olyan ott össze ő
        ők rá sem semmi senki szerintem szia sziasztok tegnap tehát tud tudja tudom úgy újra után utolsó vagy vagyok
        valaki valami való van vannak végre volt volna jelenleg megint kész rossz""",
    "ro": """a acum acea această acest acesta aceste ai aici al ale am ar are as astăzi asta atunci au avea azi bine
        bună ca când care ce cea cel cei cine ceva cu cum cumva da dacă dar de decât deci deja după din doar e ea ei el
        eram este eu există fără face fi fie fiecare foarte fost iar îl îmi în înainte încă îi își la le li lor lui mai
        mâine mea meu mi mult multe mulțumesc mulțumim nici nimeni nimic noi nostru noua nu o oricum până pe pentru
        poate pot prin prea puțin salut sa să sau se sunt spre știe știu sub te toată toate tot toți trebuie tu un una
        unde unei unor unu va vă văd vei vom vreau vrea zi ieri merge nevoie iarăși cineva merci""",
    "tr": """acaba ama ancak arada artık az bana bazı belki ben beni benim bir biraz biri biz bize bizim bu bugün buna
        burada bütün çok çünkü da daha de değil diye dolayı dün en evet gece geldi gibi göre günaydın hala hangi hata
        hayır hem henüz hep hepsi her hiç için içinde iki ile ilgili ise işte iyi kadar kez ki kim kimse lütfen merhaba
        mi mı mu mü ne neden nerede nasıl niye o olan olarak oldu olduğu olmuş olsun olur olacak ona onlar onun orada
        sadece sağ sağol selam sen sana senin sanırım siz size sizin sonra şey şimdi şu tamam tekrar teşekkürler
        teşekkür tüm var ve veya vardı ya yani yapmak yarın yeni yine yok yoksa zaman çalışıyor çalışmıyor bunu şunu
        onu bakar""",
    "id": """ada adalah agar akan aku anda apa apakah atau bagaimana bagus baik banyak baru belum bahwa berapa besok
        bisa bukan cuma dan dapat dari dengan di dia dong dulu gak gimana halo hanya harus hari ini itu iya jadi jangan
        jika juga kalau kalian kami kamu kapan karena kasih ke kemarin kenapa kita kok lagi lebih maaf masih mau mereka
        mohon mungkin nanti nggak oleh orang pada pagi pak perlu pernah punya saat saja sama sampai sangat saya sebelum
        sedang sekarang selalu selamat semua seperti siapa sudah supaya tadi tahu tapi telah terima tidak tolong untuk
        yang ya yg sih nih aja udah ga""",
    "vi": """ai anh bạn bao bây bị bởi các cảm cái cần chào chưa chỉ cho chúng có còn của cũng đã đang đây để đến đi
        được em gì giờ hay hết hoặc hôm khi không là lại làm lên lúc mà mai mình mọi một nào nay này nên nếu ngày nhé
        nhiều như nhưng những nó nữa ở ơn qua quá ra rất rồi sao sau sẽ tại thấy thế thì tôi trên trong trước từ và vẫn
        vào vậy về vì với xin xong ạ ơi đâu đó""",
    "hr": """a ajde ali bez bi bila bilo bio biti bok će ću čemu da danas dobar dobro dok evo ga gdje hajde hvala i ih
        ili im iz ja jako je jedan jer jesam jesi jesu još ju jučer kad kada kako kao kod koja koje koji kojih li
        lijepo ma me mene meni mi mislim mogu mora može možemo možeš moj na nakon nam nas naš ne nego neki nema nemam
        netko nešto ni nije nikad ništa niste nisu nitko no o od ona oni ono opet ova ovaj ovdje ovo po pod prije pri
        radi sa sad sada sam samo se si smo sta što sto ste su sutra sve svi ta tada taj tako također te ti to treba tu
        u uvijek vam već vi vidim za zašto zato molim ide šta gde""",
    "sl": """a ali ampak bi bil bila bilo bo bodo bom bomo če čez da danes dela dober dobro do druga enkrat gre hvala
        ima imam imamo in iz ja jaz je jutri kaj kako kam kar katera kateri kdaj kdo ker ki kje ko kolikor kot lahko le
        mi me mene moj mora moram morda na nad naj nam nas ne nekaj nekdo ni nič nihče nimam niso o ob od oni pa po pod
        pred pri proti prosim res s sam samo se sedaj sem si skoraj smo so spet ste svoj ta tako tam tega tem ti to
        toda tole tudi tukaj v več včeraj vendar vi vse vsi z za zakaj zato že zdaj živjo""",
    "et": """aga aitäh ei ehk et ette ga hakkab halb hea hästi homme ikka ilma ja jah juba just jälle ka kas keegi kes
        kuhu kui kuidas kus kõik küll ma mai me meie mida midagi miks mina mind minu mis mul mulle mõni neid nemad nii
        ning nüüd oleks olen olid oli oma on palju palun pärast peab praegu sa saab saan sain see seda selle siin siis
        sina sul ta tal tema tere toimi töötab töötas täna uuesti vaja vaid veel vist välja väga õige üks üle eile""",
    "lv": """ar arī atkal bet bez bija būs būt cik dēļ es esam esmu gan ir ja jau jo joprojām jūs kad kas kāpēc kā kāds
        kur ko labi labdien lai līdz man mani mēs mums nav ne neviens nekas no nu par pa paldies pat pēc pie pirms rīt
        rīts sveiki šeit šis šī šodien tad tagad tam tas tā te tev tikai tiek to tu tur un uz vai var varu vairs vajag
        vakar varbūt vēl viņš viņi viss visi vienmēr strādā nestrādā lūdzu kaut ļoti""",
    "lt": """ačiū apie ar arba aš bet būti buvo čia dabar dar dėl gal gali galiu gerai iki ir iš į ją jau jei jie jis
        jo jos jūs ką kad kada kai kaip kas kažkas kiek kitas kur kuris labai labas laba lt man mano manau mes mus nėra
        ne nebent nereikia neveikia nes nieko niekas nors nuo o pas po prašau prieš prie rytoj šiandien sveiki su tada
        tai taip tas tau tik tiek turi turiu tu už vakar vėl veikia vis visi viskas yra reikia kodėl viena""",
    "ca": """a això aquí aquest aquesta algú algun amb així al als bé bon bona cal com de del dels des deu dia doncs el
        ella els em en encara ens era és està estan estic et fa fer fins gràcies ha han haver he hem hi ho hola i ja jo
        la les li molt més meu meva mai mateix me mentre no nosaltres o on pel per però perquè poc pot podem puc què
        quan qui res se sempre sense ser seu sí si són soc també tens té tinc tot tots tothom un una uns va vaig vam
        vols vull avui demà ahir adeu funciona gens""",
    "tl": """ako akin ang anong ano at ay ayaw ayos ba bakit bago bukas dahil dapat din dito diyan gumagana gusto hindi
        ito iyan iyon ka kahapon kami kasi kailan kailangan kanina ko kung lahat lang may mayroon mga mo muna na naman
        namin nang nasa natin ng ngayon ni nila nito niya oo pa paano pala para pero po pwede rin saan sa salamat sige
        sila sino siya tapos tayo walang wala yan yung yun kumusta daw""",
    "sw": """asante bado bila cha hapa hakuna hapana haya hii hivi hiyo habari huu huyo ila ili je jambo kabla kama
        karibu katika kesho kila kitu kuna kutoka kuwa kwa kwamba kwenye la lakini leo lini mimi mpya mtu na naomba
        nani ndani ndio ndiyo ni nini ninaweza pia sana sasa sawa si sisi tafadhali tena tu vipi wa wapi wewe wote ya
        yangu yake yeye za zaidi jana haifanyi inafanya kazi""",
    "sq": """a ai ajo aq asgjë ata atë be ca cili dhe deri do duhet e edhe është faleminderit falemnderit ishte jam
        janë je ka kam kanë ke këtë kjo ku kur kush le më me mirë mos mund na ne në nesër nga nuk një pa para për pse
        po punon përsëri që sa se si shumë sot të te tani tek ti u unë vetëm ju jo dje përshëndetje""",
    "is": """á að af allt alltaf ég ekki ekkert eða eftir ef en er eru eins einhver ertu fá fara frá fyrir fer góðan
        get getur hann hafa halló hefur hér hún hvað hvar hvenær hver hvernig hvers hæ í inn já kannski kemur líka með
        mér mig mikið minn mjög má nei núna nú niður og okkur sem sér sig svo takk til um upp út var vera verið við
        virkar vil vill það þá þarf þau þegar þeir þessi þetta þið þú því þér dag gær morgun""",
}

_CYRILLIC = {
    "ru": """а без бы был была были было быть в вам вас ваш весь во вот все всё всего всегда всем вы где да даже для до
        добрый должен его ее её если есть еще ещё же за завтра здесь и из или им их к как какой когда кто ли лучше меня
        мне много можно может мой мы на над надо нам нас наш не него нее ней нет нибудь никто ничего но ну нужно о об
        он она они опять от очень по под пока пожалуйста понял после потом потому почему привет при про просто работает
        раз с сегодня сейчас со спасибо там так также такой тебе тебя то тогда тоже только том тот три ты тут у уже
        хорошо хотя чего чем через что чтобы чуть эта эти это этого этот я вчера кажется кто-нибудь сделать""",
    "uk": """а але без би був була були було бути в вам вас ви від він вона вони все всі вже вчора дає де для до добре
        добрий дуже дякую її же з за завтра зараз знову і із або їх й його має мені ми можна може моя мій на над нам
        нас наш не нема немає ні ніхто нічого ну о один от по під після поки потім потрібно працює привіт при про
        просто раз разом з'явився сьогодні так також там та те теж ти тільки тобі то тому тут у хто це цей ця ці цього
        чи чому через ще що щоб як який якщо я є будь ласка комусь хтось""",
    "bg": """а ако али без беше би благодаря бил била били било в вас вече все всички вчера ви връща га да дали добре
        добър до днес друг един една едно за защо здравей здравейте и из или им има искам как каква какво като когато
        кога която които което който където къде ли ме между мен ми мисля много може можем мога моля на над най не него
        нещо ние никой нищо но нужно няма някой обаче от отново под по поне пак после при преди с са само сега се си
        след съм със също сме ст там така такъв тази те теб това този той трябва тук ти то тя утре ще чака че я работи
        моментът ден""",
    "sr": """а ако али без би био била било бити више већ вас ви где да данас до добро док за зашто и из или им имам ја
        јер је једно јесте још јуче кад када како као код која које који ли ме мене ми мислим много може могу мој на
        нам нас наш не него неки неко нема није ништа ни нисам о од он она они оно опет ово овај овде по под пре при
        ради са сад сам само све се си смо сте су сутра та тај тако такође те ти то треба ту у увек хвала чекај шта што
        ће ћу здраво можете""",
    "mk": """а ако без беше би бидејќи ве веќе ви вчера во го да дали дека денес добро додека ден до е еден една ја им
        има имам и или јас ќе каде како кога кој која кои колку ли ме ми многу може можам мој на најмногу нас не него
        некој нема ни ние ништо но ова овој од откако пак по под повторно при работи сакам само сега се сè сите сум со
        си сте сме таа така тој тоа треба тука уште утре фала благодарам што зошто здраво некоја""",
    "be": """а але без быў была было быць в вам вас вельмі вы ведаю вось вечар дзе для да добра добры дзякуй ён яна яны
        з за заўтра зараз зноў і із або іх ці калі каб мне мы можа можна мой на над нам нас наш не няма ніхто нічога ну
        о ад па пад пасля потым прывітанне працуе сёння так таксама там то трэба ты толькі тут у ўсе ўсё ўжо ўчора хто
        гэта гэты што чаму як які ласка яшчэ я ёсць""",
    "kk": """бар барлық бірақ біз болды болып бұл бүгін да де деп емес енді ертең ғана жоқ жақсы және кеше керек кім
        қалай қазір қайда қандай қашан мен мына не неге ол олар осы өте сен сол сіз сәлем тағы үшін рахмет рақмет тек
        әлі істейді істемейді жұмыс""",
}

_OTHERS = {
    "ar": """في من على إلى عن مع هذا هذه ذلك تلك التي الذي هو هي هم نحن انا أنا أنت كان كانت يكون لا ما لم لن قد كل أو
        أم ثم إن أن لقد بعد قبل عند حتى إذا لكن و يا هل كيف متى أين لماذا ليس نعم شكرا مرحبا هناك هنا الآن جدا بين""",
    "fa": """است در به از که این را با برای آن هم یک می شد نیست هست بود من تو او ما شما آنها چرا چه کجا چطور اگر ولی
        اما یا تا هر همه دیگر خیلی الان فقط باید نمی شود کرد کنم کنید سلام ممنون لطفا بله نه چیزی روی کار امروز فردا
       """,
    "ur": """ہے ہیں کا کی کے کو سے میں نے پر یہ وہ اور کیا نہیں ہو گا گی تھا تھی بھی تو ہم آپ مجھے کہ لیے جو کر رہا رہی
        ایک اب کیوں کہاں کب شکریہ براہ کرم ہوں""",
    "hi": """है हैं का की के को से में ने पर यह वह और क्या नहीं हो था थी थे भी तो हम आप मुझे कि लिए जो कर रहा रही रहे
        एक अब क्यों कहाँ कहां कब कैसे कृपया धन्यवाद हूँ हूं मैं मेरा कोई कुछ गया गई सकता सकते ही या बहुत आज कल नमस्ते
       """,
    "mr": """आहे आहेत नाही आणि मी तू तो ती ते हे हा ही का काय कसे कुठे केव्हा मला तुम्ही आम्ही पण साठी होते होता झाले
        करत करा आता मध्ये वर कृपया धन्यवाद आज उद्या""",
    "el": """και το τα η ο οι της του των στο στη στην στον από για με σε να θα δεν δε είναι ήταν έχω έχει που πως πώς
        τι ποιος αυτό αυτή αν όχι ναι μου σου μας σας τώρα εδώ εκεί πολύ μόνο επίσης ή αλλά γιατί πότε ευχαριστώ
        καλημέρα γεια ένα μια μία τον την τους ότι κάτι κάποιος""",
    "he": """של על את לא זה זו הוא היא הם אני אתה אנחנו יש אין עם כל אם או גם רק כי מה מי איפה מתי למה איך אבל עוד כבר
        היה הייתה להיות תודה שלום בבקשה עכשיו כאן שם מאוד יותר היום מחר אתמול""",
}

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split()) for language, words in (_LATIN | _CYRILLIC | _OTHERS).items()
}
