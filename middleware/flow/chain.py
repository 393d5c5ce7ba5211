"""The chain: every record lies at its place, in its room, behind the one it was written after."""

from dataclasses import dataclass

from middleware.flow.header import Header, Tampered
from middleware.flow.records import GENESIS, Opened, digest, open_record
from middleware.ports import Keys


@dataclass(slots=True)
class Chain:
    """Reads records in order. `position` and `previous` are the last one's, its digest: from
    the beginning 0 and GENESIS, from a snapshot what it was made at."""

    room: str
    keys: Keys
    position: int = 0
    previous: bytes = GENESIS

    def open(self, position: int, record: bytes) -> Opened:
        """The next record; raises Tampered, naming the position to look at, or UnknownRecord."""
        opened = open_record(record, self.keys, position=position)
        self.hold(position, opened.header)
        self.go_on(position, record)
        return opened

    def hold(self, position: int, header: Header) -> None:
        """Raise Tampered unless this header comes next."""
        if position != self.position + 1:
            missing = f"records {self.position + 1} to {position - 1} are missing"
            raise Tampered(self.position + 1, missing)
        if header.room != self.room:
            raise Tampered(position, f"a record of room {header.room} lies here")
        if header.previous != self.previous.hex():
            raise Tampered(max(1, self.position), "it is not what the next was written after")

    def go_on(self, position: int, record: bytes) -> None:
        """Take this record as the last one, sound or not."""
        self.position, self.previous = position, digest(record)
