"""Words that a sentence turns on, in seven languages: who must or may, what is not, under which condition.

English, French, German, Spanish, Italian, Portuguese and Dutch, all in lower case as `sentences.wording` gives them.
"""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """The words of a line, to be looked up."""
    return frozenset(text.split())


#: Who must, may or will do something.
MODALS = word_set(
    "may might must shall will would can could should cannot required require requires need needs obliged "
    "entitled allowed permitted agree agrees peut peuvent pouvez pouvons doit doivent devez devons pourra "
    "pourrons pourrez devra devrez devront faut kann können muss müssen darf dürfen soll sollen wird werden puede "
    "pueden podrá podrán debe deben deberá debemos podemos può possono deve devono dovrà potrà potrebbe possiamo "
    "pode podem devem deverá poderá kan kunnen moet moeten mag mogen zal zullen "
    "puoi potete puedes podéis podes kunt kannst peux"
)
#: Of these: what somebody has to do ...
DUTIES = word_set(
    "must shall required require requires agree agrees cannot obliged doit doivent devez devra devront muss "
    "müssen debe deben deberá deve devono deverá devem moet moeten"
)
#: ... will do ...
FUTURES = word_set("will would wird werden pourrons zal zullen")
#: ... and may do.
PERMITS = word_set(
    "may might can could peut peuvent pouvez pouvons pourra kann können darf dürfen puede pueden podrá podrán può "
    "possono potrà pode podem poderá kan kunnen mag mogen puoi potete puedes podéis podes kunt kannst peux"
)
#: What is not, or no longer.
NEGATIONS = word_set(
    "not no never neither nor without none nothing n't don doesn won isn aren cannot ne pas aucun aucune jamais "
    "ni sans non nul nicht kein keine keinen keiner keinem nie niemals ohne weder nunca jamás sin ningún ninguna "
    "tampoco mai senza nessun nessuna né não sem nenhum nenhuma niet geen nooit zonder"
)
#: Under which conditions and within which limits.
CONDITIONS = word_set(
    "if unless except only until provided solely exclusively least most maximum minimum before after within prior "
    "sauf si seulement uniquement hormis avant après moins wenn sofern außer nur falls bis mindestens höchstens "
    "innerhalb salvo excepto solo sólo solamente hasta antes tranne eccetto soltanto entro almeno prima se exceto "
    "somente apenas até tenzij behalve alleen indien tot binnen"
)
#: Of these: what is taken out of a rule.
EXCEPTIONS = word_set(
    "except unless excluding excludes excluded sauf hormis excepté außer ausgenommen salvo excepto tranne eccetto "
    "exceto tenzij behalve"
)
#: Never part of a name, and never left out of a quote.
FIRM = MODALS | NEGATIONS | CONDITIONS

#: Words that send the reader somewhere else, or greet: they say nothing by themselves.
POINTERS = word_set(
    "see click visit refer please contact here below above read learn questions link page following example voir "
    "cliquez consultez veuillez ici siehe klicken hier consulte aquí clic qui clicca aqui klik"
)
#: The reader, in running text that binds both.
YOU = word_set(
    "you your yours vous votre vos sie ihr ihre ihren usted su sus lei suo sua você seu u uw je jouw "
    "puoi potete puedes podes kunt kannst peux tu ti tuo tua tuoi"
)
#: The company.
WE = word_set(
    "we our us nous notre nos wir unser unsere uns nosotros nuestro nuestra noi nostro nostra nós nosso wij ons onze"
)
#: What a number counts when it is a term, a share or a sum.
UNITS = word_set(
    "day days hour hours week weeks month months year years percent % $ € £ ¥ dollars euros usd eur gbp jour "
    "jours mois an ans semaine semaines heures tag tage tagen monat monate monaten woche wochen jahr jahre jahren "
    "día días mes meses año años giorno giorni mese mesi anno anni dia dias mês ano anos dag dagen maand maanden "
    "jaar weken"
)
#: Figures that are written out.
NUMBERS = word_set(
    "two three four five six seven eight ten twelve fourteen fifteen twenty thirty forty sixty ninety hundred "
    "deux trois quatre cinq sept huit dix douze quatorze quinze vingt trente soixante cent "
    "zwei drei vier fünf sechs sieben acht zehn zwölf vierzehn zwanzig dreißig sechzig neunzig hundert "
    "dos tres cuatro cinco siete ocho diez doce catorce veinte treinta sesenta noventa cien "
    "due tre quattro cinque sei sette dieci dodici quattordici venti trenta sessanta novanta cento "
    "dois três quatro sete dez doze quatorze vinte trinta sessenta cem "
    "twee drie vijf zes zeven acht tien twaalf veertien twintig dertig zestig negentig honderd"
)
#: By these one knows a company's full name.
COMPANY_FORMS = word_set("inc ltd llc llp corp corporation limited gmbh bv plc sarl sas ag pte pty srl spa kk oy ab")

#: The small words of running text, by language: prose is made of them, menus and lists of names are not.
SMALL_WORDS = {
    "en": word_set(
        "the of to and a in that is for on with as are you your we our or by be this it from us have has may will "
        "not any if which"
    ),
    "fr": word_set(
        "le la les de des du et à un une en que est pour dans sur avec vous votre vos nous notre nos ou par ce "
        "cette qui au aux ne pas plus sont"
    ),
    "de": word_set(
        "der die das und zu in den von mit für auf ist im dem des ein eine sie ihre wir uns unsere oder werden "
        "wird nicht sich bei als auch an"
    ),
    "es": word_set(
        "el la los las de del y a en que es para por con un una su sus usted nosotros nuestro nuestra o se no al "
        "como lo más son"
    ),
    "it": word_set(
        "il la i gli le di del della e a in che è per con un una si non da nel al dei delle i suoi tuoi noi "
        "nostro o sono come"
    ),
    "pt": word_set(
        "o a os as de do da e em que é para por com um uma se não no na dos das seu sua você nós nosso nossa ou "
        "ao como mais são"
    ),
    "nl": word_set(
        "de het een en van in te dat is op voor met als je u uw wij we ons onze of door niet zijn die aan om bij "
        "worden kan"
    ),
}
ALL_SMALL_WORDS = frozenset[str]().union(*SMALL_WORDS.values())
