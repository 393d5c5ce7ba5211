"""What another service is told of a man-down alarm, made from the state (D1, N8)."""

from middleware.engine.alarm import Alarm, AlarmPhase
from middleware.engine.alarms import shown_incident
from middleware.engine.state import State
from schemas.told import UnitEmergency


def emergency_body(state: State, alarm: Alarm) -> UnitEmergency:
    """Who, where and on which incident; neither who of ours has it nor what was sent."""
    incident = shown_incident(state, alarm)
    is_raised = alarm.phase is AlarmPhase.RAISED
    return UnitEmergency(
        note=alarm.id,
        revision=alarm.revision,
        expires_at=alarm.expires_at,
        started_at=alarm.raised_at,
        incident=(incident.number or incident.id) if incident else None,
        service_day=incident.service_day if incident else None,
        callsign=alarm.callsign,
        radio=alarm.radio,
        position=alarm.position,
        acknowledged_at=None if is_raised else alarm.accepted_at,
        stopped_at=alarm.ended_at,
        outcome=alarm.outcome,
    )
