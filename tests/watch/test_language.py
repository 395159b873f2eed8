import pytest

from bot.watch.language import language_of

ENGLISH = "We collect the address of your device and the kind of browser that you use, and we keep both. " * 4
FRENCH = (
    "Nous recueillons l'adresse de votre appareil et le type de navigateur que vous utilisez, et gardons les deux. " * 4
)
BOKMAAL = "Vi samler inn adressen til enheten din og hvilken nettleser du bruker, og vi beholder begge deler. " * 4


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        ("en-GB", ENGLISH, "en-GB"),
        ("EN_us", ENGLISH, "en-US"),
        ("zh-hant-tw", "", "zh-Hant-TW"),
        ("en", FRENCH, "fr"),
        ("", FRENCH, "fr"),
        ("fr", "Oui.", "fr"),
        ("nb", BOKMAAL, "nb"),
        ("{{ lang }}", ENGLISH, "en"),
        ("", "12 34", ""),
        ("", "", ""),
    ],
)
def test_the_page_knows_its_language_unless_its_words_plainly_speak_another(
    stated: str, text: str, language: str
) -> None:
    assert language_of(stated, text) == language


def test_characters_that_nobody_can_read_do_not_hide_the_language() -> None:
    assert language_of("", "\0\x85\ufffe" + ENGLISH) == "en"
