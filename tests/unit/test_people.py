"""People sign in from a local file, systems and devices hold tokens; nobody else may (E2)."""

from hashlib import sha256
from pathlib import Path

import pytest

from middleware.ops.access import Role
from middleware.ops.errors import Trouble
from middleware.ops.people import People
from middleware.ops.tokens import Holder, Tokens, read_holder

PASSWORD = "three unrelated words"


@pytest.fixture
def people(tmp_path: Path) -> People:
    return People(tmp_path / "credentials" / "people.json")


@pytest.fixture
def tokens(tmp_path: Path) -> Tokens:
    return Tokens(tmp_path / "credentials" / "tokens.json")


def test_who_was_added_can_sign_in_with_every_role(people: People) -> None:
    people.add("A. Reader", (Role.SUPERVISOR, Role.AUDITOR), PASSWORD)
    person = people.check("A. Reader", PASSWORD)
    assert person
    assert person.name == "A. Reader"
    assert person.roles == (Role.SUPERVISOR, Role.AUDITOR)


@pytest.mark.parametrize(
    ("name", "password"),
    [("A. Reader", "another password"), ("Nobody", PASSWORD), ("A. Reader", ""), ("", "")],
)
def test_anybody_else_cannot(people: People, name: str, password: str) -> None:
    people.add("A. Reader", (Role.SUPERVISOR,), PASSWORD)
    assert people.check(name, password) is None


def test_an_endless_password_is_refused_without_work(people: People) -> None:
    people.add("A. Reader", (Role.SUPERVISOR,), PASSWORD)
    assert people.check("A. Reader", "x" * 1_000_000) is None


def test_added_again_a_person_has_the_new_password_and_roles_only(people: People) -> None:
    people.add("A. Reader", (Role.SUPERVISOR,), PASSWORD)
    people.add("A. Reader", (Role.AUDITOR,), "another password")
    assert people.check("A. Reader", PASSWORD) is None
    assert [person.roles for person in people.all()] == [(Role.AUDITOR,)]


def test_who_was_removed_cannot_sign_in(people: People) -> None:
    people.add("A. Reader", (Role.SUPERVISOR,), PASSWORD)
    assert people.remove("A. Reader")
    assert people.check("A. Reader", PASSWORD) is None
    assert not people.remove("A. Reader")


def test_no_password_is_kept_only_its_argon2_hash(people: People) -> None:
    person = people.add("A. Reader", (Role.SUPERVISOR,), PASSWORD)
    kept = people.path.read_text()
    assert PASSWORD not in kept
    assert "$argon2id$" in kept
    assert "$argon2id$" not in repr(person)


@pytest.mark.parametrize("role", [Role.DEVICE, Role.SYSTEM])
def test_a_person_is_no_device_and_no_system(people: People, role: Role) -> None:
    with pytest.raises(Trouble, match="tokens add"):
        people.add("A. Reader", (role,), PASSWORD)


@pytest.mark.parametrize(
    ("name", "roles", "password"),
    [
        ("", (Role.AUDITOR,), PASSWORD),
        ("a:b", (Role.AUDITOR,), PASSWORD),
        ("a\nb", (Role.AUDITOR,), PASSWORD),
        ("A. Reader", (), PASSWORD),
        ("A. Reader", (Role.AUDITOR,), "short"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    people: People, name: str, roles: tuple[Role, ...], password: str
) -> None:
    with pytest.raises(Trouble):
        people.add(name, roles, password)
    assert not people.path.exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_file_that_others_may_read_is_not_used(people: People, mode: int) -> None:
    people.add("A. Reader", (Role.AUDITOR,), PASSWORD)
    assert people.path.stat().st_mode & 0o777 == 0o600
    people.path.chmod(mode)
    with pytest.raises(Trouble, match="chmod 600"):
        people.check("A. Reader", PASSWORD)


def test_a_damaged_file_says_so_without_its_content(people: People, tokens: Tokens) -> None:
    for path, ask in ((people.path, people.all), (tokens.path, lambda: tokens.get("x"))):
        path.parent.mkdir(exist_ok=True)
        path.write_text('[{"name": "Canary"')
        path.chmod(0o600)
        with pytest.raises(Trouble, match="is damaged") as caught:
            ask()
        assert "Canary" not in str(caught.value)


def test_only_the_digest_of_a_token_is_kept(tokens: Tokens) -> None:
    token = tokens.add("system:cad")
    assert token not in tokens.path.read_text()
    assert dict(tokens) == {sha256(token.encode()).hexdigest(): "system:cad"}
    assert tokens.path.stat().st_mode & 0o777 == 0o600
    assert tokens.holder(token) == Holder("cad", Role.SYSTEM)
    assert tokens.holder("another") is None
    assert tokens.holder("\udcff\ud800") is None


def test_a_running_service_sees_a_token_added_or_removed_by_another_program(
    tokens: Tokens,
) -> None:
    running = Tokens(tokens.path)
    assert len(running) == 0
    token = tokens.add("device:A101")
    assert running.holder(token) == Holder("A101", Role.DEVICE)
    assert Tokens(tokens.path).remove("device:A101") == 1
    assert running.holder(token) is None


def test_a_holder_may_have_two_tokens_while_they_are_changed(tokens: Tokens) -> None:
    first, second = tokens.add("system:cad"), tokens.add("system:cad")
    assert tokens.holder(first) == tokens.holder(second)


def test_a_token_of_a_person_carries_one_role() -> None:
    assert read_holder("person:A. Reader:marking_team") == Holder("A. Reader", Role.MARKING_TEAM)


@pytest.mark.parametrize(
    "text",
    ["", "cad", "system:", "system:a b", "person:A. Reader", "person:A:device", "person::auditor",
     "person:A:boss", "device:A:B"],
)  # fmt: skip
def test_what_is_no_holder_is_refused_with_the_form(tokens: Tokens, text: str) -> None:
    with pytest.raises(Trouble, match="person:NAME:ROLE"):
        tokens.add(text)
