"""Forty stories that no company ever told: in twelve scripts, short and long, of every kind. All invented by us."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from bot.model import Change, EditKind, Policy, Quote, Rename, Story, StoryKind, Verdict

NOON = datetime(2026, 3, 3, 12, tzinfo=UTC)
APRIL = date(2026, 4, 9)


def new(text: str, section: str = "") -> Quote:
    return Quote(text, EditKind.ADDED, section)


def gone(text: str, section: str = "") -> Quote:
    return Quote(text, EditKind.REMOVED, section)


def reworded(before: str, after: str, section: str = "") -> Quote:
    return Quote(after, EditKind.REWORDED, section, before)


def story(
    *quotes: Quote,
    name: str = "Rookery",
    document: str = "Privacy Policy",
    language: str = "en",
    topics: tuple[str, ...] = (),
    effective: date | None = None,
    **more: object,
) -> Story:
    """News about an invented company."""
    policy = Policy(
        "rookery/privacy-policy", name, document, "https://rookery.example/legal/privacy", language=language
    )
    change = Change(Verdict.POST, ("a reason",), quotes=quotes, topics=topics, effective=effective)
    fields = {name: more.pop(name) for name in ("renames", "quiet", "edits") if name in more}
    change = replace(change, **fields)  # type: ignore[arg-type]
    told = Story("2026-03-03-rookery-privacy-policy-3f9a", policy, StoryKind.POST, change, NOON, NOON, "0" * 64)
    return replace(told, **more)  # type: ignore[arg-type]


KEPT = reworded(
    "If you delete it, we erase your posts and your messages within thirty days.",
    "If you delete it, we erase your posts and your messages within ninety days.",
    "4. How long we keep information",
)
TRAINED = new(
    "We may also use your posts, the pictures you upload and the messages you send to our assistant to train our "
    "artificial intelligence models, and those of companies that we work with, unless you object in your settings "
    "within 30 days.",
    "2.1 Information you give us",
)
COURTS = gone("You may always bring a claim before the courts of the country that you live in.", "7. Disputes")
LONG = (
    "By uploading a recording you grant us a worldwide, perpetual, irrevocable licence to host, copy, adapt and show "
    "it, to make derivative works of it, and to let our partners do the same, for as long as the recording exists in "
    "any of our systems. This licence does not end when you close your account, and it also covers the names, faces "
    "and voices of the people who can be seen or heard. You confirm that each of them has agreed to this in writing, "
    "and you will defend us, at your own cost, against anybody who says otherwise. Where the law of your country does "
    "not allow such a licence, it is granted for the longest time that this law allows."
)

STORIES: dict[str, Story] = {
    # ---- Latin --------------------------------------------------------------------------------------------------
    "one word": story(KEPT, topics=("retention",), effective=APRIL),
    "one sentence": story(TRAINED, topics=("ai",), effective=APRIL),
    "a loss": story(COURTS, topics=("arbitration",), document="Terms of Service"),
    "very short": story(new("We now keep your voice.", "9. Voices"), topics=("biometrics",)),
    "long": story(new(LONG, "11 Licence to your content"), topics=("content-licence",), effective=APRIL),
    "long loss": story(gone(LONG, "11 Licence to your content"), topics=("content-licence",)),
    "longer than a card": story(new(f"{LONG} {LONG} {LONG}", "11 Licence")),
    "long, reworded": story(
        reworded(LONG, LONG.replace("any of our systems", "any system of ours or of our partners")),
        topics=("content-licence",), effective=APRIL,
    ),
    "much reworded": story(
        reworded(
            "We share your address with a delivery company only when you order something from us.",
            "Your address, telephone number and purchases may be shared with advertisers and analysts at any time.",
            "3 Sharing",
        ),
        topics=("sale",),
    ),
    "long, much reworded": story(reworded(LONG, " ".join(reversed(LONG.split())), "11 Licence")),
    "two edits": story(KEPT, COURTS, topics=("retention",), effective=APRIL),
    "three edits": story(KEPT, TRAINED, COURTS, topics=("retention",), effective=APRIL),
    "six edits": story(TRAINED, KEPT, COURTS, *(new(f"Rule {n} is new.", f"{n}") for n in range(3)), topics=("ai",)),
    "long and more": story(new(LONG, "11 Licence"), KEPT, COURTS),
    "a rename beside": story(KEPT, renames=(Rename("Rookery", "Roost", 140),)),
    "a long name": story(
        KEPT, name="The International Federation of Rooks and Jackdaws", document="Community Guidelines and Rules"
    ),
    "a long heading": story(
        new("You agree to it.", "12.4.2 What you agree to when you use parts of the service that others provide to you")
    ),
    "no section": story(new("We sell your shopping list to insurers.")),
    "after a gap": story(KEPT, not_before=NOON - timedelta(days=19)),
    "quiet": story(KEPT, quiet=True, topics=("retention", "rights")),
    "in effect": story(KEPT, effective=date(2026, 2, 1)),
    "markup": story(
        new(
            "#import \"/etc/passwd\": * $ x^2 $ *bold* _under_ `code` <label> @cite = Head // gone \\ #eval(\"1\") "
            "[link](https://a.example) https://b.example/path #set page(fill: red) #{panic()} \"quoted\" {{ jinja }}",
            "#strong[3]",
        ),
        name="#emph[Evil] *Corp*",
    ),
    "addresses": story(
        new(f"Ask https://rookery.example/{'legal/' * 30}?{'a=b&' * 20} or {'w' * 200} for more of it.", "8 Contact")
    ),
    "letters alone": story(new("x")),
    "emoji": story(new("We love your data 🔒🍪 and your family 👩‍👩‍👧, wherever it is 🇩🇪🇯🇵.", "1 Hello 👋")),
    "German": story(
        reworded(
            "Wir löschen Ihre Nachrichten spätestens nach dreißig Tagen.",
            "Wir löschen Ihre Nachrichten frühestens nach hundertachtzig Tagen, sofern keine "
            "Telekommunikationsüberwachungsverordnung entgegensteht.",
            "§ 4 Aufbewahrung",
        ),
        name="Krähennest", document="Datenschutzerklärung", language="de", topics=("retention",),
    ),
    "Vietnamese": story(
        new("Chúng tôi có thể dùng bài viết của bạn để huấn luyện các mô hình trí tuệ nhân tạo.", "2. Dữ liệu"),
        name="Tổ Quạ", language="vi", topics=("ai",),
    ),
    "Turkish": story(new("Sözleşmenin bitiminden sonra da ses kayıtlarınızı işleyebiliriz.", "5. Ğ"), language="tr"),
    # ---- other scripts --------------------------------------------------------------------------------------------
    "Russian": story(
        reworded(
            "Мы храним ваши сообщения тридцать дней после удаления учётной записи.",
            "Мы храним ваши сообщения девяносто дней после удаления учётной записи.",
            "4. Хранение",
        ),
        name="Грачевник", document="Политика конфиденциальности", language="ru", topics=("retention",),
        effective=APRIL,
    ),
    "Greek": story(
        new("Μπορούμε να χρησιμοποιούμε τις φωτογραφίες σας για την εκπαίδευση των μοντέλων μας.", "2. Δεδομένα"),
        name="Κοράκι", language="el", topics=("ai",),
    ),
    "Arabic": story(
        reworded(
            "نحذف رسائلك خلال ثلاثين يومًا من إغلاق حسابك.",
            "نحذف رسائلك خلال تسعين يومًا من إغلاق حسابك، ما لم يطلب القانون غير ذلك.",
            "4. مدة الاحتفاظ",
        ),
        name="عش الغراب", document="سياسة الخصوصية", language="ar", topics=("retention",), effective=APRIL,
    ),
    "Hebrew": story(
        new("אנחנו רשאים להשתמש בתמונות שלך כדי לאמן את מודלי ה-AI שלנו (גרסה 2).", "2. מידע שמסרת"),
        name="קן העורב", document="מדיניות פרטיות", language="he", topics=("ai",),
    ),
    "Hebrew loss": story(gone("לא נמכור את המידע שלך לאיש.", "3. שיתוף"), language="he", topics=("sale",)),
    "Hindi": story(
        reworded(
            "हम आपके संदेश तीस दिनों तक सुरक्षित रखते हैं और फिर उन्हें मिटा देते हैं।",
            "हम आपके संदेश नब्बे दिनों तक सुरक्षित रखते हैं और फिर उन्हें मिटा सकते हैं।",
            "4. कितने समय तक",
        ),
        name="कौए का घोंसला", document="गोपनीयता नीति", language="hi", topics=("retention",),
    ),
    "Thai": story(
        reworded(
            "เราจะลบข้อความของคุณภายในสามสิบวันหลังจากที่คุณปิดบัญชี",
            "เราจะลบข้อความของคุณภายในเก้าสิบวันหลังจากที่คุณปิดบัญชี เว้นแต่กฎหมายกำหนดไว้เป็นอย่างอื่น",
            "4. ระยะเวลา",
        ),
        name="รังกา", document="นโยบายความเป็นส่วนตัว", language="th", topics=("retention",),
    ),
    "Chinese": story(
        reworded(
            "您注销账号后，我们将在三十天内删除您的消息。",
            "您注销账号后，我们将在九十天内删除您的消息，但法律另有规定的除外。",
            "四、保存期限",
        ),
        name="鸦巢", document="隐私政策", language="zh", topics=("retention",), effective=APRIL,
    ),
    "Chinese of Taiwan": story(
        new("我們可能會將您上傳的照片用於訓練我們的人工智慧模型，除非您在設定中表示反對。", "二、我們蒐集的資料"),
        name="鴉巢", document="隱私權政策", language="zh-Hant", topics=("ai",),
    ),
    "Japanese": story(
        new(
            "当社は、お客様が投稿した写真を人工知能モデルの学習に利用することがあります。設定で拒否することができます。",
            "第2条 情報の利用",
        ),
        name="からすの巣", document="プライバシーポリシー", language="ja", topics=("ai",), effective=APRIL,
    ),
    "Korean": story(
        reworded(
            "계정을 삭제하면 30일 이내에 메시지를 삭제합니다.",
            "계정을 삭제하면 90일 이내에 메시지를 삭제하며, 법률에서 정한 경우는 예외로 합니다.",
            "제4조 보관 기간",
        ),
        name="까마귀 둥지", document="개인정보 처리방침", language="ko", topics=("retention",),
    ),
    "many scripts": story(
        new(
            "Languages: English, Русский, Ελληνικά, العربية, עברית, हिन्दी, ไทย, 中文, 日本語, 한국어, Tiếng Việt 🌍.",
            "Languages",
        )
    ),
}  # fmt: skip
