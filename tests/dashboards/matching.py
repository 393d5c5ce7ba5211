"""*Matching quality*: what checks answer, how quickly, and what people say of it."""

from tests.dashboards.panels import (
    OUTCOMES,
    Board,
    Limit,
    Look,
    Panel,
    Query,
    Row,
    a_minute,
    at,
    by,
    each,
    each_a_minute,
    quantiles,
)


def _answers(subject: str) -> tuple[Query, ...]:
    return tuple(
        Query(a_minute("forewarn_checks_total", subject=subject, outcome=outcome), word)
        for outcome, word in OUTCOMES.items()
    )


ANSWERS = Row(
    "Answers",
    (
        Panel(
            "Incidents: checks in a minute",
            "A share of *found* that changes from one day to the next has a reason: an import, a "
            "CAD that sends addresses otherwise.",
            _answers("incident"), Look.STACK,
        ),
        Panel(
            "Calls: checks in a minute",
            "By number, and by the caller's place where it is known.",
            _answers("call"), Look.STACK,
        ),
        Panel(
            "Not checked in a minute, by why",
            "The first two are how the address came, the others are ours.",
            each_a_minute("forewarn_checks_total", "reason", {
                "address_not_understood": "address not understood",
                "nothing_to_check": "nothing to look up", "index_behind": "index behind",
                "limit_missed": "took too long", "fault": "fault",
            }),
            Look.STACK,
        ),
        Panel(
            "Incidents whose address cannot be looked up",
            "In an hour. Open some of them: has the CAD changed how it sends addresses?",
            (Query(at("room:forewarn_incidents_not_understood:ratio1h"), "in an hour"),),
            unit="percentunit", limits=(Limit(0.25, "orange", "alert AddressesNotUnderstood"),),
            highest=1.0,
        ),
        Panel(
            "Time of a check",
            "The line is `check.limit`: beyond it the answer is NOT CHECKED.",
            quantiles("forewarn_check_seconds"),
            unit="s", limits=(Limit(0.05, "red", "check.limit, 50 ms by default"),),
        ),
        Panel(
            "Checks that took longer than 50 ms",
            "Share of all. A check is given a time, and its candidates are counted.",
            (Query(
                f"1 - sum(rate({at('forewarn_check_seconds_bucket', le='0.05')}[$__rate_interval]))"
                f" / sum(rate({at('forewarn_check_seconds_count')}[$__rate_interval]))",
                "share",
            ),),
            unit="percentunit", limits=(Limit(0.01, "orange", "the budget, 1 in 100"),),
            highest=1.0,
        ),
    ),
)  # fmt: skip

PEOPLE = Row(
    "What people say of it",
    (
        Panel(
            "Said to be wrong, in a minute",
            "Somebody says that a marker is not about this place. It changes nothing by itself.",
            each_a_minute("forewarn_mistakes_reported_total", "says", {
                "wrong_address": "wrong address", "not_the_same_place": "not the same place",
            }),
        ),
        Panel(
            "Pairs of a marker and an address",
            "What waits for the marking team, and what it decided not to show.",
            each("forewarn_mistakes", "state", {
                "open": "wait for the marking team", "suppressed": "not shown, by decision",
            }),
        ),
        Panel(
            "Fields that were not read, in a minute",
            "Somebody sends something new: look at it before it matters.",
            by("forewarn_adapter_unknown_fields_total", "adapter"),
        ),
    ),
)  # fmt: skip

MARKERS = Row(
    "Markers",
    (
        Panel(
            "Markers",
            "In the index: what checks find. Staged: waits for a decision.",
            each("forewarn_markers", "state", {
                "in_index": "in the index", "staged": "staged",
            }),
        ),
        Panel(
            "Past their review date",
            "They match, and are shown as overdue. Review or end them.",
            each("forewarn_markers", "state", {"review_overdue": "overdue"}),
            limits=(Limit(1, "orange", "for a day: alert MarkersPastReview"),),
        ),
        Panel(
            "How far the index is behind the markers",
            "Beyond the line checks answer NOT CHECKED.",
            (Query(f"max({at('forewarn_index_behind_seconds')})", "behind"),),
            unit="s",
            limits=(Limit(10, "red", "check.index_behind_limit; alert IndexBehind"),),
        ),
    ),
)  # fmt: skip

MATCHING = Board(
    "forewarn-matching", "Matching quality",
    "What checks answer, how quickly, what people say of it, and the markers behind it.",
    (ANSWERS, PEOPLE, MARKERS), since="now-6h", refresh="30s",
)  # fmt: skip
