"""Who may sign in: a local file of names, roles and Argon2 hashes (E2). Nothing here is logged."""

from functools import cache
from pathlib import Path
from typing import Annotated

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from middleware.ops.access import Role
from middleware.ops.errors import Trouble
from middleware.ops.private_files import read_private, write_private

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 1_000
NOT_FOR_PEOPLE = frozenset({Role.DEVICE, Role.SYSTEM})

_hasher = PasswordHasher()


class Person(BaseModel):
    """One who may sign in; `name` is what the journal calls them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[^\s:\x00-\x1f][^:\x00-\x1f]{0,99}$")]
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    password: Annotated[str, Field(pattern=r"^\$argon2id\$", repr=False)]
    """The Argon2id hash."""


_People = TypeAdapter(tuple[Person, ...])


class People:
    """The file of people. It is read at every question, so who was added can sign in at once."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def all(self) -> tuple[Person, ...]:
        """Everybody in the file; Trouble when it cannot be read or is damaged."""
        content = read_private(self.path)
        if content is None:
            return ()
        try:
            return _People.validate_json(content)
        except ValidationError:
            raise Trouble(
                f"{self.path} is damaged", "restore it, or remove it and add the people again"
            ) from None

    def add(self, name: str, roles: tuple[Role, ...], password: str) -> Person:
        """Add a person, or give one who is there new roles and a new password."""
        demand_good_password(password)
        if unfit := NOT_FOR_PEOPLE.intersection(roles):
            raise Trouble(f"{', '.join(unfit)} is no role of a person", "use: forewarn tokens add")
        try:
            person = Person(name=name, roles=roles, password=_hasher.hash(password))
        except ValidationError:
            raise Trouble(
                "that name or these roles cannot be used",
                "give a name of 1 to 100 characters without a colon, and at least one role",
            ) from None
        others = tuple(other for other in self.all() if other.name != name)
        write_private(self.path, _People.dump_json((*others, person), indent=1))
        return person

    def remove(self, name: str) -> bool:
        """Take a person out; says whether they were there."""
        everybody = self.all()
        others = tuple(other for other in everybody if other.name != name)
        if len(others) == len(everybody):
            return False
        write_private(self.path, _People.dump_json(others, indent=1))
        return True

    def check(self, name: str, password: str) -> Person | None:
        """The person if the password is right. Takes as long (some 50 ms of one core) for a name
        that nobody has; call it off the loop."""
        person = next((one for one in self.all() if one.name == name), None)
        right = _is_right(person.password if person else _nobody(), password)
        return person if right else None


def demand_good_password(password: str) -> None:
    """Trouble when a password is too short to keep anybody out."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise Trouble(
            f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
            "choose another, for example three unrelated words",
        )


def _is_right(kept: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    try:
        return _hasher.verify(kept, password)
    except (Argon2Error, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash to compare with for a name that nobody has, so that the time taken tells nothing."""
    return _hasher.hash("")
