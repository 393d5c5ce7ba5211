"""Drafting of incident reports (R1-R3, M4): what is missing, what follows, in which words. Pure."""

import re
from collections.abc import Iterator

from schemas.marker import Category
from schemas.report import Application, Facts, Missing, PersonInvolved, PersonRole

C = Category
PHYSICAL = frozenset(
    {
        C.PHYSICAL_ASSAULT,
        C.PHYSICAL_ASSAULT_SEXUAL,
        C.PHYSICAL_ASSAULT_HOMOPHOBIC,
        C.PHYSICAL_ASSAULT_RACIAL_RELIGIOUS,
    }
)
"""What the security team is told of by itself (R3)."""
_OFFERED = frozenset(
    {
        C.ATTEMPTED_PHYSICAL_ASSAULT,
        C.NON_PHYSICAL_ASSAULT,
        C.VERBAL_ABUSE,
        C.VERBAL_ABUSE_SEXUAL,
        C.VERBAL_ABUSE_HOMOPHOBIC,
        C.VERBAL_ABUSE_RACIAL_RELIGIOUS,
    }
)
"""Attempted assault, credible threat, directed abuse (M4)."""
_ASK_CAUSE = PHYSICAL | {C.ATTEMPTED_PHYSICAL_ASSAULT}

SUB_CATEGORIES = {
    C.WITNESSED_AGGRESSION: "Witnessed aggression",
    C.ANTI_SOCIAL_BEHAVIOUR: "Anti-social behaviour",
    C.VERBAL_ABUSE: "Directed verbal abuse: general",
    C.VERBAL_ABUSE_SEXUAL: "Directed verbal abuse: sexually aggravated",
    C.VERBAL_ABUSE_HOMOPHOBIC: "Directed verbal abuse: homophobic",
    C.VERBAL_ABUSE_RACIAL_RELIGIOUS: "Directed verbal abuse: racially or religiously aggravated",
    C.NON_PHYSICAL_ASSAULT: "Non-physical assault (violence anticipated)",
    C.ATTEMPTED_PHYSICAL_ASSAULT: "Attempted physical assault",
    C.PHYSICAL_ASSAULT: "Physical assault: general",
    C.PHYSICAL_ASSAULT_SEXUAL: "Physical assault: sexually aggravated",
    C.PHYSICAL_ASSAULT_HOMOPHOBIC: "Physical assault: homophobic",
    C.PHYSICAL_ASSAULT_RACIAL_RELIGIOUS: "Physical assault: racially or religiously aggravated",
}
"""R2 (VPRP Appendix A part 1)."""

MISSING = {
    Missing.SUB_CATEGORY: "the sub-category",
    Missing.VICTIM: "who was the victim",
    Missing.WHAT_HAPPENED: "what happened",
    Missing.PLACE: "where it happened",
    Missing.INCIDENT: "the incident",
    Missing.OFFENDER: "who did it",
    Missing.MEDICAL_FACTOR: "whether a medical factor was the cause",
    Missing.INJURY: "injuries, or that there were none",
    Missing.POLICE: "the crime reference, or that the police were not told",
}


def read_category(said: str | None) -> Category | None:
    """A sub-category by its code or by the words of R2, however they are spelt; None where it is
    none of them: it is never guessed."""
    return _SPELT.get(_spelt(said or ""))


def _spelt(said: str) -> str:
    return "_".join(_WORD.findall(said.lower()))


_WORD = re.compile(r"[a-z]+")
_SPELT = {_spelt(words): category for category, words in SUB_CATEGORIES.items()} | {
    str(category): category for category in Category
}


def sub_category(category: Category | None) -> str:
    """In the words of R2; empty where nobody said."""
    return SUB_CATEGORIES[category] if category else ""


def is_physical(category: Category | None) -> bool:
    """Whether the security team is told by itself (R3)."""
    return category in PHYSICAL


def missing(facts: Facts, *, has_incident: bool, has_place: bool, by_call: bool) -> list[Missing]:
    """What the report needs and nobody has said. An abusive call has no place, and nobody was
    hurt in it; a cause is asked for where hands were raised, or where nobody said."""
    category = facts.category
    hands = category is None or category in _ASK_CAUSE
    lacks = {
        Missing.SUB_CATEGORY: category is None,
        Missing.VICTIM: not facts.victims,
        Missing.WHAT_HAPPENED: not facts.what,
        Missing.PLACE: not has_place and not by_call,
        Missing.INCIDENT: not has_incident and not by_call,
        Missing.OFFENDER: not facts.offender,
        Missing.MEDICAL_FACTOR: facts.medical is None and hands and not by_call,
        Missing.INJURY: not facts.injury and hands and not by_call,
        Missing.POLICE: not facts.police,
    }
    return [one for one, is_lacking in lacks.items() if is_lacking]


def application(facts: Facts, *, has_place: bool, is_marked: bool) -> Application:
    """What follows for the markers (M4): a medical cause never by itself; a new incident at a
    marked address always."""
    if is_marked:
        return Application.REAPPLICATION
    if facts.medical:
        return Application.NONE
    if is_physical(facts.category):
        is_known = facts.medical is False and (has_place or bool(facts.offender))
        return Application.DUE if is_known else Application.WAITS
    return Application.OFFERED if facts.category in _OFFERED else Application.NONE


def merge(before: Facts, said: Facts) -> Facts:
    """What is said now replaces what was said; what nobody speaks of stays."""
    new = {name: getattr(said, name) for name in Facts.model_fields}
    given = {name: value for name, value in new.items() if value not in (None, ())}
    return before.model_copy(update=given)


def persons(facts: Facts, reporter: str | None) -> Iterator[PersonInvolved]:
    """Victims first and in their own role, everybody else apart (R1)."""
    for name in facts.victims:
        yield PersonInvolved(role=PersonRole.VICTIM, name=name)
    for name in facts.others:
        yield PersonInvolved(role=PersonRole.OTHER, name=name)
    if reporter:
        yield PersonInvolved(role=PersonRole.REPORTER, name=reporter)
    if facts.offender:
        yield PersonInvolved(role=PersonRole.OFFENDER, name=facts.offender)
