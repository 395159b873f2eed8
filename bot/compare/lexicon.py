"""What a sentence is about: topics, which name the news, and stakes, which say how much a reader cares.

English and French are broad, German, Spanish, Italian, Portuguese and Dutch small; other languages are judged by
figures and by how new their words are. No entry names a company or a product.

An entry is one word or a few. A word stands for all words that begin with it, ``word!`` only for itself; ``..`` stands
for up to five words between: "sell .. data" is found in "selling your personal data".
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

#: Topics that nearly every sentence is about: they name no news.
VAGUE = frozenset({"scope", "contact"})
#: How many words ``..`` may stand for.
_GAP = 5


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    #: Stem, whether it is a whole word, and how many words may stand before it.
    steps: tuple[tuple[str, bool, int], ...]


_TOPICS = {
    "ai": (
        "artificial intelligence, machine learning, generative, ai!, llm!, llms!, language model, train .. model, "
        "train .. algorithm, models! train, automated decision, automated process, chatbot, virtual assistant, "
        "deepfake, intelligence artificielle, apprentissage automatique, ia!, décision automatisée, décisions "
        "automatisées, künstliche intelligenz, künstlicher intelligenz, künstlichen intelligenz, ki!, maschinelle "
        "lernen, inteligencia artificial, aprendizaje automático, intelligenza artificiale, apprendimento "
        "automatico, inteligência artificial, kunstmatige intelligentie"
    ),
    "sale": (
        "sell your, sell personal, sold to, "
        "sell .. data, sell .. information, sells .. data, sold .. data, sold .. information, do not sell, data! .. "
        "sold, information .. sold, sale! of .. data, sale! of .. information, sale! or sharing, selling! or "
        "sharing, vendre .. données, vendons .. données, vendues, vente de .. données, verkauf .. daten, vend .. "
        "datos, vend .. dati, vend .. dados, verkop .. gegevens"
    ),
    "biometrics": (
        "biometric, facial recogni, faceprint, face print, voiceprint, voice print, fingerprint, genetic, "
        "keystroke, iris!, health data, health information, sensitive data, sensitive personal, sensitive "
        "information, biométri, reconnaissance faciale, données sensibles, données de santé, biometri, "
        "gesundheitsdaten, datos sensibles, dati sensibili, dados sensíveis, gezondheidsgegevens"
    ),
    "arbitration": (
        "arbitra, class! action, class! wide, jury, small claims, governing law, governed by .. law, jurisdiction, "
        "court, dispute, venue, collective action, mass filing, lawsuit, litigat, mediation, arbitrage, recours "
        "collectif, tribuna, loi applicable, droit applicable, litige, juridiction, schiedsverfahren, "
        "gerichtsstand, anwendbares recht, arbitraje, ley aplicable, arbitrato, foro competente, legge applicabile, "
        "arbitragem, geschil, toepasselijk recht, rechtbank"
    ),
    "content-licence": (
        "royalty, sublicen, irrevocabl, perpetual, license! to, licence! to, grant .. license, grant .. licence, "
        "user content, your content, intellectual property, ownership of, moral rights, public domain, derivative "
        "work, copyright, likeness, redevances, licence mondiale, licence .. exclusive, contenu utilisateur, votre "
        "contenu, propriété intellectuelle, nutzungsrecht, unentgeltlich, sus contenidos, tu contenido, licencia, "
        "licenza, licença, licentie, urheberrecht"
    ),
    "data-sharing": (
        "share, shares, shared, sharing, disclos, third part, affiliat, partner, service provider, law enforcement, "
        "subpoena, recipient, transfer .. data, transfer .. information, data broker, combine .. data, combine .. "
        "information, subprocessor, sub processor, joint controller, vendor, partag, divulg, communiqu, tiers!, "
        "partenaire, prestataire, destinataire, sous traitant, filiale, weitergabe, weitergeb, übermitt, dritte, "
        "empfänger, compart, terceros, divulga, condivid, terzi!, terze!, comunicat, compartilh, terceiros, delen, "
        "gedeeld, derden, ontvanger, verstrek"
    ),
    "children": (
        "child, minor!, minors!, parent, guardian, under 13, under 16, under 18, teen, years of age, years old, age "
        "of, age! verification, age! assurance, kids, underage, younger than, enfant, mineur, parents, ans!, âge, "
        "kinder, minderjähr, eltern, lebensjahr, menor, niños, minori, minore, genitori, anni!, crianças, kinderen, "
        "minderjarig, ouders, jaar!, años!, anos!, jahre!"
    ),
    "location": (
        "geolocat, geo locat, precise location, your location, device location, approximate location, location "
        "data, location information, live location, location sharing, gps!, whereabouts, géolocalis, localisation, "
        "standortdaten, standort, ubicación, geolocaliz, posizione, localização, locatiegegevens, locatie"
    ),
    "retention": (
        "retain, retention, delet, erase, erasure, anonymi, as long as, store .. for, stored .. for, keep .. for, "
        "archive, backup, de identif, conserv, supprim, suppression, effac, aussi longtemps, durée, aufbewahr, "
        "speicherdauer, lösch, gespeichert, conserva, retenc, suprim, elimin, cancella, retenção, guardamos, "
        "armazen, bewaar, bewaren, verwijder"
    ),
    "fees": (
        "fee!, fees!, price, pricing, charge, refund, renew, subscription, billing, billed, payment, pay!, pays!, "
        "paying, cancel, penalt, liquidated damages, taxes, deposit, credits!, trial, reimburs, interest rate, "
        "commission, surcharge, invoice, frais, prix, tarif, rembours, abonnement, facturation, paiement, payer, "
        "pénalité, renouvel, acompte, gebühr, preis, erstatt, zahlung, verlänger, tarifa, precio, reembols, "
        "suscripción, pago, renov, prezz, rimbors, abbonament, pagament, rinnov, preço, taxas, assinatura, prijs, "
        "kosten, terugbeta, betal"
    ),
    "rights": (
        "ask us to, ask for, request a, opt out, opt in, opts out, opting, opted, optout, your rights, right! to, "
        "rights! to, right! of, object! to, objection, consent, withdraw, access .. data, access .. information, "
        "portab, request .. delet, request .. access, request .. correct, complain, supervisory authorit, appeal, "
        "waive, choice, unsubscribe, authorized agent, do not track, global privacy control, data subject, droit, "
        "consentement, opposer, opposition, retirer, réclamation, accès, rectif, portabilité, autorité de contrôle, "
        "désinscri, désabonn, widerspr, widerruf, einwillig, auskunft, beschwerde, ihre rechte, recht auf, derecho, "
        "consentimiento, oponer, revoc, reclamación, diritt, consenso, revoca, oppor, reclamo, direito, "
        "consentimento, recht!, rechten!, toestemming, bezwaar, klacht, intrek"
    ),
    "ads": (
        "advertis, ad!, ads!, adverts, marketing, promotional, interest based, target, retarget, cross context, "
        "profil, personali, tailor, publicit, annonc, ciblé, ciblage, profilage, personnalis, démarchage, "
        "prospection, werb, personalisier, publicidad, anuncio, mercadotecnia, pubblicit, annunci, anúncio, "
        "adverten, reclame"
    ),
    "liability": (
        "liab, indemn, warrant, as! is!, disclaim, damages, hold harmless, own risk, responsib, negligen, "
        "guarantee, losses, responsabilit, responsable!, responsables!, indemnis, garanti, dommages, préjudice, "
        "risques, haft, gewähr, schadensersatz, responsabilidad, garantía, indemniza, daños, garanzia, danni, "
        "responsabilidade, aansprakelijk, schade"
    ),
    "moderation": (
        "suspend, suspension, terminat, ban!, bans!, banned, remov, prohibit, violat, enforce, not allowed, "
        "restrict, block, abus, harass, hate!, hateful, illegal, unlawful, spam, scrap, reverse engineer, disable, "
        "misuse, forbidden, impersonat, fraud, deceptive, must not, may not, monitor, scanning, resili, résili, "
        "interdi, violation, enfrein, prohib, bloqu, haine, illégal, illicit, sperr, kündig, verboten, untersag, "
        "verstoß, suspender, infring, incumpl, sospend, vieta, violazion, proibid, violaç, schors, verboden, "
        "misbruik"
    ),
    "international-transfer": (
        "privacy shield, data privacy framework, dpf!, contractual clauses, international transfer, cross border, "
        "adequacy, outside .. eea, outside .. eu!, outside .. union, outside .. country, binding corporate, "
        "transfer .. countr, transfer .. states, clauses contractuelles, hors de l'ue, hors de .. union, transfert "
        ".. hors, pays tiers, drittland, drittländer, standardvertragsklausel, angemessenheitsbeschluss, cláusulas "
        "contractuales, transferencia internacional, clausole contrattuali, trasferiment, transferência "
        "internaciona, doorgifte, modelcontractbepaling"
    ),
    "legal-basis": (
        "legitimate interest, legal bas, lawful bas, legal obligation, contractual necessity, performance of .. "
        "contract, public interest, intérêt légitime, intérêts légitimes, base légale, base juridique, obligation "
        "légale, berechtigte interesse, berechtigtes interesse, rechtsgrundlage, interés legítimo, base jurídica, "
        "interesse legittimo, base giuridica, interesse legítimo, base legal, gerechtvaardigd belang, rechtsgrond"
    ),
    "security": (
        "encrypt, secur, breach, safeguard, unauthori, password, two factor, vulnerab, chiffr, sécurité, violation "
        "de données, mot de passe, verschlüssel, sicherheit, cifrad, seguridad, sicurezza, crittograf, segurança, "
        "beveilig, versleutel"
    ),
    "cookies": (
        "cookie, pixel, beacon, track, local storage, session storage, similar technolog, analytics, identifier, "
        "device information, ip address, log data, traceur, pistage, balise, rastre, traccia"
    ),
    "scope": (
        "applies to, apply to, not apply, eligib, by using, by accessing, agree to, you agree, these terms, this "
        "policy, this notice, binding, supersede, prevail, resident, controller, operated by, provided by, we may "
        "update, we may change, we may modify, notify, collect, process .. data, process .. information, purpose, "
        "we use, personal data, personal information, representative, s'appliqu, en utilisant, vous acceptez, "
        "présentes conditions, modifi, traitement, traitons, finalité, données personnelles, responsable de "
        "traitement, gilt für, personenbezogen, verarbeit, verantwortlich, zweck, ändern, datos personales, "
        "tratamiento, recopil, responsable del, finalidad, modifica, dati personali, trattamento, raccogli, "
        "titolare, finalità, dados pessoais, tratamento, coleta, recolh, persoonsgegevens, verwerk, verzamel, "
        "doeleinden, wijzig"
    ),
    "contact": (
        "contact us, contact our, email address, mailing address, phone, write to, customer service, customer "
        "support, protection officer, dpo!, contacter, contactez, courriel, adresse, téléphone, délégué à la "
        "protection, kontakt, datenschutzbeauftragte, correo, contatt, fale conosco, neem contact"
    ),
}

#: What readers care about besides the topic, and, from "fine print" on, what they pass over.
_STAKES = {
    "trains models": (
        "train .. model, train .. ai!, train .. algorithm, train .. intelligence, train .. system, training .. "
        "model, training .. intelligence, training .. ai!, develop .. model, machine learning .. model, ai! "
        "training, text! .. mining, generative, output!, outputs!, prompt!, prompts!, entraîner, entraînement, "
        "trainieren, entrenar, addestra, treinar"
    ),
    "watches people": (
        "monitor, scan!, scanning, scans!, surveil, record! .. audio, recording!, recordings!, recorded, camera, "
        "video, voice, microphone, audio, image!, images!, photo, selfie, keystroke, eavesdrop, facial, face!, "
        "driver behavio, driving, sensor, surveill, enregistre, caméra, vidéo, kamera, cámara, grabar, videocamer, "
        "câmera"
    ),
    "infers": ("infer!, infers, inferred, inferring, inference, predict, deduc, déduire, inférer, profilage, ableiten"),
    "identity documents": (
        "social security, government .. id!, passport, identity .. document, government issued, verify .. identity, "
        "verify .. age!, verifying .. age!, age! verification, age! assurance, age! estimation, date of birth, "
        "pièce d'identité"
    ),
    "age limit": (
        "at least 13, at least 14, at least 15, at least 16, at least 17, at least 18, under 13, under 14, under "
        "15, under 16, under 18, under the age, age of 13, age of 14, age of 15, age of 16, age of 18, 13 years, 14 "
        "years, 15 years, 16 years, 18 years, 13 to 17, 13 and 17, aged 13, minimum age, moins de, 13 ans, 15 ans, "
        "16 ans, 18 ans, 16 jahre, 18 jahre, 16 años, 18 años, 14 años, 16 anni, 18 anni, 14 anni, 16 anos, 18 "
        "anos, 16 jaar, 18 jaar"
    ),
    "gives up courts": (
        "class! action, jury, waive .. right, waiv .. class!, binding arbitration, mandatory arbitration, agree to "
        "arbitrate, opt out of arbitration, recours collectif, sammelklage"
    ),
    "takes money": (
        "automatically renew, auto renew, automatic renewal, renews automatically, non refundable, nonrefundable, "
        "no refund, not .. refund, abuse fee, cancellation fee, late fee, penalty, charge .. payment, increase .. "
        "price, increase .. fee, price increase, liquidated damages, renouvel .. automatique, automatisch "
        "verlänger, renova .. automática, rinnov .. automatic"
    ),
    "ends accounts": (
        "any reason, no reason, without notice, without prior notice, sole discretion, immediately, permanently, "
        "for convenience, inactive, inactivity, dormant, sans préavis, sans motif, ohne vorankündigung, sin previo "
        "aviso, senza preavviso"
    ),
    "forbids": (
        "must not, may not, not permitted, prohibited, prohibits, strictly, forbidden, not allowed, scrap, crawl, "
        "bot!, bots!, automated means, vpn, vpns, proxy, circumvent, reverse engineer, jailbreak, household, "
        "account sharing, share .. account, impersonat, deepfake, interdit, il est interdit, verboten, untersagt, "
        "prohibido, vietato, proibido, verboden"
    ),
    "owns content": (
        "irrevocable, perpetual, royalty free, sublicens, transferable license, grant .. license, grant .. licence, "
        "ownership, derivative work, likeness, moral rights, irrévocable, unwiderruflich, irrevocabile, "
        "irrevogável, onherroepelijk"
    ),
    "passes data on": (
        "share .. with, shares .. with, shared .. with, disclose .. to, disclosed .. to, sell .. to, sold .. to, "
        "provide .. to third, give .. partners, send .. to, transmit .. to, combine .. with, partageons .. avec, "
        "weitergeben .. an, compartimos .. con, condividiamo .. con, compartilhamos .. com, delen .. met"
    ),
    "follows for ads": (
        "targeted ad, targeted advertis, personalized ad, personalised ad, personalized advert, cross context, "
        "interest based, behavioral advertis, behavioural advertis, advertising partners, advertising purposes, "
        "publicités ciblées, personalisierte werbung, publicidad personalizada, pubblicità personalizzata, "
        "publicidade personalizada"
    ),
    "collects": (
        "we collect, may collect, will collect, also collect, collects, nous collectons, wir erheben, recopilamos, "
        "raccogliamo, coletamos, verzamelen wij, we may obtain, receives information, receive information"
    ),
    "promises not to": (
        "do not sell, does not sell, not sell, never sell, do not share, does not share, not share, do not use, "
        "does not use, will not, not access, not collect, no longer, ne vendons pas, nicht verkauf, no vendemos, "
        "non vendiamo, não vendemos"
    ),
    "offers a choice": (
        "opt out, opt in, turn off, turn on, disable, you can choose, you may choose, you can control, settings, "
        "withdraw, désactiver, refuser, deaktivier, desactivar, disattiva, desativar, uitschakel"
    ),
    "keeps for": (
        "days after, months after, years after, for .. days, for .. months, for .. years, within .. days, within .. "
        "months, as long as, until you delete, pendant .. mois, pendant .. ans, während .. monate, durante .. años, "
        "per .. mesi"
    ),
    "takes effect": (
        "effective on, take effect, takes effect, will take effect, come into force, entr .. en vigueur, in kraft"
    ),
    "names who": (
        "data controller, is the controller, contracting with, contract with, operated by, responsable du "
        "traitement, verantwortlicher"
    ),
    "fine print": (
        "severab, entire agreement, headings, waiver of, no waiver, assign, successors, notwithstanding, hereby, "
        "herein, hereof, thereof, hereunder, foregoing, aforementioned, subsection, pursuant, force majeure, "
        "survive, tolled, deemed"
    ),
    "disclaims": (
        "indemnif, hold harmless, defend, as! is!, as! available, fullest extent, maximum extent, warrant, "
        "merchantab, fitness, consequential, incidental, punitive, exemplary, dans toute la mesure, soweit "
        "gesetzlich, en la medida"
    ),
    "law and order": (
        "law enforcement, legal process, subpoena, court order, comply with .. law, legal obligations, applicable "
        "law, required by law, permitted by law, applicable .. laws, regulatory, governmental, autorités, behörden, "
        "autoridades"
    ),
    "explains": (
        "for example, for instance, such as, for more information, more information, learn more, as described, "
        "described in, set forth, for clarity, shall include, shall mean, means, refers to, is defined, e g, i e, "
        "in other words, par exemple, pour plus, zum beispiel, weitere informationen, por ejemplo, para más, ad "
        "esempio, por exemplo"
    ),
    "agrees by using": (
        "by using, by accessing, by continuing, by creating, by clicking, continued use, you agree to be bound, you "
        "acknowledge, en utilisant, en accédant, durch die nutzung, al utilizar, utilizzando, ao utilizar, door "
        "gebruik"
    ),
    "ordinary care": (
        "reasonable measures, appropriate measures, security measures, reasonable efforts, appropriate technical, "
        "improve our, improve the, provide the service, provide our service, operate our, better experience, "
        "mesures appropriées, angemessene maßnahmen, medidas adecuadas, misure adeguate, medidas adequadas, "
        "passende maatregelen"
    ),
}


def topics(words: Sequence[str]) -> tuple[str, ...]:
    """What a run of words (lower case) is about: the topics with most hits first, the vague ones last."""
    return _said(tuple(words))[0]


def stakes(words: Sequence[str]) -> tuple[str, ...]:
    """What of `STAKES` a run of words (lower case) says."""
    return _said(tuple(words))[1]


@lru_cache(maxsize=256)
def _said(words: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Topics and stakes in one pass; several rules ask this of the same words in a row."""
    found: Counter[str] = Counter()
    for place, word in enumerate(words):
        for entry in _beginning_with(word):
            if len(entry.steps) == 1 or _goes_on(entry, words, place + 1):
                found[entry.name] += 1
    about = sorted(TOPICS.keys() & found, key=lambda topic: (topic in VAGUE, -found[topic], _ORDER[topic]))
    return tuple(about), tuple(name for name in found if name in STAKES)


def _goes_on(entry: _Entry, words: Sequence[str], place: int) -> bool:
    for stem, whole, gap in entry.steps[1:]:
        for ahead in range(place, min(place + gap + 1, len(words))):
            if words[ahead] == stem if whole else words[ahead].startswith(stem):
                place = ahead + 1
                break
        else:
            return False
    return True


def _compiled(name: str, entries: Iterable[str]) -> Iterator[_Entry]:
    for entry in entries:
        steps: list[tuple[str, bool, int]] = []
        gap = 0
        for word in entry.replace("'", " ").split():
            if word == "..":
                gap = _GAP
            else:
                steps.append((word.removesuffix("!"), word.endswith("!"), gap))
                gap = 0
        yield _Entry(name, tuple(steps))


#: Topic -> its entries.
TOPICS = {name: tuple(entries.split(", ")) for name, entries in _TOPICS.items()}
#: What readers care about besides the topic, and what they pass over -> its entries.
STAKES = {name: tuple(entries.split(", ")) for name, entries in _STAKES.items()}
_ORDER = {name: place for place, name in enumerate(TOPICS)}
_BY_STEM: dict[str, list[_Entry]] = {}
for _name, _stems in (TOPICS | STAKES).items():
    for _entry in _compiled(_name, _stems):
        _BY_STEM.setdefault(_entry.steps[0][0], []).append(_entry)
_SHORTEST = min(map(len, _BY_STEM))
_LONGEST = max(map(len, _BY_STEM))


@lru_cache(maxsize=20_000)
def _beginning_with(word: str) -> tuple[_Entry, ...]:
    """The entries whose first word this is."""
    found = []
    for end in range(_SHORTEST, min(len(word), _LONGEST) + 1):
        found += [e for e in _BY_STEM.get(word[:end], ()) if end == len(word) or not e.steps[0][1]]
    return tuple(found)
