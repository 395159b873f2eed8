"""What kind of document a title, a link or an address names, in the words of Open Terms Archive. Pure."""

from __future__ import annotations

import re

#: Type -> what people call it; the first that is found counts, so what is special stands before what is general.
_NAMES = {
    "Community Guidelines": r"community (?:guidelines|standards|rules)|house rules|code of conduct|"
    r"règles de la communauté|gemeinschaftsrichtlinien|normas (?:de la comunidad|comunitarias)|"
    r"linee guida (?:della )?community|diretrizes da comunidade|communityrichtlijnen",
    "Acceptable Use Policy": r"acceptable use|usage polic(?:y|ies)|prohibited uses?|utilisation acceptable|"
    r"zulässige nutzung|uso (?:aceptable|accettabile|aceitável)|aanvaardbaar gebruik",
    "Developer Terms": r"developer (?:terms|agreement|policy)|api (?:terms|licen[cs]e)",
    "Data Processor Agreement": r"data process(?:ing|or) (?:agreement|addendum|terms)|auftragsverarbeitung\w*|dpa",
    "Service Level Agreement": r"service levels?(?: agreement)?|sla",
    "Copyright Claims Policy": r"copyright (?:policy|claims)|dmca",
    "Law Enforcement Guidelines": r"law enforcement",
    "Commercial Terms": r"(?:commercial|business|enterprise|merchant) (?:terms|agreement)",
    "Privacy Policy": r"privacy\w*|data (?:protection|policy)|confidentialité|vie privée|données personnelles|"
    r"protection des données|datenschutz\w*|privacidad|protección de datos|privacidade|proteção de dados|riservatezza|"
    r"protezione dei dati|gegevensbescherming|конфиденциальност\w*",
    "Trackers Policy": r"cookies?|cookie\w*|trackers?",
    "Terms of Service": r"terms|conditions|(?:user|customer|services?|licen[cs]e) agreement|tos|eula|cgu|"
    r"nutzungsbedingungen|agb|geschäftsbedingungen|términos|condiciones|termini|condizioni|termos|condições|"
    r"\w*voorwaarden|условия|соглашение",
}
#: Scripts that do not part words.
_UNPARTED = {
    "Privacy Policy": r"プライバシー|個人情報|隐私|隱私|개인정보",
    "Terms of Service": r"利用規約|服务条款|服務條款|用户协议|이용약관",
}
_TYPES = {
    kind: re.compile(rf"(?<!\w)(?:{names})(?!\w)" + (f"|{_UNPARTED[kind]}" if kind in _UNPARTED else ""))
    for kind, names in _NAMES.items()
}
#: Links that speak of privacy and lead to no document.
_NOT_A_DOCUMENT = re.compile(
    r"choices|settings|preferences|manage|do not (?:sell|share)|opt[ -]?out|requests?\b|einstellungen|verwalten|"
    r"paramètres|gérer|preferencias|configura|preferenze|impostazioni|preferências|instellingen|beheren"
)
_FILLING = re.compile(r"\b(?:policy|policies|notice|statement|of|service|services|use|and|the|our|your|for)\b|&")


def document_type(text: str) -> str:
    """ "Our Privacy Notice" -> "Privacy Policy"; "" when the text names no document."""
    folded = " ".join(re.split(r"[\s_/-]+", text.casefold()))
    return next((kind for kind, names in _TYPES.items() if names.search(folded)), "")


def of_link(label: str, path: str) -> str:
    """The document behind a link, by its words, or by its address where the words name none; "" for none."""
    folded = label.casefold()
    if len(label) > 60 or _NOT_A_DOCUMENT.search(folded):
        return ""
    return document_type(label) or document_type(path)


def without_type(title: str) -> str:
    """What a title says beside the document's name: the service, or what makes it an article about one."""
    folded = " ".join(re.split(r"[\s_/-]+", title))
    for names in _TYPES.values():
        folded = re.sub(names.pattern, " ", folded, flags=re.IGNORECASE)
    return " ".join(re.sub(_FILLING.pattern, " ", folded, flags=re.IGNORECASE).split())
