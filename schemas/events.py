"""The one table of event types: kind to class. To add an event: one class, one line here."""

from schemas import call, delivery, incident, markers_in, mistake, safety, search, service
from schemas.event import Event

EVENTS: tuple[type[Event], ...] = (
    incident.IncidentOpened,
    incident.IncidentUpdated,
    incident.AddressChanged,
    incident.IncidentClosed,
    incident.ResourceAssigned,
    incident.ResourceMobile,
    incident.ResourceAtScene,
    incident.ResourceStoodDown,
    incident.ResourceCleared,
    call.CallRang,
    call.CallAnswered,
    call.CallLeftQueue,
    call.CallEnded,
    call.AbuseWarned,
    call.CallTerminatedForAbuse,
    markers_in.MarkersStaged,
    markers_in.MarkersActivated,
    markers_in.MarkersDiscarded,
    markers_in.MarkerPut,
    markers_in.MarkerEnded,
    markers_in.IndexFollowed,
    markers_in.RecheckDue,
    delivery.NoteDisplayed,
    delivery.NoteAcknowledged,
    delivery.CrewAcknowledged,
    delivery.DeliveryReported,
    delivery.NoteAttempted,
    delivery.DeviceSeen,
    delivery.CrewAsked,
    delivery.TaskTaken,
    delivery.NoteOpened,
    delivery.TimerDue,
    mistake.MistakeReported,
    mistake.CrewReportedMistake,
    mistake.MistakeDecided,
    safety.ManDownSignalled,
    safety.ManDownCancelled,
    safety.UnreadableEmergency,
    safety.PositionReported,
    safety.AlarmAccepted,
    safety.HelpSent,
    safety.ListeningReported,
    safety.AlarmEnded,
    service.BuildStarted,
    service.SourceConnected,
    service.SourceLost,
    service.Refused,
    service.SignedIn,
    search.SearchMade,
)

EVENT_TYPES: dict[str, type[Event]] = {cls.kind: cls for cls in EVENTS}
CAD_TYPES: dict[str, type[incident.CadEvent]] = {
    cls.kind: cls for cls in EVENTS if issubclass(cls, incident.CadEvent)
}
