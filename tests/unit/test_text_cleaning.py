"""What the clean-up changes, and what it leaves alone."""

from __future__ import annotations

import time

import pytest

from mtpipe.data import Edit, Span
from mtpipe.text import apply, clean, for_model, undo, words_shown

_CHANGED = [
    ("space before a question mark, and a full stop after it", "هل وصلت السفن ؟. نعم", "هل وصلت السفن؟ نعم"),
    ("space before a colon", "قال : لا", "قال: لا"),
    ("comma behind a closing straight quote", 'قال "لا" ، ومضى "نعم" ؟', 'قال "لا"، ومضى "نعم"؟'),
    (
        "two full stops behind another mark",
        "هذه الحرب لن تنتهي !.. لماذا ؟.. نعم",
        "هذه الحرب لن تنتهي! لماذا؟ نعم",
    ),
    ("space before a full stop", "وصلت السفن . ثم عادت .", "وصلت السفن. ثم عادت."),
    ("full stop on the wrong side of the space", "وصلت السفن .ثم عادت", "وصلت السفن. ثم عادت"),
    ("comma on the wrong side of the space", "الشمس ،القمر", "الشمس، القمر"),
    ("space inside straight quotes", 'قال : " نعم " ومضى', 'قال: "نعم" ومضى'),
    ("quote glued to the colon", 'قال :" نعم".', 'قال: "نعم".'),
    ("space inside guillemets and brackets", "كتاب « البحر » ( طبعة ثانية )", "كتاب «البحر» (طبعة ثانية)"),
    ("tatweel between letters", "مـــدينة وقـَال", "مدينة وقَال"),
    ("presentation forms", "\ufefb\ufe8d \ufb8f", "لاا ک"),
    ("no-break and thin spaces", "كتاب\u00a0جديد\u202fجدا\u2009", "كتاب جديد جدا"),
    (
        "bidi controls, zero-width characters, byte order mark",
        "\ufeffكت\u200bاب\u200f \u202bجديد\u202c",
        "كتاب جديد",
    ),
    ("repeated marks", "ماذا؟؟؟ لا!!! نعم،، ثم.....", "ماذا؟ لا! نعم، ثم..."),
    ("two apostrophes", "قال : ''لا'' ، ثم ‘‘ نعم ’’ .", 'قال: "لا"، ثم "نعم".'),
    ("tags", 'وقال <b>الوزير</b>:<br/>&lt;a href="http://a.org"&gt;لا&lt;/a&gt;', "وقال الوزير: لا"),
    ("entities, once and twice escaped", "&quot;نعم&quot; &amp;laquo;لا&amp;raquo; &#1605;", '"نعم" «لا» م'),
    ("UTF-8 read as Windows-1252", "مدينة " + "البحر".encode().decode("cp1252"), "مدينة البحر"),
    ("French read as Windows-1252", "Il a Ã©tÃ© lÃ\u00a0", "Il a été là"),
    (
        "Windows-1256 read as Windows-1252",
        "البحر جميل جدا".encode("cp1256").decode("cp1252"),
        "البحر جميل جدا",
    ),
]

_KEPT = [
    "طوله 5'11'' فقط",
    "كان أ <b> ج",
    "بين <وسط> و</وسط>",
    "لماذا؟... لا أدري",
    "سنة 1444 ه",
    "وعاد في الـ12 من الشهر.",
    "الـBBC ونشرة الـCNN",
    "ميونيخ ـ عاد الوزير",
    "أإآىةؤئء",
    "٠١٢٣٤٥٦٧٨٩ 0123456789 ۰۱۲",
    "؟ ، ؛",
    "النتيجة 2 : 1",
    "النتيجة ٢ : ١",
    "النتيجة ۲ : ۱",
    "لغة .NET ومقاس .5",
    "نَظَّمَ التحالف عُمَّالًا",
    "Il dit : « Non ! » ; puis il part ?",
    "What is this ? A test !",
    "»مجنون القرية« قالوا",
    "صلى الله عليه وسلم \ufdfa",
    "👨\u200d👩\u200d👧 عائلة",
    "AT&T &c &unknown; x&y;",
    "Ørsted, Ûlm, Ângelo, Ãngela",
    "Wait . . . what",
]


@pytest.mark.parametrize(
    ("source", "text"), [case[1:] for case in _CHANGED], ids=[case[0] for case in _CHANGED]
)
def test_the_rules_mend(source: str, text: str) -> None:
    cleaned = clean(source)
    assert cleaned.text == text
    assert undo(cleaned.text, cleaned.edits) == source


@pytest.mark.parametrize("source", _KEPT)
def test_the_rules_leave_alone(source: str) -> None:
    assert clean(source).text == source
    assert clean(source).edits == ()


def test_a_lone_letter_goes_where_three_lines_end_in_it() -> None:
    lines = ["عاد القارب. ه", "لماذا ؟. ه", 'قال: "نعم". ه', "سنة 1444 ه", "العام 1444. ه"]
    assert clean("\n".join(lines)).text.split("\n") == [
        "عاد القارب.",
        "لماذا؟",
        'قال: "نعم".',
        "سنة 1444 ه",
        "العام 1444. ه",
    ]


def test_a_lone_letter_stays_where_few_lines_end_in_it() -> None:
    for mark in "أبم*":
        source = f"عاد القارب. {mark}\nغرق القارب. {mark}\nانتهى."
        assert clean(source).text == source
    once = "عاد القارب. ه\nغرق القارب.\nانتهى."
    assert clean(once).text == once


def test_two_lines_prove_a_stray_heh_which_then_goes_after_a_year_of_our_era_too() -> None:
    source = "بيروت 14/10/2017   ه\nعاد القارب. ه\nقال: «نعم» ه\nسنة 1438 ه"
    assert clean(source).text == "بيروت 14/10/2017\nعاد القارب.\nقال: «نعم»\nسنة 1438 ه"


def test_three_lines_prove_a_stray_heh_behind_words_commas_and_brackets_too() -> None:
    proof = "عاد القارب. ه\nغرق القارب. ه\nلماذا؟ هـ\n"
    lines = ["سقوط الأقنعة ه", "كان ثمنه 5 ليرات، ه", "كانت البلاد (كلها) ه", "قصة عَجِيبَةٌ هـ"]
    kept = ["عام (1438) ه", "سنة 1438 ه", "في القرن الرابع ه", "ا هـ", "كتاب طه"]
    cleaned = clean(proof + "\n".join(lines + kept)).text.split("\n")[3:]
    assert cleaned == [line.rsplit(" ", 1)[0] for line in lines] + kept
    assert clean("\n".join(lines)).text == "\n".join(lines)


def test_abbreviations_and_hijri_years_keep_their_letter() -> None:
    source = "قال ذلك. ا. هـ\nوكتب. ا. هـ\nراجع ص. ه\nسنة 1438 هـ\nقبل سنة 11700 هـ"
    assert clean(source).text == source


def test_curly_quotes_typed_the_wrong_way_round_lose_their_inner_spaces() -> None:
    assert clean("قال: ” نعم “، ثم مضى.").text == "قال: ”نعم“، ثم مضى."
    assert clean("قال: “نعم” ثم “لا”.").text == "قال: “نعم” ثم “لا”."


def test_other_stray_marks_go_too() -> None:
    assert clean("أولا. هـ\nثانيا! هـ\nثالثا؟ هـ\nرابعا: هـ").text == "أولا.\nثانيا!\nثالثا؟\nرابعا:"
    assert clean("أولا. *\nثانيا! *\nثالثا؟ *").text == "أولا.\nثانيا!\nثالثا؟"


@pytest.mark.parametrize(
    "source",
    [
        "أحمد: أ\nسارة: أ\nمنى: أ",  # answers
        "أحمد: ه\nسارة: ه\nمنى: ه",  # no stop but colons: nothing proves a mark
        "عاد القارب. ه\nلماذا؟\nسارة: ه",
    ],
)
def test_what_follows_colons_is_text(source: str) -> None:
    assert clean(source).text == source


def test_after_a_colon_only_the_proven_letter_goes() -> None:
    source = "عاد. أ\nلماذا؟ أ\nذهب! أ\nسارة: أ"
    assert clean(source).text == "عاد.\nلماذا؟\nذهب!\nسارة: أ"


def test_line_ends_stay_as_they_are() -> None:
    source = "أول\r\nثان\nثالث\rرابع\u2028خامس\r\n\r\n"
    assert clean(source).text == source


def test_wrapped_lines_are_joined_and_others_are_not() -> None:
    wrapped = (
        "خرج الصياد من بيته في الصباح الباكر قبل أن يستيقظ أحد من أهل القرية، وحمل\n"
        "شبكته الكبيرة على كتفه الأيمن ومشى نحو الشاطئ البعيد. كان البحر هادئا في\n"
        "ذلك اليوم الشتوي الجميل، وكانت القوارب كلها راسية عند الرصيف القديم الذي\n"
        "بناه جده.\n"
        "ثم عاد."
    )
    assert clean(wrapped).text.count("\n") == 1
    assert clean(wrapped).text.endswith("بناه جده.\nثم عاد.")
    verse = (
        "يا بحر إني قد أتيتك حاملا همي الطويل وشوقي المكتوم\nفامنح فؤادي من سكونك ساعة واغسل بمائك وجهي المهموم\n"
        * 4
    )
    assert clean(verse).text == verse
    list_of_lines = "\n".join(f"- البند رقم {n} في القائمة الطويلة من أعمال هذا اليوم" for n in range(9))
    assert clean(list_of_lines).text == list_of_lines


def test_the_ledger_says_what_happened_where() -> None:
    assert clean("قال\u200f :نعم").edits == (
        Edit("invisible", Span(3, 4), "\u200f", ""),
        Edit("space-before-punctuation", Span(4, 6), " :", ": "),
    )


def test_rules_that_meet_make_one_edit() -> None:
    (edit,) = clean("قال&nbsp;؟. نعم").edits
    assert edit.before == "&nbsp;؟."
    assert edit.after == "؟"
    assert set(edit.rule.split("+")) == {"entity", "space", "space-before-punctuation", "double-stop"}


def test_stretches_map_back_to_the_source() -> None:
    source = "مـدينة &quot;البحر&quot; ."
    cleaned = clean(source)
    assert cleaned.text == 'مدينة "البحر".'
    start = cleaned.text.index("البحر")
    span = cleaned.to_source(start, start + 5)
    assert source[span.start : span.end] == "البحر"
    assert cleaned.to_source(0, len(cleaned.text)) == Span(0, len(source))
    with pytest.raises(ValueError, match="not a stretch"):
        cleaned.to_source(3, 99)


def test_edits_of_another_text_are_refused() -> None:
    edits = clean("مـدينة").edits
    with pytest.raises(ValueError, match="does not fit"):
        apply("قرية", edits)
    with pytest.raises(ValueError, match="was not made"):
        undo("", (Edit("space", Span(0, 2), "  ", " "),))


@pytest.mark.parametrize(
    ("text", "view"),
    [
        ("نَظَّمَ التحالف", "نظم التحالف"),
        ("غطاءً جوياً", "غطاءً جوياً"),
        ("لِمِلْيَارَاتِ الدُّولَارَاتِ", "لمليارات الدولارات"),
        ("ا\u0653", "آ"),
        ("كت\u200fاب\u00a0جديد", "كتاب جديد"),
        ("الـ12 قـال", "الـ12 قال"),
        ("cafe\u0301 ١٢٣", "café ١٢٣"),
        ("و أضاف أن", "وأضاف أن"),
        ("(و أضاف)", "(وأضاف)"),
        ("خروج ب السيارة", "خروج بالسيارة"),
        ("المجموعة ب تضم فريقين", "المجموعة ب تضم فريقين"),
        ("تضم المجموعة ب المنتخبات", "تضم المجموعة ب المنتخبات"),
        ("أ و ب", "أ و ب"),
        ("الماضية،فيما", "الماضية، فيما"),
        ("1،5 مليون", "1،5 مليون"),
        ('وأضاف:"لن نعود"', 'وأضاف: "لن نعود"'),
        ("الساعة 20:30", "الساعة 20:30"),
        ("نحو ٪75 منهم", "نحو 75% منهم"),
        ("من 20% 30", "من 20% 30"),
        ("أبو فوزي(وهو اسم)", "أبو فوزي (وهو اسم)"),
        ("• ونزح الأهالي 🙏🏽", "ونزح الأهالي"),
        ("- ماذا عنهم؟", "ماذا عنهم؟"),
        ("-5 درجات", "-5 درجات"),
        ("بلغت 40° مساء 😀 ثم", "بلغت 40° مساء ثم"),
        ("👨‍💻 قال ❤️‍🔥", "قال"),
        ("القاهرة → بيروت • مساء", "القاهرة - بيروت - مساء"),
        ("12 % 15 % في المدن", "12 % 15 % في المدن"),
        ("© حقوق النشر", "حقوق النشر"),
        ("1- غياب القانون", "غياب القانون"),
        ("(٢) «غياب» القانون", "«غياب» القانون"),
        ("1- 3 ملايين", "1- 3 ملايين"),
        ("أ- غياب القانون", "غياب القانون"),
        ("(ب) غياب القانون", "غياب القانون"),
        ("جـ - غياب القانون", "غياب القانون"),
        ("أ. غياب", "أ. غياب"),
        ("ب-52 قاذفة", "ب-52 قاذفة"),
        ("2017. وعاد", "2017. وعاد"),
        ("*هام جدا*: وصل *الوفد*", "هام جدا: وصل الوفد"),
        ("قفا نبك *** ومنزل", "قفا نبك - ومنزل"),
        ("*كاتب من لبنان", "كاتب من لبنان"),
        ("نضرب 5 * 3", "نضرب 5 * 3"),
        ("قبل الحذف ‼️", "قبل الحذف"),
    ],
)
def test_the_models_view(text: str, view: str) -> None:
    assert for_model(text) == view


def test_words_of_the_models_view_are_found_again_in_what_is_shown() -> None:
    shown = 'و أضَافَ:"نعم" الماضية،فيما ٪75 لهم'
    seen = for_model(shown)
    assert seen == 'وأضاف: "نعم" الماضية، فيما 75% لهم'
    assert words_shown(seen, shown) == [{0, 1}, {1}, {2}, {2}, {3}, {4}]
    assert words_shown("شيء آخر", shown) is None
    shown = "و أضاف الوزير،الذي وصل ☆ أمس"
    assert words_shown(for_model(shown), shown) == [{0, 1}, {2}, {2}, {3}, set(), {5}]


@pytest.mark.parametrize(
    "unit",
    [
        " ",
        "\u00a0",
        ".",
        ". ",
        '"',
        '" ',
        "ـ",
        "كـ",
        "&amp;",
        "&",
        "كلمة",
        "\n",
        "Ø§",
        "؟! ",
        "« ه » ",
        ".\n ه",
        ' :" ',
        "\u200b",
    ],
)
def test_time_grows_with_the_text_only(unit: str) -> None:
    """Sixty thousand characters of one thing, in a second or so: a quadratic rule would take far longer."""
    text = unit * (60_000 // len(unit))
    begun = time.process_time()
    cleaned = clean(text)
    for_model(text)
    assert time.process_time() - begun < 5
    assert undo(cleaned.text, cleaned.edits) == text


@pytest.mark.slow
def test_ten_megabytes_in_one_line_do_not_hang() -> None:
    unit = 'قال : " وصلت الســفن ؟. ه" &quot;ثم\u200f عادت&quot; ،،\u00a0« 2 : 1 » '
    text = unit * (10_000_000 // len(unit.encode()) + 1)
    assert len(text.encode()) >= 10_000_000
    begun = time.process_time()
    cleaned = clean(text)
    for_model(cleaned.text)
    assert time.process_time() - begun < 120
    assert undo(cleaned.text, cleaned.edits) == text
