from __future__ import annotations

import codecs

import pytest

from casefinder.cases.readers.encoding import decoded_lines, is_utf8
from casefinder.errors import UnreadableSourceError

TEXT = "id,主诉\nA1,胸痛伴冷汗\nA2,发热\n"


def decoded(content: bytes) -> str:
    return "".join(decoded_lines(content.splitlines(keepends=True), "x.csv"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"])
def test_every_encoding_gives_the_same_text(encoding: str) -> None:
    mark = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}.get(encoding, b"")
    content = mark + TEXT.encode(encoding)
    lines = [line + b"\n" for line in content.split(b"\n")[:-1]] + [content.split(b"\n")[-1]]
    assert "".join(decoded_lines(lines, "x.csv")) == TEXT


def test_gb18030_shows_however_late_its_first_character_comes() -> None:
    head = "id,complaint\n" + "A,chest pain\n" * 100_000
    assert decoded((head + "B,胸痛\n").encode("gb18030")) == head + "B,胸痛\n"


def test_one_broken_byte_does_not_turn_a_utf8_file_into_gb18030() -> None:
    content = "id,complaint\nA1,胸痛伴冷汗三小时".encode() + b"\xe8\n"
    assert decoded(content) == "id,complaint\nA1,胸痛伴冷汗三小时\udce8\n"


def test_a_line_of_utf8_in_a_gb18030_file_is_broken_and_not_turned_into_other_characters() -> None:
    content = ("主诉\n" + "胸痛伴冷汗\n" * 9).encode("gb18030") + "发热咳嗽三天\n".encode()
    *good, last = decoded(content).splitlines()
    assert good == ["主诉", *["胸痛伴冷汗"] * 9]
    assert all("\udc80" <= character <= "\udcff" for character in last)


def test_utf8_and_gb18030_are_told_apart() -> None:
    assert is_utf8([b"ascii only\n"])
    assert is_utf8(["胸痛\n".encode()])
    assert not is_utf8(["胸痛\n".encode("gb18030")])
    assert not is_utf8([b"x\n", "无明显诱因出现右下腹疼痛\n".encode("gb18030")])


def test_lines_are_cut_at_carriage_returns_as_well() -> None:
    assert list(decoded_lines([b"a\rb\r\n", "胸\r痛\r".encode()], "x")) == ["a\r", "b\r\n", "胸\r", "痛\r"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\x1f\x8b\x08\x00", "x.csv is a gzip file, not text; unpack it, or name it by what it is"),
        (b"PK\x03\x04....", "x.csv is a zip or Excel file, not text; unpack it, or name it by what it is"),
        (b"PAR1....", "x.csv is a Parquet file, not text; unpack it, or name it by what it is"),
        ("id,主诉\n".encode("utf-16-le"), "x.csv is no text, or UTF-16 without its mark; save it as UTF-8"),
        (
            "id,主诉\n".encode("utf-16")[:-1],
            "x.csv is cut short, or no UTF-16 as its mark says; save it as UTF-8",
        ),
    ],
)
def test_what_is_no_text_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(UnreadableSourceError) as caught:
        decoded(content)
    assert str(caught.value) == message
