"""What is not what it seems is named; honest text of any language is not."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from graphdeck.graphs.values import Json
from graphdeck.tools.deception import MOST, Finding, findings, name_findings
from graphdeck.tools.invisible import ALWAYS, ODD_SPACES, SOMETIMES, is_name, odd_places
from graphdeck.tui.text import safe

HONEST = {
    "English": "A quiet hotel in Rome, 3 nights, naïve café — “yes”; 5'10\" tall, £20 (½ price)…",
    "German": "Größe: 1,80 m; „Straße“ – Übergrößen, ß und ẞ",
    "French": "Où êtes-vous\u00a0? « Là-bas\u202f», l’œuvre à 12\u202f%",
    "Spanish": "¿Dónde está el baño? ¡Mañana, señor!",
    "Turkish": "Iğdır'da ılık bir akşam, İstanbul'a gidiyoruz",
    "Vietnamese": "Tiếng Việt có nhiều dấu thanh, phở ở Hà Nội",
    "Polish": "Zażółć gęślą jaźń w Łodzi",
    "Yoruba": "Ẹ kú àárọ̀, báwo ni? Ọ̀rọ̀ náà dára",
    "Russian": "Отправь письмо в USB-кабель, SMSки и VIPов из PDFки, e-mail и Wi-Fi по 5 км/ч",
    "Ukrainian": "Їжак з'їв яблуко, а п'ять — ні; C++ та Java",
    "Serbian": "Љубав и џез у Београду, 10 kg шљива",
    "Bulgarian": "Роса, оса, сауна и хор",
    "Greek": "Το ΑΒΓ και το kΩ, μm, πr², ΔT, hν και e-mail",
    "Armenian": "Բարեւ, ինչպես ես",
    "Georgian": "გამარჯობა, როგორ ხარ",
    "Persian": "سلام، می‌روم و نمی‌دانم؛ کتاب‌ها را بخوان، خانهٔ ما",
    "Arabic": "السلام عليكم \u200f(abc)\u200f ورحمة الله، ٣ ليالٍ",
    "Urdu": "آپ کیسے ہیں؟ میں ٹھیک ہوں۔",
    "Hebrew": "שלום \u200f(abc)\u200f עולם, ה\u200e-API\u200e עובד",
    "Yiddish": "אַ גוטן טאָג",
    "Hindi": "नमस्ते, क्‍ष और र्‍य; शक्‌ति",
    "Bengali": "আমি ভালো আছি, র‍্যাব ও উদ্‌যাপন",
    "Marathi": "दर्‍या, मला मदत हवी आहे",
    "Malayalam": "അവന്‍ പാല്‍ കുടിച്ചു",
    "Sinhala": "ශ්‍රී ලංකාව ක්‍රියා",
    "Tamil": "வணக்கம், எப்படி இருக்கிறீர்கள்",
    "Thai": "สวัสดี\u200bครับ ราคา 1,200 บาท",
    "Khmer": "សួស្តី\u200bពិភពលោក",
    "Burmese": "မင်္ဂလာပါ",
    "Tibetan": "བཀྲ་ཤིས་བདེ་ལེགས།",
    "Mongolian": "ᠮᠣᠩᠭᠣᠯ\u180b ᠪᠢᠴᠢᠭ",
    "Japanese": "ＡＢＣ株式会社へ　ようこそ。葛\U000e0100城市、レポート２０２４「OK」",
    "Chinese": "你好，世界。“微信”支付￥100；iPhone很贵",
    "Korean": "안녕하세요, 카카오톡으로 보내 주세요",
    "Amharic": "ሰላም፣ እንዴት ነህ?",
    "emoji": "👩‍👩‍👧 👩🏽‍💻 ❤️‍🔥 🏴‍☠️ 1️⃣ 🇮🇹 👁️‍🗨️ 🏳️‍🌈 ✔️ ☺︎ Ⓜ️ 👍🏿 #️⃣ 🧑🏻‍❤️‍🧑🏿",
    "flags of parts": "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "braille": "⠓⠑⠇⠇⠕⠀⠺⠕⠗⠇⠙\n⠀⠀⠀⣠⣤",
    "mathematics": "∀x∈ℝ: x² ≥ 0 ∧ √2 ≈ 1.414; 1⁄2 of αx and ∑ᵢ 𝐱ᵢ",
    "phonetics": "/ɡʊd ˈmɔːnɪŋ/ and /ˈɑːftə/",
    "code": "def f(x):\n\treturn x[0] @ y  # done\n\n\nif a | b:\r\n    print('a\\tb')\n" + " " * 100 + "deep",
    "a table": "name" + " " * 36 + "price\n" + "-" * 200,
    "Markdown": "[the docs](https://docs.example.com/x), [example.com](https://www.example.com/a), <kim@example.com>",
    "addresses": "http://127.0.0.1:8000/a?b=c, http://[::1]/ and postgres://user:pw@db:5432/x ssh://git@github.com/x/y",
    "hosts": "https://www.net-a-porter.com https://www.bbc.co.uk https://s3.cn-north-1.amazonaws.com.cn https://a.gov.uk",
    "names of the world": "https://münchen.de https://пример.рф https://例え.jp https://日本語abc.jp https://한국.kr",
    "mail": 'Kim Larsen <kim.larsen@example.com>, "K." <k@example.org>; @kim sees user@host and pkg@1.2.3, @scope/pkg',
}

INVISIBLE = {
    "Kim \u202edrow": ("bidi", "right-to-left override (U+202E)"),
    "\u2066x\u2069": ("bidi", "2 characters that change the direction"),
    "ab\u200fcd": ("bidi", "right-to-left mark"),
    "a\x1b[31m\x1b": ("control", "2 control characters: escape (U+001B) ×2"),
    "over\rwritten": ("control", "carriage return"),
    "lone \ud83d": ("control", "half a character (U+D83D)"),
    "ad\u200bmin": ("hidden", "zero width space (U+200B)"),
    "pay\u200dpal": ("hidden", "zero width joiner"),
    "می\u200c\u200cروم": ("hidden", "zero width non-joiner"),
    "x\ufe0fy": ("hidden", "variation selector-16"),
    "rm\u2800-rf": ("hidden", "braille pattern blank"),
    "ok\U000e0068\U000e0069": ("hidden", "which spell “hi”"),
    "🏴\U000e0067\U000e0062\U000e007f": ("hidden", "which spell “gb”"),
    "z" + "\u0301" * 50: ("hidden", "50 marks are piled on one letter"),
    "/home/می‌روم.txt": ("hidden", "zero width non-joiner"),
    "git status" + " " * 100 + "; rm -rf ~": ("hidden", "100 spaces in a row, and then more text: “; rm -rf ~”"),
    "fine" + "\n" * 60 + "not fine": ("hidden", "59 empty lines, and then more text: “not fine”"),
}

LOOKALIKES = {
    "b\u043e\u043ek the hotel": "“bооk” mixes letters that look alike: о (U+043E) is not o",
    "p\u0430ypal": "а (U+0430) is not a",
    "na\u00efve\u0430": "а (U+0430) is not a",
    "\u0421\u0431e\u0440\u0431\u0430\u043d\u043a": "e (U+0065) is Latin",
    "\u0391dmin": "Α (U+0391) is not A",
    "/etc/\u0440\u0430\u0455\u0455wd": "“раѕѕwd” mixes",
    "/etc/\u0440\u0430\u0455\u0455/x": "“раѕѕ” is not pass: its letters are Cyrillic",
    "/etc\u2215passwd": "∕ (U+2215) is not /",
}

HOSTS = {
    "https://paypal.com@evil.ru/x": "the host is “evil.ru”: “paypal.com”, which stands before @, is only a user's name",
    "see https://google.com%2F@evil.ru": "the host is “evil.ru”",
    "https://evil.ru\\@paypal.com/": "where browsers end the host: it is “evil.ru”",
    "http://3232235777/": "the host “3232235777” is the address 192.168.1.1",
    "http://0x7f.1:8000/": "the host “0x7f.1” is the address 127.0.0.1",
    "http://0300.0250.1.1": "is the address 192.168.1.1",
    "http://www.paypal.com.account.verify.ru/login": "shows “paypal.com”, but belongs to “verify.ru”",
    "www.paypal.com.evil.co.uk now": "belongs to “evil.co.uk”",
    "https://paypal.com-account.ru": "shows “paypal.com”, but belongs to “com-account.ru”",
    f"https://{'a.' * 60}evil.ru": "which belongs to “evil.ru”",
    "http://xn--80ak6aa92e.com": "is punycode and reads “аррӏе”",
    "https://\u0430\u0440\u0440\u04cf\u0435.com": "is not apple: its letters are Cyrillic",
    "https://g\u043e\u043egle.com": "mixes Latin and Cyrillic letters",
    "kim@p\u0430ypal.com": "“pаypal” in a host mixes Latin and Cyrillic letters: а (U+0430) is not a",
    "http://\uff47oogle.com": "reads “google.com”",
    "https://%65vil.ru": "reads “evil.ru”",
    '"support@bank.com" <x@evil.ru>': "it shows “support@bank.com”, but the address is “x@evil.ru”",
    "[google.com/login](https://evil.ru/google.com)": "a link shows “google.com”, but leads to “evil.ru”",
}

ANY_TEXT = st.text(st.characters(codec=None), max_size=60) | st.text(
    st.sampled_from(
        "ab.:/@<>[]() \n\t\r\x1b\x9b\u200b\u200c\u200d\u200e\u202e\u2066\ufe0f\U000e0041\ud800👩❤🏴क\u094dم\u0301оＡ0x"
    ),
    max_size=40,
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | ANY_TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY_TEXT | st.sampled_from(["url", "cmd"]), inner),
    max_leaves=10,
)


@pytest.mark.parametrize("text", HONEST.values(), ids=HONEST)
def test_honest_text_is_not_warned_of(text: str) -> None:
    assert findings(text) == ()
    assert findings({"message": [text, *re.split("\r?\n", text)]}) == ()


def test_honest_single_words_are_not_warned_of() -> None:
    texts = [text for name, text in HONEST.items() if name != "phonetics"]  # whose words look like paths
    words = [word for text in texts for word in re.split(r"[ \r\n\t]+", text)]
    words = [word for word in words if not re.search("[\u200e\u200f]", word)]  # they have their job in a sentence
    assert [each for word in words for each in findings(word)] == []


@pytest.mark.parametrize(("text", "expected"), INVISIBLE.items())
def test_what_is_hidden_or_obeyed_is_named(text: str, expected: tuple[str, str]) -> None:
    (found,) = findings({"args": {"text": ["fine", text]}})
    assert (found.path, found.kind) == ("args.text.1", expected[0])
    assert expected[1] in found.text


@pytest.mark.parametrize(("text", "sentence"), LOOKALIKES.items())
def test_look_alike_letters_are_named(text: str, sentence: str) -> None:
    (found,) = findings(text)
    assert found.kind == "lookalike"
    assert sentence in found.text


@pytest.mark.parametrize(("text", "sentence"), HOSTS.items())
def test_hosts_that_pretend_are_named(text: str, sentence: str) -> None:
    assert any(sentence in found.text for found in findings(text) if found.kind == "host")


def test_what_an_argument_is_for_decides_what_is_odd_in_it() -> None:
    copy = "\u0441\u043e\u0440\u0443 /etc/passwd"
    assert findings({"comment": f"the word {copy[:4]} is odd"}) == ()
    (found,) = findings({"command": copy})
    assert found == Finding("command", "lookalike", "“сору” is not copy: its letters are Cyrillic, such as U+0441")
    assert findings({"note": "example.com.tar.gz"}) == ()
    assert "belongs to" in findings({"url": "paypal.com.evil.ru/x"})[0].text


def test_keys_and_names_are_looked_at_too() -> None:
    assert findings({"p\u0430th": 1}) == (
        Finding("p\u0430th", "lookalike", "“pаth” mixes letters that look alike: а (U+0430) is not a"),
    )
    assert [found.kind for found in findings({"a\u200bb": {}})] == ["hidden"]
    assert [found.kind for found in name_findings("b\u043e\u043ek_hotel", path="tool")] == ["lookalike"]
    assert [found.kind for found in name_findings("pay_\u043e\u043e")] == ["lookalike"]
    assert name_findings("book_hotel") == ()


@given(JSON)
@settings(deadline=None)
def test_any_value_is_looked_at(value: Json) -> None:
    for found in findings(value):
        assert found.text


@given(ANY_TEXT, st.integers(0, 60), st.sampled_from("\u202a\u202b\u202d\u202e\u2066\u2067\u2068"))
@settings(deadline=None)
def test_an_override_is_always_found(text: str, at: int, override: str) -> None:
    assert "bidi" in {found.kind for found in findings({"x": text[:at] + override + text[at:]})}


@given(st.sampled_from(list(HONEST.values())), st.data())
@settings(deadline=None)
def test_an_override_in_honest_text_is_found(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text)))
    assert "bidi" in {found.kind for found in findings(text[:at] + "\u202e" + text[at:])}


def test_deep_and_long_values_are_looked_at() -> None:
    deep: Json = "a\u200bb"
    for _ in range(10_000):
        deep = [deep]
    (found,) = findings(deep)
    assert found.path.count(".") == 9_999
    many = findings(["a\u200bb"] * 1_000)
    assert len(many) == MOST + 1
    assert many[-1].text == f"and more: only the first {MOST} warnings are listed"


# -- one truth with what is painted ---------------------------------------------------------------------------------


@given(ANY_TEXT | st.sampled_from([*HONEST.values(), *INVISIBLE]))
@settings(deadline=None)
def test_what_is_warned_of_is_what_is_marked(text: str) -> None:
    """Either both see a character or neither does, in a text with lines and in a name."""
    lines = "\n".join(line.expandtabs(4) for line in re.split("\r\n|\n", text))
    for identifier in (False, True):
        marked = safe(text, identifier=identifier, lines=not identifier, ascii_only=False)
        warned = list(odd_places(text, identifier=identifier))
        shown = len(re.findall(r"⟨U\+[0-9A-F]+⟩", marked)) - len(re.findall(r"⟨U\+[0-9A-F]+⟩", text))
        assert shown == len(warned)
    unseen = {"hidden", "bidi", "control"} & {found.kind for found in findings(text)}
    out_of_sight = re.search("[ \u3000]{40}|\n\\s{30}", lines)
    assert out_of_sight or bool(unseen) == (safe(text, identifier=is_name(text), lines=True, ascii_only=False) != lines)


def test_every_character_of_the_tables_is_found_alone() -> None:
    pattern = re.compile(f"[{ALWAYS}{SOMETIMES}]")
    missed = [
        hex(code)
        for code in range(0x110000)
        if pattern.match(chr(code)) and chr(code) not in "\n\t" and not list(odd_places(f"a{chr(code)}é"))
    ]
    assert missed == []
    assert all(list(odd_places(f"a{space}b", identifier=True)) for space in "\u00a0\u2003\u3000")
    assert "\u00a0" in ODD_SPACES


@pytest.mark.parametrize("language", ["English", "Russian", "Persian", "Chinese", "emoji"])
def test_a_megabyte_is_looked_at_before_anybody_notices(language: str) -> None:
    """The best of three, with room for a busy machine; alone it takes a third of that."""
    text = (HONEST[language] + "\n") * (1_000_000 // len(HONEST[language]))
    times = []
    for _ in range(3):
        begun = time.process_time()
        assert findings(text) == ()
        times.append(time.process_time() - begun)
    assert min(times) < 0.3
