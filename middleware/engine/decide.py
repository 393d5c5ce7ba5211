"""decide(state, taken) -> decisions: pure, one table from event to handler."""

from collections.abc import Callable
from typing import Any

from middleware.engine import (
    hand_ons,
    on_abuse,
    on_call,
    on_caller,
    on_delivery,
    on_frequent,
    on_incident,
    on_marker,
    on_mistake,
    on_police,
    on_report,
    on_resource,
    on_safety,
    on_search,
    on_service,
    on_stand_off,
    on_timer,
    proposing,
)
from middleware.engine.entry import Taken
from middleware.engine.state import State
from schemas import (
    abuse,
    call,
    caller,
    delivery,
    frequent,
    hand_on,
    incident,
    markers_in,
    mistake,
    police,
    proposal,
    report,
    safety,
    search,
    service,
    stand_off,
)
from schemas.check import Whereabouts
from schemas.decision import Decision
from schemas.event import Event

Handler = Callable[[State, Taken, Any], list[Decision]]

HANDLERS: dict[type[Event], Handler] = {
    incident.IncidentOpened: on_incident.on_opened,
    incident.IncidentUpdated: on_incident.on_updated,
    incident.AddressChanged: on_incident.on_address_changed,
    incident.IncidentClosed: on_incident.on_closed,
    incident.ResourceAssigned: on_resource.on_assigned,
    incident.ResourceMobile: on_resource.on_stage,
    incident.ResourceAtScene: on_resource.on_stage,
    incident.ResourceStandingOff: on_resource.on_holds,
    incident.ResourceAtRvp: on_resource.on_holds,
    incident.ResourceGoneIn: on_resource.on_stage,
    incident.ResourceStoodDown: on_resource.on_stage,
    incident.ResourceCleared: on_resource.on_stage,
    call.CallRang: on_call.on_rang,
    call.CallAnswered: on_call.on_call,
    call.CallLeftQueue: on_call.on_call,
    call.CallHeld: on_call.on_call,
    call.CallEnded: on_call.on_call_ended,
    call.AbuseWarned: on_call.on_warned,
    abuse.AbuseNoted: on_abuse.on_noted,
    abuse.AbuseCorrected: on_abuse.on_corrected,
    abuse.AbuseTakenBack: on_abuse.on_taken_back,
    proposal.ProposalSettled: proposing.on_settled,
    hand_on.IncidentHandedOn: hand_ons.on_handed_on,
    hand_on.HandOnEnded: hand_ons.on_ended,
    frequent.FrequentPlanPut: on_frequent.on_put,
    frequent.FrequentPlanEnded: on_frequent.on_ended,
    call.CallTerminatedForAbuse: on_call.on_terminated,
    caller.CallerLocated: on_caller.on_located,
    caller.CallerLookedUp: on_caller.on_looked_up,
    markers_in.MarkersStaged: on_marker.on_staged,
    markers_in.MarkersActivated: on_marker.on_activated,
    markers_in.MarkersDiscarded: on_marker.on_discarded,
    markers_in.MarkersHandedOn: on_marker.on_handed_on,
    markers_in.MarkerPut: on_marker.on_put,
    markers_in.MarkerEnded: on_marker.on_ended,
    markers_in.IndexFollowed: on_marker.on_index_followed,
    markers_in.RecheckDue: on_incident.on_recheck,
    delivery.NoteDisplayed: on_delivery.on_displayed,
    delivery.NoteAcknowledged: on_delivery.on_acknowledged,
    delivery.CrewAcknowledged: on_delivery.on_crew_acknowledged,
    delivery.DeliveryReported: on_delivery.on_reported,
    delivery.NoteAttempted: on_delivery.on_attempted,
    delivery.DeviceSeen: on_delivery.on_device_seen,
    delivery.CrewAsked: on_delivery.on_asked,
    delivery.TaskTaken: on_delivery.on_task_taken,
    delivery.NoteOpened: on_delivery.on_opened_note,
    delivery.TimerDue: on_timer.on_timer,
    mistake.MistakeReported: on_mistake.on_reported,
    mistake.CrewReportedMistake: on_mistake.on_reported_by_crew,
    mistake.MistakeDecided: on_mistake.on_decided,
    safety.ManDownSignalled: on_safety.on_signalled,
    safety.ManDownCancelled: on_safety.on_cancelled,
    safety.UnreadableEmergency: on_safety.on_unreadable,
    safety.PositionReported: on_safety.on_positioned,
    safety.AlarmAccepted: on_safety.on_accepted,
    safety.HelpSent: on_safety.on_help_sent,
    safety.ListeningReported: on_safety.on_listening,
    safety.AlarmEnded: on_safety.on_ended,
    police.BackUpRequested: on_police.on_requested,
    police.BackUpChanged: on_police.on_changed,
    police.BackUpReadOut: on_police.on_read_out,
    police.BackUpStillNeeded: on_police.on_still_needed,
    police.BackUpTaken: on_police.on_taken,
    police.BackUpStoodDown: on_police.on_stood_down,
    police.BackUpAnswered: on_police.on_answered,
    service.BuildStarted: on_timer.on_build_started,
    service.SourceConnected: on_service.on_connected,
    service.SourceLost: on_service.on_lost,
    service.JournalAway: on_service.on_journal_away,
    service.JournalBack: on_service.on_journal_back,
    service.ProbesLost: on_service.on_probes_lost,
    service.ProbesBack: on_service.on_probes_back,
    service.Refused: on_service.on_refused,
    service.SignedIn: on_service.on_signed_in,
    search.SearchMade: on_search.on_search,
    report.ViolenceReported: on_report.on_reported,
    report.CrewReportedViolence: on_report.on_reported_by_crew,
    report.ReportAmended: on_report.on_amended,
    report.ReportDropped: on_report.on_dropped,
    report.AssaultTaken: on_report.on_assault_taken,
    report.ApplicationSettled: on_report.on_settled,
    stand_off.CrewSaidStandOff: on_stand_off.on_crew_said,
    stand_off.StandOffSaid: on_stand_off.on_said,
    stand_off.PromptAnswered: on_stand_off.on_answered,
}


def decide(state: State, taken: Taken) -> tuple[Decision, ...]:
    """What follows from the event in this state. Reads only its arguments, changes nothing."""
    return tuple(HANDLERS[type(taken.event)](state, taken, taken.event))


def question(state: State, event: Event) -> Whereabouts | None:
    """What the matcher must be asked before the event is decided on; None: nothing."""
    if isinstance(event, incident.IncidentOpened | incident.AddressChanged):
        return on_incident.place_after(on_incident.find(state, event), event)
    if isinstance(event, call.CallRang):
        return on_call.place_ringing(state, event)
    if isinstance(event, caller.CallerEvent):
        located = on_caller.live_call(state, event.number)
        return on_caller.place_of(located, event) if located else None
    if isinstance(event, search.SearchMade):
        return on_search.place_searched(state, event)
    if isinstance(event, markers_in.RecheckDue):
        return _place_of(state, event.subject)
    return None


def _place_of(state: State, subject: str) -> Whereabouts | None:
    known = state.incidents.get(subject)
    if known is not None:
        return known.place if known.finished_at is None else None
    ringing = state.calls.get(subject)
    if ringing is None or ringing.finished_at is not None:
        return None
    return on_caller.place_of(ringing)
