"""From verdicts to an answer: outcome, relation, certainty and reasons (C4, N6)."""

from typing import NamedTuple

from middleware.domain.matching import words as w
from middleware.domain.matching.certainty import SURELY, found, possible
from middleware.domain.matching.contacts import SHARED_BY
from middleware.domain.matching.judge import FOUND, POSSIBLE, SURE_FITS, Verdict, is_found
from middleware.domain.matching.numbers import Fit, fit
from middleware.domain.matching.position import nearer
from middleware.domain.matching.reading import Reading
from middleware.domain.matching.spec import Spec
from middleware.domain.matching.street import written
from schemas.check import SURE, Answer, Match, NotChecked, Outcome, Relation, Whereabouts

LIKELIER, LIKELIEST = 150, 900
"""What a number or person that agrees too adds, and how far."""
SHOWN = 10
"""At most so many markers in an answer."""

_RELATION = {
    Fit.SAME: Relation.SAME_DWELLING, Fit.EQUIVALENT: Relation.SAME_DWELLING,
    Fit.COVERED: Relation.BUILDING_COVERS, Fit.ASK: Relation.ASK_WHICH_FLAT,
    Fit.EXTRA: Relation.OTHER_DWELLING, Fit.SUFFIX: Relation.OTHER_DWELLING,
    Fit.UNNUMBERED: Relation.TOO_VAGUE, Fit.NO_HOUSE: Relation.SAME_DWELLING,
    Fit.INSIDE: Relation.BUILDING_COVERS, Fit.AROUND: Relation.ASK_WHICH_FLAT,
    Fit.OTHER_HOUSE: Relation.TOO_VAGUE,
    Fit.AS_UNIT: Relation.OTHER_DWELLING, Fit.HOUSE_TOO: Relation.OTHER_DWELLING,
}  # fmt: skip


class Evidence(NamedTuple):
    """What was found by each kind of evidence."""

    verdicts: list[Verdict]
    uprn: list[Spec]
    phone: list[Spec]
    person: list[Spec]


def answer(
    place: Whereabouts, reading: Reading, evidence: Evidence, *, version: str, position: int
) -> Answer:
    """Puts everything that was found into one answer, surest first."""
    _doubted(evidence.verdicts, place.uprn)
    if evidence.uprn or evidence.phone or evidence.person:
        matches = _by_uprn(evidence.uprn, reading)
        matches += _others(matches, _by_address(place, evidence.verdicts))
        for more in (_by_phone(evidence.phone), _by_person(evidence.person)):
            matches = [_joined(match, more) for match in matches] + _others(matches, more)
    else:
        matches = _by_address(place, evidence.verdicts, most=SHOWN)
    if len(matches) > 1:
        matches.sort(key=lambda match: -1000 if _is_sure(match) else -match.certainty)
    reason = None if matches else _not_checked(place, reading)
    if matches:
        outcome = Outcome.FOUND if _is_sure(matches[0]) else Outcome.POSSIBLE
    else:
        outcome = Outcome.NONE_FOUND if reason is None else Outcome.NOT_CHECKED
    return Answer(
        outcome=outcome,
        matches=tuple(matches[:SHOWN]),
        reason=reason,
        matcher=version,
        position=position,
    )


def _is_sure(match: Match) -> bool:
    return match.certainty >= SURELY and match.relation in SURE


def _others(known: list[Match], more: list[Match]) -> list[Match]:
    taken = {match.marker for match in known}
    return [match for match in more if match.marker not in taken]


def _joined(match: Match, more: list[Match]) -> Match:
    """An address that may agree is likelier when the number or the person agrees too."""
    other = next((one for one in more if one.marker == match.marker), None)
    if other is None:
        return match
    certainty = match.certainty if _is_sure(match) else min(match.certainty + LIKELIER, LIKELIEST)
    said = [*match.reasons, *other.reasons]
    return _said(match.marker, match.relation, certainty, said)


def _by_address(
    place: Whereabouts, verdicts: list[Verdict], most: int | None = None
) -> list[Match]:
    """The one place that fits, else what may be it: of many the `most` surest."""
    likely = [v for v in verdicts if v.points >= POSSIBLE]
    if len(likely) > 1:
        likely.sort(key=lambda v: (-v.points, v.fit, v.spec.marker))
    fitting = nearer(place, [v for v in likely if is_found(v)])
    if len(fitting) == 1:
        return [_match(fitting[0], sure=True)]
    if fitting:
        best = fitting[0]
        rivals = [v for v in fitting if _rivals(v, best)]
        if not rivals:
            sure = [v for v in fitting if _one_place(v.spec, best.spec)]
            sure.sort(key=lambda v: (v.fit is Fit.COVERED, -v.points, v.spec.marker))
            return [_match(v, sure=True) for v in sure]
        for verdict in (best, *rivals):
            verdict.reasons.append("another marker fits as well")
    if most is not None and len(likely) > most:
        likely = sorted(likely, key=possible, reverse=True)[:most]
    return [_match(verdict, sure=False) for verdict in likely]


def _rivals(one: Verdict, best: Verdict) -> bool:
    """Another place that fits as well: then it is said, not chosen."""
    if one.points < best.points - 5 or one.postcode < best.postcode:
        return False
    return not _one_place(one.spec, best.spec)


def _one_place(one: Spec, other: Spec) -> bool:
    """Two markers for the same door, or a door and its building."""
    if one.street != other.street or one.house != other.house:
        return False
    if one.postcode[:-3] != other.postcode[:-3] or (
        one.postcode != other.postcode and one.covers == other.covers
    ):
        return False
    return one.units == other.units or one.covers or other.covers


def _match(verdict: Verdict, *, sure: bool) -> Match:
    relation = _RELATION[verdict.fit]
    if verdict.vague and relation in SURE and not sure:
        relation = Relation.TOO_VAGUE
    certainty = found(verdict) if sure else possible(verdict)
    return _said(verdict.spec.marker, relation, certainty, verdict.reasons)


def _said(marker: str, relation: Relation, certainty: int, reasons: list[str]) -> Match:
    text = "; ".join(reasons)
    said = (text,) if text else ()
    return Match(marker=marker, relation=relation, certainty=certainty, reasons=said)


def _by_uprn(specs: list[Spec], reading: Reading) -> list[Match]:
    """The UPRN decides at once, unless unit or number disagree."""
    matches = []
    for spec in sorted(specs, key=lambda one: one.marker):
        numbers = fit(reading, spec, written(reading, spec))
        if numbers in _AGREES or not reading.numbers or not (spec.house or spec.units):
            relation = _RELATION[numbers] if numbers in SURE_FITS else Relation.SAME_DWELLING
            matches.append(_said(spec.marker, relation, 999, ["UPRN agrees"]))
        else:
            said = ["UPRN agrees; number or flat does not"]
            matches.append(_said(spec.marker, Relation.OTHER_DWELLING, 500, said))
    return matches


_AGREES = SURE_FITS | {Fit.ASK, Fit.UNNUMBERED}


def _doubted(verdicts: list[Verdict], uprn: str | None) -> None:
    """An address that agrees while the UPRN differs is asked about, not chosen."""
    for verdict in verdicts if uprn else ():
        if verdict.spec.uprn not in ("", uprn) and not verdict.spec.covers:
            verdict.points = min(verdict.points, FOUND - 1)
            verdict.reasons.append("UPRN differs")


def _by_phone(specs: list[Spec]) -> list[Match]:
    shared = len(specs) > SHARED_BY
    said = ["the number is on many markers"] if shared else ["the phone number agrees"]
    certainty = 50 if shared else 300
    return [
        _said(s.marker, Relation.NUMBER_ONLY, certainty, said)
        for s in sorted(specs, key=lambda s: s.marker)
    ]


def _by_person(specs: list[Spec]) -> list[Match]:
    said = ["the name agrees"]
    return [
        _said(s.marker, Relation.PERSON_ONLY, 200, said)
        for s in sorted(specs, key=lambda s: s.marker)
    ]


def _not_checked(place: Whereabouts, reading: Reading) -> NotChecked | None:
    """Why "none found" may not be said; None when it may."""
    text = (place.address or "").strip() or (place.postcode or "").strip()
    others = place.uprn or (place.phone or "").strip() or (place.person or "").strip()
    if not text:
        return None if others else NotChecked.NOTHING_TO_CHECK
    return None if understood(reading) else NotChecked.ADDRESS_NOT_UNDERSTOOD


def understood(reading: Reading) -> bool:
    """A place somebody could drive to: a number or name, and a street with a place or postcode."""
    words = [word for word in reading.words if word not in w.EMPTY]
    rare = [word for word in words if word not in w.COMMON and word not in w.COUNTIES]
    numbered = any(
        value[0].isdigit() and (at < len(reading.words) or reading.postcode)
        for value, _, at in reading.numbers
    )
    if numbered:
        placed = bool(reading.outcode) or len(rare) > 1 or (bool(rare) and "LONDON" in words)
        return bool(reading.postcode) or (len(words) > 1 and placed)
    return bool(reading.postcode or reading.outcode) and bool(rare)
