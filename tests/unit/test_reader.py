"""What the reader accepts, what encoding it finds, and what it refuses with which words."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from mtpipe.errors import InputError
from mtpipe.reader import read

ARTICLE = (
    "انقطاع المياه عن المدينة\n\nأعلنت البلدية أن المياه ستعود إلى الأحياء في المساء، "
    "وقال المهندس إن الأنابيب قديمة.\nهذا ما كان الناس يخشونه منذ سنوات.\n"
)
FRENCH = (
    "La mairie a annoncé que l'eau reviendrait dans les quartiers le soir, et les habitants sont soulagés.\n"
)
ENGLISH = (
    "The town hall announced that the water would be back in the evening, and the people are relieved.\n"
)


@pytest.mark.parametrize(
    ("codec", "found"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("windows-1256", "windows-1256"),
        ("iso-8859-6", "iso-8859-6"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_encoding_is_found_and_line_ends_are_kept(
    tmp_path: Path, codec: str, found: str, line_end: str
) -> None:
    text = ARTICLE.replace("\n", line_end)
    path = tmp_path / "article.txt"
    path.write_bytes(text.encode(codec))
    document = read(str(path))
    assert document.source == text
    assert document.origin.encoding == found
    assert document.origin.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert document.origin.size == path.stat().st_size
    assert (document.id, document.origin.name) == ("article", "article.txt")


def test_encoding_option_overrides(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(ARTICLE.encode("windows-1256"))
    assert read(str(path), encoding="cp1256").source == ARTICLE
    with pytest.raises(InputError, match=r"a\.txt: not valid utf-8 \(byte 0x.. at offset \d+\)"):
        read(str(path), encoding="utf-8")
    with pytest.raises(InputError, match=r"a\.txt: unknown encoding 'klingon' \(for example utf-8"):
        read(str(path), encoding="klingon")


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "holds no text"),
        (b" \n\t \r\n", "holds no text"),
        (b"\xef\xbb\xbf", "holds no text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "not a text file"),
        (ARTICLE.encode()[:40] + b"\x00" + ARTICLE.encode()[40:], "NUL byte at offset 40"),
        (ARTICLE.encode()[:41] + b"\xff\xfe\xfa" + ARTICLE.encode()[41:], "the file is damaged"),
        (bytes(range(128, 256)) * 4, "nor plausible Arabic in windows-1256"),
        (
            "L'été dernier, les élèves étaient déjà là.".encode("latin-1") * 5,
            "nor plausible Arabic in windows-1256",
        ),
        (b"\x01\x02\x03\x04\x05 hello \x06\x07", "control characters"),
        ("\ufeff".encode("utf-32") + ARTICLE.encode("utf-32-le"), "UTF-32 is not read"),
    ],
)
def test_what_is_not_text_is_refused(tmp_path: Path, data: bytes, message: str) -> None:
    path = tmp_path / "bad.txt"
    path.write_bytes(data)
    with pytest.raises(InputError, match=message) as raised:
        read(str(path))
    assert str(raised.value).startswith(str(path))
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(("text", "name"), [(FRENCH, "French"), (ENGLISH, "English")])
def test_another_language_is_refused_unless_named(tmp_path: Path, text: str, name: str) -> None:
    path = tmp_path / "a.txt"
    path.write_text(text * 3, encoding="utf-8")
    with pytest.raises(InputError, match=rf"the text is {name}, not Arabic .*give --from"):
        read(str(path))
    assert read(str(path), language=name[:2].lower()).source == text * 3


def test_arabic_typed_with_persian_letters_is_arabic(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    text = (ARTICLE * 3).replace("ي", "ی").replace("ك", "ک")
    path.write_text(text, encoding="utf-8")
    assert read(str(path)).source == text


def test_a_language_that_is_none_of_ours_is_refused_without_advice(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("او گفت که این خانه را پیش از زمستان برای پدرش ساخته است.\n" * 3, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read(str(path))
    assert str(raised.value) == f"{path}: the text is in another language than Arabic (--from ar)"


def test_missing_directory_and_unreadable(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read(str(tmp_path / "none.txt"))
    with pytest.raises(InputError, match="is a directory"):
        read(str(tmp_path))
    with pytest.raises(InputError, match=r"null|cannot be read"):
        read("a\0b")
    path = tmp_path / "secret.txt"
    path.write_text(ARTICLE, encoding="utf-8")
    path.chmod(0)
    if os.geteuid() != 0:
        with pytest.raises(InputError, match=r"cannot be read: Permission denied"):
            read(str(path))
