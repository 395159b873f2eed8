from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest

from bot.errors import ConfigError
from bot.model import Policy, Source
from bot.watch import watchlist
from bot.watch.documents import document_type
from bot.watch.gate import Gate
from bot.watch.watchlist import load, policy_id

ENTRY = {"service": '"Acme"', "document": '"Privacy Policy"', "url": '"https://acme.example/privacy"'}


def listed(*entries: dict[str, str]) -> str:
    tables = ["[[policy]]\n" + "".join(f"{key} = {value}\n" for key, value in entry.items()) for entry in entries]
    return "\n".join(tables)


def read(text: str) -> tuple[Policy, ...]:
    return load(text, source=Source.LIST, about="mine.toml")


def test_an_entry_is_a_policy() -> None:
    assert read(listed(ENTRY)) == (
        Policy("acme/privacy-policy", "Acme", "Privacy Policy", "https://acme.example/privacy"),
    )


def test_an_entry_may_say_how_its_page_is_read() -> None:
    how = {"select": '["main", "#terms > p"]', "remove": '[".banner"]', "language": '"pt-BR"'}
    more = how | {"renderer": '"browser"'}
    (policy,) = load(listed(ENTRY | more), source=Source.OPERATOR, about="mine.toml")
    assert (policy.select, policy.remove, policy.language) == (("main", "#terms > p"), (".banner",), "pt-BR")
    assert policy.renderer == "browser"
    assert policy.source is Source.OPERATOR


def test_a_list_keeps_its_order_and_may_be_one_line_a_policy() -> None:
    lines = "policy = [\n" + "".join(
        f'  {{ service = "{name}", document = "Terms of Service", url = "https://{name}.example/" }},\n'
        for name in ("zeta", "acme")
    )
    assert [policy.id for policy in read(lines + "]")] == ["zeta/terms-of-service", "acme/terms-of-service"]
    assert read("") == ()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"service": None}, "“service” is missing"),
        ({"document": None}, "“document” is missing"),
        ({"url": None}, "“url” is missing"),
        ({"service": '""'}, "“service” must be a line of text"),
        ({"service": '"  "'}, "“service” must be a line of text"),
        ({"service": '"two\\nlines"'}, "“service” must be a line of text"),
        ({"document": "7"}, "“document” must be a line of text"),
        ({"url": '"acme.example/privacy"'}, "“url” is no address: write it in full"),
        ({"url": '"ftp://acme.example/"'}, "“url” is no address"),
        ({"url": '"https://"'}, "“url” is no address"),
        ({"url": '"https://[::1/"'}, "“url” is no address"),
        ({"select": '"main"'}, "“select” must be a list of CSS selectors"),
        ({"remove": "[1]"}, "“remove” must be a list of CSS selectors"),
        ({"select": '["main", "p >"]'}, "“select” holds something that is no CSS selector: 'p >'"),
        ({"select": '[""]'}, "“select” holds something that is no CSS selector"),
        ({"language": '"English"'}, "“language” is no language tag"),
        ({"language": "[]"}, "“language” must be a line of text"),
        ({"renderer": '"firefox"'}, "“renderer” must be “browser”, or left out"),
        ({"renderer": '["browser"]'}, "“renderer” must be “browser”, or left out"),
        (
            {"selector": '"main"'},
            "unknown key “selector” (there are service, document, url, select, remove, language, renderer)",
        ),
    ],
)
def test_each_mistake_is_named_with_its_entry_and_what_to_write(change: dict[str, str | None], words: str) -> None:
    entry = {key: value for key, value in (ENTRY | change).items() if value is not None}
    with pytest.raises(ConfigError, match=re.escape(words)) as mistake:
        read(listed(ENTRY | {"service": '"Other"'}, entry))
    assert str(mistake.value).startswith("mine.toml: entry 2")
    assert str(mistake.value).endswith(".")
    assert mistake.value.about == "mine.toml"


def test_a_mistake_names_the_policy_as_far_as_it_is_named() -> None:
    with pytest.raises(ConfigError, match=r"entry 1 \(Acme Privacy Policy\): “url” is missing"):
        read(listed({key: ENTRY[key] for key in ("service", "document")}))


def test_two_entries_cannot_be_the_same_document() -> None:
    twice = listed(ENTRY, ENTRY | {"service": '"ACME"', "url": '"https://acme.example/other"'})
    with pytest.raises(ConfigError, match=r"entry 2 .* has the same service and document as an earlier one"):
        read(twice)


@pytest.mark.parametrize(
    "text", ['title = "mine"', "[policy]\nservice = 1", "policy = 7", "policy = [7]", "[policies]"]
)
def test_what_is_no_list_of_policies_is_said_to_be_none(text: str) -> None:
    with pytest.raises(ConfigError, match=r"holds \[\[policy\]\] tables and nothing else"):
        read(text)


def test_what_is_no_toml_is_said_to_be_none_and_where() -> None:
    with pytest.raises(ConfigError, match=r"mine\.toml is not valid TOML: .*line 2"):
        read("# mine\n[[policy\n")


# ---- ids ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "document", "id"),
    [
        ("X", "Privacy Policy", "x/privacy-policy"),
        ("Stack Overflow", "Terms of Service", "stack-overflow/terms-of-service"),
        ("Café Zoë", "Terms", "cafe-zoe/terms"),
        ("  A & B / C  ", "T", "a-b-c/t"),
        ("../../etc", "T", "etc/t"),
        ("微信 WeChat", "T", "wechat/t"),
        ("a" * 47 + " b", "T", "a" * 47 + "/t"),
    ],
)
def test_an_id_is_made_of_two_names_and_fit_for_an_address(service: str, document: str, id: str) -> None:
    assert policy_id(service, document) == id


def test_names_without_latin_letters_have_ids_too_and_different_ones() -> None:
    one, other = policy_id("百度", "隐私"), policy_id("阿里", "隐私")
    assert one != other
    assert re.fullmatch(r"[0-9a-f]{8}/[0-9a-f]{8}", one)


# ---- the bot's own list -------------------------------------------------------------------------------------------


def test_the_bot_ships_with_the_policies_of_companies_that_everybody_knows() -> None:
    policies = watchlist.default()
    assert len(policies) >= 30
    assert len({policy.service for policy in policies}) >= 20
    assert all(policy.source is Source.LIST for policy in policies)


@pytest.mark.parametrize("policy", watchlist.default(), ids=lambda policy: policy.id)
def test_each_of_them_can_be_watched(policy: Policy) -> None:
    assert urlsplit(policy.url).scheme == "https"
    assert str(Gate().check(policy.url)) == policy.url, "it is written as it is asked for"
    assert document_type(policy.document) == policy.document, "it is called as Open Terms Archive calls it"


def test_no_page_is_on_it_twice() -> None:
    urls = [policy.url for policy in watchlist.default()]
    assert sorted(set(urls)) == sorted(urls)
