"""What was said before you came. Minutes are counted back from the moment the demo is filled.

A line is (minutes ago, who, what): who is "c" for the customer or an agent's key; what is text, or a picture, place or
note as a tuple. The states at the end decide who has the conversation now.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """One conversation: `customer` is an id of the sandbox's customers, or (name, phone) of one only we know."""

    customer: str | tuple[str, str]
    number: int
    lines: tuple
    state: str = "closed"  # closed, assigned or waiting
    agent: str = ""  # who serves or served
    tags: tuple[str, ...] = ()


DAY = 24 * 60

OPEN = [
    Story(
        "amira",
        0,
        (
            (190, "c", "مرحبا، أين طردي؟ رقم الشحنة HC-20418"),
            (186, "chen", "مرحبا أميرة، أتحقق من ذلك حالا."),
            (171, "chen", "غادر الطرد هامبورغ صباح اليوم ويصل غدا قبل الظهر."),
            (14, "c", "شكرا! هل يمكن تركه عند الجيران؟"),
            (13, "c", ("location", 52.5496, 13.3741, "Uferstraße 12", "13357 Berlin")),
        ),
        "assigned",
        "chen",
        ("vip", "delivery"),
    ),
    Story(
        "ida",
        0,
        (
            (95, "c", "Guten Tag, mein Paket kam heute beschädigt an 😕"),
            (94, "c", ("picture", "So sah es vor der Tür aus.")),
            (90, "chen", "Guten Tag Frau Brandt, das tut mir leid. Ist der Inhalt auch betroffen?"),
            (88, "c", "Eine Tasse ist gebrochen, der Rest ist heil."),
            (70, "chen", ("note", "Versicherungsfall: Formular schicken, Foto liegt vor.")),
            (69, "chen", "Danke für das Foto. Wir ersetzen die Tasse, Sie bekommen gleich ein kurzes Formular."),
            (31, "c", "Wunderbar, vielen Dank für die schnelle Hilfe!"),
        ),
        "assigned",
        "chen",
        ("damaged",),
    ),
    Story(
        "kwame",
        0,
        (
            (55, "c", "Hi, I have to send a 12 kg box to Accra. What papers do I need?"),
            (
                50,
                "mira",
                "Hello Kwame, for Ghana you need a customs form CN23 and an invoice. Shall I send you an example?",
            ),
            (48, "c", "Yes please, that would help a lot"),
        ),
        "assigned",
        "mira",
        ("customs",),
    ),
    Story(
        "zeynep",
        0,
        (
            (300, "c", "Merhaba, adresimi değiştirebilir miyim?"),
            (292, "mira", "Merhaba Zeynep Hanım, tabii. Yeni adresinizi yazar mısınız?"),
            (280, "c", "Müllerstraße 40, 13353 Berlin"),
            (275, "mira", "Değiştirdim, paket yarın yeni adresinize gelecek."),
        ),
        "assigned",
        "mira",
        ("delivery",),
    ),
    Story(
        "luis",
        1,
        (
            (41, "c", "Bom dia! A encomenda já saiu do armazém?"),
            (37, "tiago", "Bom dia, Luís. Saiu às 9h e chega hoje à tarde."),
            (35, "c", "Perfeito, obrigado 🙏"),
        ),
        "assigned",
        "tiago",
        ("delivery",),
    ),
    Story(
        "noam",
        0,
        ((22, "c", "שלום, הזמנתי משלוח לתל אביב ולא קיבלתי אישור"), (21, "c", "מספר ההזמנה HC-20577")),
        "waiting",
        tags=("delivery",),
    ),
    Story("chiara", 0, ((17, "c", "Buongiorno, quanto costa spedire un pacco di 3 kg a Milano?"),), "waiting"),
    Story(
        "priya",
        0,
        ((9, "c", "Hello! My invoice shows the old company name. Can you change it?"), (8, "c", "It is invoice 2291")),
        "waiting",
        tags=("invoice",),
    ),
    Story("elodie", 1, ((6, "c", "Bonjour, puis-je passer prendre mon colis après 18 h ?"),), "waiting"),
    Story("yuki", 0, ((3, "c", "こんにちは。荷物の受け取り時間を変更できますか？"),), "waiting"),
]

CLOSED = [
    Story(
        "amira",
        0,
        (
            (8 * DAY + 200, "c", "Good morning, do you also pack fragile things?"),
            (8 * DAY + 195, "mira", "Good morning Amira! Yes, for 4 € we pack it for you, glass included."),
            (8 * DAY + 190, "c", "Great, I will come by tomorrow."),
        ),
        agent="mira",
        tags=("vip",),
    ),
    Story(
        "tomasz",
        0,
        (
            (2 * DAY + 90, "c", "Dzień dobry, gdzie mogę zwrócić paczkę?"),
            (2 * DAY + 84, "chen", "Dzień dobry, w każdym naszym sklepie. Najbliższy jest przy Uferstr. 12."),
            (2 * DAY + 80, "c", "Dziękuję bardzo!"),
        ),
        agent="chen",
    ),
    Story(
        "joao",
        1,
        (
            (3 * DAY + 50, "c", "Oi, o entregador foi super gentil, parabéns pra equipe!"),
            (3 * DAY + 44, "tiago", "Que bom saber, João! Vou passar para a equipe. 💙"),
        ),
        agent="tiago",
        tags=("praise",),
    ),
    Story(
        "robin",
        1,
        (
            (4 * DAY + 33, "c", "Hoi, kan ik ook met kaart betalen?"),
            (4 * DAY + 30, "tiago", "Hoi Robin, ja, alle kaarten zijn welkom."),
        ),
        agent="tiago",
    ),
]

# Customers whom only the product knows: (name, phone, number, language's question, answer, agent, days ago, tag)
EARLIER = [
    (
        "Hannah Vogel",
        "+4915155502011",
        0,
        "Ist mein Einschreiben schon da?",
        "Ja, es liegt bei uns bereit.",
        "mira",
        1,
        "",
    ),
    ("Marek Nowák", "+420605550121", 0, "Dobrý den, kolik stojí balík do Prahy?", "Do 5 kg 14,90 €.", "chen", 1, ""),
    (
        "Fatou Diallo",
        "+221775550133",
        0,
        "Bonjour, le colis pour Dakar est bloqué ?",
        "Il est à la douane, il repart demain.",
        "mira",
        1,
        "customs",
    ),
    (
        "Erik Lindqvist",
        "+46705550144",
        0,
        "Hej! Kan ni hämta ett paket hemma?",
        "Hej Erik, ja, i morgon mellan 9 och 12.",
        "chen",
        2,
        "delivery",
    ),
    (
        "Ana Sousa",
        "+351915550155",
        1,
        "Perdi o talão, e agora?",
        "Sem problema, basta o cartão de cidadão.",
        "tiago",
        2,
        "",
    ),
    (
        "Oluwaseun Adeyemi-Bakare",
        "+2348055550166",
        0,
        "Is the 30 kg limit per box or per shipment?",
        "Per box.",
        "mira",
        2,
        "",
    ),
    (
        "Γιώργος Παππάς",
        "+306945550177",
        0,
        "Καλημέρα, πότε φτάνει το δέμα μου;",
        "Καλημέρα σας, την Πέμπτη.",
        "chen",
        3,
        "delivery",
    ),
    (
        "Nguyễn Thị Lan",
        "+84905550188",
        0,
        "Xin chào, gói hàng của tôi ở đâu?",
        "Chào chị, hàng đang ở Frankfurt.",
        "mira",
        3,
        "delivery",
    ),
    (
        "Jonas Weber",
        "+4915155502199",
        0,
        "Die Rechnung bitte noch mal als PDF.",
        "Ist unterwegs an Ihre E-Mail.",
        "chen",
        4,
        "invoice",
    ),
    (
        "Beatriz Carvalho",
        "+351925550110",
        1,
        "Recebi a encomenda errada.",
        "Peço desculpa, recolhemos amanhã.",
        "tiago",
        4,
        "damaged",
    ),
    (
        "Олена Шевченко",
        "+380505550121",
        0,
        "Доброго дня, чи приймаєте посилки в Україну?",
        "Так, щодня до 17:00.",
        "mira",
        5,
        "",
    ),
    ("محمد العلي", "+971505550132", 0, "هل يمكن الدفع عند الاستلام؟", "نعم، نقدا أو بالبطاقة.", "chen", 5, ""),
    ("Rosa Jiménez", "+34655550143", 1, "¿A qué hora cierran hoy?", "Hoy cerramos a las 18 h.", "tiago", 6, ""),
    ("Li Na", "+8613955550154", 0, "你好，包裹什么时候到？", "您好，预计周五送达。", "chen", 6, "delivery"),
    (
        "Peter Jansen",
        "+31655550165",
        0,
        "Thanks for the quick help last week!",
        "Our pleasure, Peter.",
        "mira",
        7,
        "praise",
    ),
    (
        "Sina Hosseini",
        "+4917655502176",
        0,
        "Kann ich zwei Pakete zusammenlegen?",
        "Ja, bis zusammen 31,5 kg.",
        "chen",
        8,
        "",
    ),
    (
        "Camille Dubois",
        "+33655550187",
        1,
        "Mon colis affiche « livré » mais je n’ai rien reçu.",
        "Votre voisin au 3e l’a pris.",
        "tiago",
        9,
        "delivery",
    ),
    (
        "Agnieszka Wójcik",
        "+48605550198",
        0,
        "Czy mogę zmienić datę dostawy?",
        "Tak, na jutro lub piątek.",
        "mira",
        11,
        "delivery",
    ),
]
