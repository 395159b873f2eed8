import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.watch.charset import decode, is_damaged

GERMAN = "Wir löschen Ihre Daten – auf Wunsch sofort."


@pytest.mark.parametrize(
    ("text", "codec", "named", "meta"),
    [
        (GERMAN, "utf-8", "", ""),
        (GERMAN, "utf-8", "iso-8859-1", ""),
        (GERMAN, "utf-8-sig", "iso-8859-1", ""),
        (GERMAN, "utf-16", "", ""),
        (GERMAN, "utf-16-le", "utf-16", ""),
        (GERMAN, "utf-16-be", "", "utf-16"),
        (GERMAN, "cp1252", "iso-8859-1", ""),
        (GERMAN, "cp1252", "", "windows-1252"),
        (GERMAN, "cp1252", "", ""),
        (GERMAN, "cp1252", "x-unknown", ""),
        ("Мы храним данные", "koi8-r", "koi8-r", ""),
        ("Мы храним данные", "cp1251", "", "windows-1251"),
        ("私たちは情報を収集します", "cp932", "shift_jis", ""),
        ("私たちは情報を収集します", "iso-2022-jp", "iso-2022-jp", ""),
        ("我们收集您的信息", "gb18030", "", "gb2312"),
        ("당사는 정보를 수집합니다", "cp949", "euc-kr", ""),
    ],
)
def test_a_page_is_read_in_the_charset_that_it_is_in(text: str, codec: str, named: str, meta: str) -> None:
    declared = f'<meta charset="{meta}">' if meta else ""
    assert decode((declared + text).encode(codec), named) == declared + text


def test_the_header_counts_before_the_page_where_the_bytes_are_no_utf8() -> None:
    page = '<meta charset="windows-1251">Größe'.encode("cp1252")
    assert decode(page, "windows-1252").endswith("Größe")


def test_a_charset_that_flips_between_two_fetches_changes_nothing() -> None:
    assert decode(GERMAN.encode(), "latin-1") == decode(GERMAN.encode(), "utf-8") == decode(GERMAN.encode())


def test_utf_7_is_never_read() -> None:
    """It would turn harmless bytes into markup."""
    assert "<script>" not in decode(b"+ADw-script+AD4-", "utf-7")


def test_a_page_in_another_charset_than_it_names_is_damaged() -> None:
    wrong = decode("私たちは情報を収集します。".encode("cp932") * 20, "euc-jp")
    assert is_damaged(wrong)


def test_a_slip_or_two_is_no_damage() -> None:
    assert not is_damaged("We keep your data for \ufffd90 days\ufffd.")
    assert not is_damaged(GERMAN * 1000 + "\ufffd\ufffd\ufffd")
    assert is_damaged("\ufffd" * 3 + GERMAN)


@given(st.binary(), st.text(max_size=20))
def test_any_bytes_under_any_name_are_some_text(body: bytes, named: str) -> None:
    assert isinstance(decode(body, named), str)


@given(st.text())
def test_valid_utf8_is_never_read_as_anything_else(text: str) -> None:
    body = text.encode("utf-8", "ignore")
    if b"\0" not in body and not body.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        assert decode(body, "windows-1252") == body.decode()
