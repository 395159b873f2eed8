import pytest

from bot.watch.documents import document_type, of_link, without_type


@pytest.mark.parametrize(
    ("title", "document"),
    [
        ("Privacy Policy", "Privacy Policy"),
        ("Our Privacy Notice", "Privacy Policy"),
        ("Privacy & Terms", "Privacy Policy"),
        ("Data Protection", "Privacy Policy"),
        ("/legal/privacy-policy", "Privacy Policy"),
        ("PRIVACY_STATEMENT", "Privacy Policy"),
        ("Datenschutzerklärung", "Privacy Policy"),
        ("Politique de confidentialité", "Privacy Policy"),
        ("Política de Privacidade", "Privacy Policy"),
        ("プライバシーポリシー", "Privacy Policy"),
        ("Terms of Service", "Terms of Service"),
        ("Terms & Conditions", "Terms of Service"),
        ("End User License Agreement", "Terms of Service"),
        ("AGB", "Terms of Service"),
        ("Conditions générales d'utilisation", "Terms of Service"),
        ("Algemene voorwaarden", "Terms of Service"),
        ("利用規約", "Terms of Service"),
        ("Cookie Notice", "Trackers Policy"),
        ("Community Standards", "Community Guidelines"),
        ("Acceptable Use Policy", "Acceptable Use Policy"),
        ("API Terms of Use", "Developer Terms"),
        ("Data Processing Addendum", "Data Processor Agreement"),
        ("DMCA", "Copyright Claims Policy"),
        ("Service Level Agreement", "Service Level Agreement"),
        ("Business Terms", "Commercial Terms"),
        ("Help Center", ""),
        ("Determs", ""),
        ("Long-term storage", ""),
        ("", ""),
    ],
)
def test_a_document_is_called_as_its_archive_calls_it(title: str, document: str) -> None:
    assert document_type(title) == document


@pytest.mark.parametrize(
    ("label", "path", "document"),
    [
        ("Privacy", "/x", "Privacy Policy"),
        ("Legal notice", "/legal/privacy", "Privacy Policy"),
        ("Read more", "/legal/terms-of-service", "Terms of Service"),
        ("", "/tos", "Terms of Service"),
        ("Terms", "/legal/privacy", "Terms of Service"),
        ("Your privacy choices", "/privacy", ""),
        ("Cookie settings", "/cookies", ""),
        ("Do not sell my personal information", "/privacy", ""),
        ("Datenschutz-Einstellungen", "/datenschutz", ""),
        ("Why the privacy of our readers is what we think about every single day", "/blog/privacy", ""),
        ("Jobs", "/jobs", ""),
    ],
)
def test_a_link_names_its_document_by_its_words_or_its_address(label: str, path: str, document: str) -> None:
    assert of_link(label, path) == document


@pytest.mark.parametrize(
    ("title", "rest"),
    [
        ("Acme Privacy Policy", "Acme"),
        ("Terms of Service for Acme", "Acme"),
        ("The Acme Terms & Conditions of Use", "Acme"),
        ("Privacy & Terms", ""),
        ("Privacy Policy", ""),
        ("Acme", "Acme"),
        ("Nutzungsbedingungen Acme", "Acme"),
        ("How Acme changed its privacy policy", "How Acme changed its"),
    ],
)
def test_what_is_left_of_a_title_is_mostly_a_name(title: str, rest: str) -> None:
    assert without_type(title) == rest
