"""One environment for all wording: nothing in a fact is code, and nothing that is missing is a blank."""

from __future__ import annotations

import jinja2
import pytest
from jinja2.exceptions import SecurityError, UndefinedError

from bot.compare.lexicon import TOPICS
from bot.write.templating import environment, templates


def test_templates_stand_in_the_checkout() -> None:
    assert {folder.name for folder in templates().iterdir() if folder.is_dir()} >= {"posts", "replies"}


@pytest.mark.parametrize("name", [n for n in environment().list_templates() if n.endswith(".j2")])
def test_every_template_compiles_and_none_speaks_of_itself(name: str) -> None:
    assert environment().get_template(name)
    source = (templates() / name).read_text(encoding="utf-8")
    assert not {"—", "–", "!"} & set(source.replace("!=", "")), "plain sentences"


def test_a_name_that_is_missing_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        environment().from_string("{{ nobody }}").render({})


@pytest.mark.parametrize("code", ["{{7*7}}", "{% raw %}", "%(secret)s", "{0.__class__}", "${7*7}"])
def test_a_fact_is_never_code(code: str) -> None:
    assert environment().from_string("{{ fact }}").render(fact=code) == code


def test_a_template_reaches_nothing_but_its_facts() -> None:
    with pytest.raises(SecurityError):
        environment().from_string("{{ fact.__class__.__mro__[1].__subclasses__() }}").render(fact="")


def test_pages_are_escaped_and_posts_are_not() -> None:
    loader = jinja2.DictLoader({"pages/a.html": "{{ fact }}", "pages/a.xml": "{{ fact }}", "posts/a.j2": "{{ fact }}"})
    ours = environment().overlay(loader=loader)
    shown = {name: ours.get_template(name).render(fact="<b>&</b>") for name in loader.list_templates()}
    assert shown["posts/a.j2"] == "<b>&</b>"
    assert shown["pages/a.html"] == shown["pages/a.xml"] == "&lt;b&gt;&amp;&lt;/b&gt;"


def test_every_topic_that_says_something_has_plain_words() -> None:
    words = environment().get_template("posts/words.j2").module.topic_words  # type: ignore[attr-defined]
    names = {str(getattr(topic, "name", topic)) for topic in TOPICS}
    assert names - set(words) == {"scope", "contact"}, "what nearly every sentence is about"
    assert not [said for said in words.values() if " and " in said], "two of them are joined by “and”"
