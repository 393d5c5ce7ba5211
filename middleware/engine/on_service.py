"""What follows from what happens to the service and its sources (O1, E1)."""

from middleware.engine.entry import Taken
from middleware.engine.state import State
from schemas.decision import Decision, Noted, ProbesChanged, Quarantined, SourceChanged
from schemas.service import (
    JOURNAL,
    JournalAway,
    JournalBack,
    ProbesBack,
    ProbesLost,
    Refused,
    SignedIn,
    SourceConnected,
    SourceLost,
)


def on_connected(state: State, taken: Taken, event: SourceConnected) -> list[Decision]:
    return [SourceChanged(source=event.id, connected=True, gap=False)]


def on_lost(state: State, taken: Taken, event: SourceLost) -> list[Decision]:
    return [SourceChanged(source=event.id, connected=False, gap=event.gap)]


def on_journal_away(state: State, taken: Taken, event: JournalAway) -> list[Decision]:
    return [SourceChanged(source=JOURNAL, connected=False, gap=event.in_memory)]


def on_journal_back(state: State, taken: Taken, event: JournalBack) -> list[Decision]:
    return [SourceChanged(source=JOURNAL, connected=True, gap=False)]


def on_probes_lost(state: State, taken: Taken, event: ProbesLost) -> list[Decision]:
    return [ProbesChanged(channel=event.id, back=False)]


def on_probes_back(state: State, taken: Taken, event: ProbesBack) -> list[Decision]:
    return [ProbesChanged(channel=event.id, back=True)]


def on_refused(state: State, taken: Taken, event: Refused) -> list[Decision]:
    return [Quarantined(source=event.source, conflict=event.conflict)]


def on_signed_in(state: State, taken: Taken, event: SignedIn) -> list[Decision]:
    return [Noted()]
