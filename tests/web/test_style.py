"""What can be said of the look without a browser: contrast, and that nothing comes from elsewhere."""

from __future__ import annotations

import re

import pytest

from bot.web.answers import asset
from bot.write.templating import templates

CSS = asset("style.css").decode()


def colours(scheme: str) -> dict[str, str]:
    """The custom properties in light, or in light overridden by dark."""
    blocks = re.findall(r":root \{(.*?)\}", CSS, re.DOTALL)
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block)) for block in blocks[:2])
    return light if scheme == "light" else {**light, **dark}


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    light, dark = sorted((luminance(one), luminance(two)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_measured_as_wcag_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    ("words", "ground"),
    [
        ("ink", "paper"),
        ("ink", "raised"),
        ("soft", "paper"),
        ("link", "paper"),
        ("new", "new-paper"),
        ("new", "paper"),
        ("gone", "gone-paper"),
        ("gone", "paper"),
        ("paper", "ink"),
    ],
)
def test_all_words_have_the_contrast_of_wcag_aa(scheme: str, words: str, ground: str) -> None:
    found = colours(scheme)
    assert contrast(found[words], found[ground]) >= 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("line", ["new-line", "gone-line"])
def test_rules_and_dots_can_be_told_from_the_paper(scheme: str, line: str) -> None:
    found = colours(scheme)
    assert contrast(found[line], found["paper"]) >= 3


def test_new_and_gone_differ_by_shape_and_not_only_by_colour() -> None:
    assert re.search(r"\nins \{[^}]*text-decoration-line: underline", CSS)
    assert re.search(r"\ndel \{[^}]*text-decoration-line: line-through", CSS)


def test_the_style_loads_nothing() -> None:
    assert "url(" not in CSS
    assert "@import" not in CSS
    assert "@font-face" not in CSS


def test_no_template_of_a_page_trusts_a_text() -> None:
    for file in (templates() / "pages").iterdir():
        source = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe|autoescape|Markup|<script|\sstyle=|\son\w+=", source), file.name
        assert file.suffix != ".j2", "what is no .html is not escaped, and its macros would count as if it were"
