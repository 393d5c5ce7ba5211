"""One answered query of `forewarn match`."""

from dataclasses import dataclass

from adapters.codecs.match_csv import Query
from middleware.cli.report.scoring import Asked
from schemas.check import Answer, Outcome

FOUND_FIRST = 1000
"""Whatever was found ranks before whatever is only possible."""


@dataclass(frozen=True, slots=True)
class Result:
    """`answer` is None where the query could not be put; microseconds that the check took."""

    query: Query
    answer: Answer | None
    microseconds: int = 0

    @property
    def outcome(self) -> Outcome:
        return self.answer.outcome if self.answer else Outcome.NOT_CHECKED

    @property
    def certainty(self) -> float | None:
        """Of the best answer, from 0 to 1."""
        if self.answer is None or not self.answer.matches:
            return None
        return self.answer.matches[0].certainty / 1000

    def row(self) -> tuple[str | int, ...]:
        """As it is written: the columns of `forewarn match`."""
        return self.query.id, self.outcome.value, *self._best(), self.microseconds

    def _best(self) -> tuple[str, str, str, str]:
        """Marker, relation, certainty and the reasons in words."""
        if self.answer is None:
            return "", "", "", self.query.wrong
        if not self.answer.matches:
            return "", "", "", self.answer.reason.value if self.answer.reason else ""
        best = self.answer.matches[0]
        certainty = f"{best.certainty / 1000:.3f}"
        return best.marker, best.relation.value, certainty, "; ".join(best.reasons)

    def asked(self) -> Asked | None:
        """For counting; None where the truth is not known."""
        if self.query.truth is None:
            return None
        matches = self.answer.matches if self.answer else ()
        is_found = self.outcome is Outcome.FOUND
        score = matches[0].certainty + FOUND_FIRST * is_found if matches else None
        shown = tuple(match.marker for match in matches)
        return Asked(self.query.truth, shown, is_found, score, self.certainty)
