"""What is not an address comes out of the text first: phones, what3words, grids, remarks."""

import re
import unicodedata

from middleware.domain.matching.contacts import phone_in

_OTHER = re.compile(
    r"///\s*\S+"
    r"|\bW3W\b[ :]*\S+"
    r"|\b[A-Z]{3,}\.[A-Z]{3,}\.[A-Z]{3,}\b"
    r"|\bUPRN[ :]*\d+"
    r"|-?\d{1,2}\.\d{3,}"
    r"|\b[HJNOST][A-Z] ?\d{4,5} ?\d{4,5}\b"
    r"|\b(?:KEY ?)?(?:SAFE|CODE|CODED)[ :]*(?:NO\.? ?)?\d{3,6}[A-Z]?\b"
    r"|\b\d{1,3} ?(?:YOM|YOF|YO|YRS|YR OLD|YEAR OLD|YEARS OLD)\b"
)
_FLOOR = re.compile(r"\b([G123])/F\b")
_FLOORS = {"G": "GROUND", "1": "FIRST", "2": "SECOND", "3": "THIRD"}
_HEALTH = re.compile(r"\bH/C(?=[A-Z])|\b(?:M[./]C|F/T)\b|\bMC(?=,)")
_SHORT = {
    "H/C": "HEALTH C", "M.C": "MEDICAL CENTRE", "M/C": "MEDICAL CENTRE", "MC": "MEDICAL CENTRE",
    "F/T": "TRUST",
}  # fmt: skip
"""As the registers of the health service shorten."""
_LONG = re.compile("[0-9][0-9][0-9][ -]?[0-9]")
_SIGN = re.compile(r"///|W3W|\.|UPRN|CODE|SAFE|Y[OER]")
"""Without a long number and any of these there is nothing to take out."""


def clean(text: str) -> tuple[str, str]:
    """Upper-case text without what is no address, and the phone number that was in it."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    text = " ".join(text.upper().split())
    if "/" in text or "M.C" in text or " MC," in text:
        text = _HEALTH.sub(lambda m: _SHORT[m[0]], text).replace("R/O", "REAR OF ")
        text = _FLOOR.sub(lambda m: f" {_FLOORS[m[1]]} FLOOR ", text)
    number, long = "", _LONG.search(text)
    if long:
        number, start, end = phone_in(text)
        text = f"{text[:start]} {text[end:]}" if number else text
    if long or _SIGN.search(text):
        text = _OTHER.sub(" ", text)
    return text, number
