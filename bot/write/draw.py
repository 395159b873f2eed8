"""Cards are drawn in a process that ends: what typst and its fonts take of memory is given back with it.

One process draws all that is wanted of a story and is gone after some tenths of a second. It gets data and returns
pixels; nothing that a page said is ever markup. Whether every letter has a font is typst's own word: a document that is
to last (PDF/A) may hold no letter that cannot be shown, so one is made of each card and thrown away.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.errors import CardError

if TYPE_CHECKING:
    from typst import Compiler

    from bot.model import Shape
    from bot.write.card import Card

#: What drawing may take: seconds by the clock and of the processor, and bytes of address space (fonts are mapped).
PATIENCE, SECONDS, SPACE = 60.0, 20, 2**30
#: Pixels to the inch that templates/card.typ reckons with.
DENSITY = 144
#: Scripts that policies are written in, and what stands for each when fonts are looked for.
SAMPLES = {
    "Latin": "Aa Ğğ ß “–”",
    "Cyrillic": "Яя Її",
    "Greek": "Ωώ",
    "Arabic": "سياسة الخصوصية",
    "Hebrew": "פרטיות",
    "Devanagari": "गोपनीयता",
    "Thai": "ความเป็นส่วนตัว",
    "Chinese": "隐私政策 隱私權政策",
    "Japanese": "プライバシー ひらがな",
    "Korean": "개인정보",
    "emoji": "🔒👩‍👧",
}
_NO_FONT = "there is no font for one of its letters; `smallprint doctor` says which scripts lack fonts"
#: The same interpreter with the same packages, and of the surroundings only where fonts are.
_PROGRAM = "import sys; sys.path[:] = sys.argv[1:]; from bot.write.draw import main; main()"
_SURROUNDINGS = ("HOME", "XDG_DATA_HOME", "LD_LIBRARY_PATH")


@dataclass(frozen=True, slots=True)
class Drawn:
    """A card as pixels: a PNG, its size in pixels, and which view of the card it shows."""

    png: bytes
    width: int
    height: int
    view: int


async def draw(wanted: Sequence[tuple[Card, Shape]]) -> list[Drawn | CardError]:
    """A picture for each card and shape, or why there is none: no font for a letter, or no typst, memory or time."""
    from bot.write.card import as_data
    from bot.write.templating import templates

    asked = {"folder": str(templates()), "cards": [as_data(card, shape.value) for card, shape in wanted]}
    try:
        answer, pixels = await _ask(asked)
    except CardError as error:
        return [error for _ in wanted]
    drawn: list[Drawn | CardError] = []
    for one in answer["drawn"]:
        if "refused" in one:
            drawn.append(_refusal(one["refused"]))
            continue
        png, pixels = pixels[: one["bytes"]], pixels[one["bytes"] :]
        width, height = (int.from_bytes(png[at : at + 4]) for at in (16, 20))  # as the head of every PNG has it
        drawn.append(Drawn(png, width, height, int(one["view"])))
    return drawn


async def scripts_without_fonts() -> list[str]:
    """Which of `SAMPLES` cannot be drawn on this machine.

    Raises:
        CardError: not even Latin can be drawn.
    """
    from bot.model import Shape
    from bot.write.card import Card, View
    from bot.write.marks import Piece
    from bot.write.passage import Passage

    def sample(text: str) -> Card:
        passage = Passage("added", text, text, ((Piece(text),),), was="", now=text)
        return Card(text, text, (text,), "en", text, text, (View((passage,), more=False),))

    drawn = await draw([(sample(text), Shape.LANDSCAPE) for text in SAMPLES.values()])
    missing = {name: each for name, each in zip(SAMPLES, drawn, strict=True) if isinstance(each, CardError)}
    if "Latin" in missing:
        raise missing["Latin"]
    return list(missing)


async def _ask(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    """A process's answer: a line of JSON, and the pixels behind it."""
    surroundings = {name: os.environ[name] for name in _SURROUNDINGS if name in os.environ}
    flags = ["-I", "-B"] if sys.dont_write_bytecode else ["-I"]
    command = [sys.executable, *flags, "-c", _PROGRAM, *sys.path]
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, env=surroundings
        )
    except OSError:
        raise _refusal("no process can be started; free memory") from None
    try:
        async with asyncio.timeout(PATIENCE):
            said, _ = await process.communicate(json.dumps(asked).encode())
    except TimeoutError:
        raise _refusal("it takes too long; give the machine more time") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    line, _, pixels = said.partition(b"\n")
    try:
        answer: dict[str, Any] = json.loads(line)
    except ValueError:
        raise _refusal("its process broke off; see that memory is free") from None
    if "refused" in answer:
        raise _refusal(answer["refused"])
    return answer, pixels


def _refusal(why: str) -> CardError:
    return CardError(f"The card cannot be drawn: {why}.")


# ---- the process that draws -------------------------------------------------------------------------------------


def main() -> None:
    """Answer one question from standard input, and end."""
    with suppress(OSError):  # let the kernel end this process rather than the bot when memory is short
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (SPACE, SPACE))
    # One thread for each core would only take memory: a card is one page.
    os.environ["RAYON_NUM_THREADS"] = "1"
    answer, pixels = _answer(json.loads(sys.stdin.buffer.read()))
    sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n" + pixels)


def _answer(asked: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    try:
        import typst
    except ImportError as error:
        return {"refused": f"typst cannot be loaded ({error}); install smallprint again"}, b""
    compiler = typst.Compiler(str(Path(asked["folder"], "card.typ")), root=asked["folder"])
    drawn, pixels = [], b""
    for card in asked["cards"]:
        facts, png = _drawn(compiler, {"card": json.dumps(card)})
        drawn.append(facts)
        pixels += png
    return {"drawn": drawn}, pixels


def _drawn(compiler: Compiler, inputs: dict[str, str]) -> tuple[dict[str, Any], bytes]:
    """One card: what is said of it, and its PNG."""
    import typst

    try:
        png = compiler.compile(format="png", ppi=DENSITY, sys_inputs=inputs)
        chosen = json.loads(compiler.query("<chosen>", field="value", one=True))
    except typst.TypstError as error:
        return {"refused": f"its template is broken ({error.message})"}, b""
    if not isinstance(png, bytes) or not chosen["fits"]:
        return {"refused": "its words do not fit on it"}, b""
    if _lacks_a_font(compiler, inputs):
        return {"refused": _NO_FONT}, b""
    return {"bytes": len(png), "view": chosen["view"]}, png


def _lacks_a_font(compiler: Compiler, inputs: dict[str, str]) -> bool:
    """Whether some letter would be shown as a box."""
    import typst

    try:
        compiler.compile(format="pdf", pdf_standards=["a-2b"], sys_inputs=inputs)
    except typst.TypstError:
        return True
    return False
