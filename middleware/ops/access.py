"""Who may: one rule for every route, WebSocket verb, stream and topic; default deny (E2).

A rule is looked up by the name of what is done. What has no rule is refused, and a route
without a rule stops the start (`demand_rules`).
"""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    """Who somebody is. People sign in; systems and devices hold tokens."""

    CALL_HANDLER = "call_handler"
    DISPATCHER = "dispatcher"
    SUPERVISOR = "supervisor"
    MARKING_TEAM = "marking_team"
    SECURITY_TEAM = "security_team"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    DEVICE = "device"
    SYSTEM = "system"


ANYBODY = frozenset(Role)
"""Also who has not signed in: the sign-in page itself, static files, health."""

R = Role
_EOC = frozenset({R.CALL_HANDLER, R.DISPATCHER, R.SUPERVISOR})
_DUTY = frozenset({R.DISPATCHER, R.SUPERVISOR})
_MARKING = frozenset({R.MARKING_TEAM})
_SECURITY = frozenset({R.SECURITY_TEAM})
_SEES_LIST = _EOC | {R.MARKING_TEAM, R.SECURITY_TEAM, R.AUDITOR}
_PEOPLE = _SEES_LIST | {R.ADMINISTRATOR}
_WATCH = frozenset({R.SUPERVISOR, R.ADMINISTRATOR, R.SYSTEM})

RULES: dict[str, frozenset[Role]] = {
    # CAD (adapters)
    "POST /cad/v1/messages": frozenset({R.SYSTEM}),
    "tcp cad": frozenset({R.SYSTEM}),
    # Man-down gateways (adapters)
    "POST /man-down/v1/messages": frozenset({R.SYSTEM}),
    "POST /aml/v1/messages": frozenset({R.SYSTEM}),
    "POST /mait/v1/messages": frozenset({R.SYSTEM}),
    # Referrals between services (adapters)
    "POST /bars/v1/$process-message": frozenset({R.SYSTEM}),
    "GET /bars/v1/metadata": frozenset({R.SYSTEM}),
    # EIDO conveyance over a WebSocket (adapters)
    "GET /IncidentData/ent": frozenset({R.SYSTEM}),
    # The desk of the police (adapters)
    "POST /back-up/v1/messages": frozenset({R.SYSTEM}),
    "topic up cad": frozenset({R.SYSTEM}),  # held by the CAD's own broker
    "topic up man-down": frozenset({R.SYSTEM}),  # held by the gateway's own broker
    "redis cad": frozenset({R.SYSTEM}),  # held by the server's own access list
    # MDT topics (below forewarn/<room>/mdt/<device>/), the device's own only
    "topic down notes": frozenset({R.DEVICE}),
    "topic down answers": frozenset({R.DEVICE}),
    "topic down prompts": frozenset({R.DEVICE}),
    "topic down taken": frozenset({R.DEVICE}),
    "topic down heard": frozenset({R.DEVICE}),
    "topic up receipts": frozenset({R.DEVICE}),
    "topic up hello": frozenset({R.DEVICE}),
    "topic up ask": frozenset({R.DEVICE}),
    "topic up states": frozenset({R.DEVICE}),
    "topic up violence": frozenset({R.DEVICE}),
    # Console
    "GET /": ANYBODY,
    "GET /static/{path}": ANYBODY,
    "GET /search": _EOC,
    "POST /api/search": _EOC,
    "POST /sign-in": ANYBODY,
    "POST /sign-out": _PEOPLE,
    "GET /live": _PEOPLE,
    "ws watch": _PEOPLE,
    "ws open-note": _EOC | {R.MARKING_TEAM, R.SECURITY_TEAM, R.AUDITOR},
    "ws take-task": _DUTY,
    "ws say-stand-off": _DUTY,
    "ws answer-prompt": _DUTY,
    "ws hand-on": _DUTY,
    "ws end-hand-on": _DUTY,
    "ws report-mistake": _EOC,
    "ws open-mistake": _MARKING | {R.AUDITOR},
    "ws decide-mistake": _MARKING,
    "ws decide-batch": _MARKING,
    "ws note-abuse": _EOC,
    "ws open-abuse": _SECURITY | {R.SUPERVISOR, R.AUDITOR},
    "ws correct-abuse": _SECURITY | {R.SUPERVISOR},
    "ws take-back-abuse": _SECURITY | {R.SUPERVISOR},
    "ws open-proposal": _MARKING | _SECURITY | {R.AUDITOR},
    "ws settle-marker": _MARKING,
    "ws settle-letter": _MARKING | _SECURITY,
    "ws put-plan": _MARKING,
    "ws end-plan": _MARKING,
    "ws report-violence": _EOC | _SECURITY,
    "ws open-report": _SECURITY | _MARKING | {R.SUPERVISOR, R.AUDITOR},
    "ws amend-report": _SECURITY | {R.SUPERVISOR},
    "ws drop-report": _SECURITY,
    "ws take-assault": _SECURITY,
    "ws settle-application": _MARKING,
    "ws accept-alarm": _EOC,
    "ws send-help": _DUTY,
    "ws report-listening": _DUTY,
    "ws end-alarm": _DUTY,
    "ws compose-back-up": _DUTY,
    "ws request-back-up": _DUTY,
    "ws read-out-back-up": _DUTY,
    "ws answer-back-up": _DUTY,
    "ws escalate-back-up": _DUTY,
    "ws take-back-up": _DUTY,
    "ws stand-down-back-up": _DUTY,
    # What a screen that watches is sent: least data per role (N8)
    "stream incidents": _EOC | {R.AUDITOR},
    "stream flagged": _MARKING | {R.SECURITY_TEAM},
    "stream calls": _EOC | {R.AUDITOR},
    "stream alarms": frozenset({R.SUPERVISOR, R.AUDITOR}),
    "stream alarms_dispatch": frozenset({R.DISPATCHER}),
    "stream alarms_all": frozenset({R.CALL_HANDLER}),
    "stream tasks": _EOC | {R.AUDITOR},
    "stream back_ups": _DUTY | {R.AUDITOR},
    "stream stand_offs": _EOC | {R.AUDITOR},
    "stream mistakes": _MARKING | {R.AUDITOR},
    "stream assaults": _SECURITY | {R.AUDITOR},
    "stream abuse": _SECURITY | {R.SUPERVISOR, R.AUDITOR},
    "stream reports": _SECURITY | {R.SUPERVISOR, R.AUDITOR},
    "stream applications": _MARKING | {R.AUDITOR},
    "stream proposals": _MARKING | {R.AUDITOR},
    "stream letters": _MARKING | _SECURITY | {R.AUDITOR},
    "stream frequent": _MARKING | {R.SUPERVISOR, R.AUDITOR},
    "stream batches": _MARKING | {R.AUDITOR},
    "stream quarantine": _MARKING | {R.SUPERVISOR, R.AUDITOR, R.ADMINISTRATOR},
    "stream sources": _PEOPLE,
    "stream figures": _PEOPLE,
    "stream waiting": frozenset({R.SUPERVISOR}),
    "stream now": frozenset({R.SUPERVISOR, R.ADMINISTRATOR}),
    # Marking team
    "POST /api/markers/{batch}/chunk": _MARKING,
    "POST /api/markers/{batch}/refused": _MARKING,
    "POST /api/markers/{batch}/decision": _MARKING,
    "PUT /api/markers/{marker}": _MARKING,
    "DELETE /api/markers/{marker}": _MARKING,
    "POST /api/marker-hand-ons": _MARKING,
    # Incident reports
    "GET /api/abusive-calls": _SECURITY | {R.SUPERVISOR, R.AUDITOR},
    "GET /api/letters/{proposal}": _MARKING | _SECURITY | {R.AUDITOR},
    "GET /api/reports": _SECURITY | {R.AUDITOR},
    # Evidence
    "GET /api/timeline/{incident}": frozenset({R.SUPERVISOR, R.AUDITOR}),
    # Recording what the service hears: everything, so only who runs the machine
    "GET /api/recording": frozenset({R.ADMINISTRATOR}),
    "POST /api/recording": frozenset({R.ADMINISTRATOR}),
    "DELETE /api/recording": frozenset({R.ADMINISTRATOR}),
    # Watching
    "GET /metrics": ANYBODY,
    "GET /healthz": ANYBODY,
    "GET /readyz": ANYBODY,
}


class NoRule(Exception):
    """Something can be done for which nobody wrote who may; the start stops."""


def may(role: Role | None, action: str) -> bool:
    """Whether `role` (None: not signed in) may do `action`; what has no rule, nobody may."""
    allowed = RULES.get(action, frozenset())
    return allowed is ANYBODY or role in allowed


def demand_rules(actions: Iterable[str]) -> None:
    """Raise NoRule naming every action without a rule."""
    missing = sorted(set(actions) - RULES.keys())
    if missing:
        raise NoRule(f"no rule says who may: {', '.join(missing)}; add one to RULES in access")
