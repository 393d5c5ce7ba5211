"""docs/running.md, block by block on a real service with SQLite: install, back up, restore, upgrade
and roll back (O4, E1); and the units of systemd as its own tools see them (E2)."""

import asyncio
import os
import re
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from adapters.stores.sqlite import SqliteJournal
from middleware.engine.entry import Entry
from middleware.flow.header import take_apart
from middleware.flow.records import digest, seal
from middleware.ops.keys import FileKeys
from schemas.incident import IncidentUpdated
from tests.golden.examples import AT, event
from tests.needs import require
from tests.service_process import PATIENCE_S, ROOM, choose_ports
from tests.systemd import PAGE, REPOSITORY, UNIT, Machine, Site, blocks, sections_with_commands

pytestmark = pytest.mark.timeout(600)
RUN = ("Install", "Back up", "Restore", "Upgrade", "Roll back")
SOUND = "sound: the journal is what was written"
EXPOSED = 2.0
"""What `systemd-analyze security` may find at most, of 10."""
ON_THE_MACHINE = """
docker/install . /opt/forewarn
sudo install -D -m 755 docker/systemd/forewarn-backup /usr/local/sbin/forewarn-backup
sudo install -D -m 644 docker/systemd/forewarn.sysusers /etc/sysusers.d/forewarn.conf
sudo systemd-sysusers
sudo install -m 644 docker/systemd/*.service docker/systemd/*.timer /etc/systemd/system
"""
AMI = """
[source.asterisk_ami]
connect = "127.0.0.1:{port}"
password_file = "/run/credentials/forewarn.service/secrets_ami"
"""


@dataclass(slots=True)
class SqliteSite(Site):
    """With its journal on SQLite."""

    def is_up(self) -> bool:
        return psutil.pid_exists(self.pid) and (
            psutil.Process(self.pid).status() != psutil.STATUS_ZOMBIE
        )

    def install(self) -> None:
        """As the page says, with the secret of an exchange beside it."""
        self.prepare()
        config = (REPOSITORY / "docker" / "systemd" / "forewarn.toml").read_text()
        self.configured(config + AMI.format(port=choose_ports()["ami"]))
        self.secret("ami", "the secret of the exchange")
        self.token = self.does("Install").strip().splitlines()[-1]

    async def records(self) -> list[bytes]:
        journal = SqliteJournal(self.state / "journal.sqlite")
        try:
            return [record async for _, record in journal.read(0)]
        finally:
            await journal.close()

    async def written_by_a_newer_version(self) -> None:
        """One more record, of a version that this build does not know."""
        records, keys = await self.records(), FileKeys(self.state / "keys")
        journal = SqliteJournal(self.state / "journal.sqlite")
        token = await journal.acquire()
        entry = Entry(len(records) + 1, AT, event("incident.updated"), None, ())
        with pytest.MonkeyPatch.context() as newer:
            newer.setattr(IncidentUpdated, "version", 2)
            record = seal(entry, room=ROOM, token=token, previous=digest(records[-1]), keys=keys)
        await journal.append(len(records), token, [record])
        await journal.close()


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[SqliteSite]:
    console, broker, http, tcp, _ = choose_ports().values()
    site = SqliteSite(tmp_path, {8100: console, 1883: broker, 8101: http, 8102: tcp})
    try:
        await asyncio.to_thread(site.install)
        yield site
    finally:
        await asyncio.to_thread(site.shell, f"systemctl stop {UNIT}")


async def test_o4_e1_what_the_copy_has_is_there_again_and_the_rest_can_be_said_again(
    site: SqliteSite,
) -> None:
    assert [await site.says(n) for n in (1, 2)] == ["taken", "taken"]
    assert SOUND in await asyncio.to_thread(site.does, "Back up")
    until_ready = blocks("Install")[0].splitlines()[-1]
    await asyncio.to_thread(site.shell, f"systemctl restart {UNIT}; {until_ready}")
    assert [await site.says(n) for n in (3, 2)] == ["taken", "known"]
    before = await site.records()

    assert SOUND in await asyncio.to_thread(site.does, "Restore")
    restored = await site.records()
    assert restored[:1] == before[:1]
    assert _writer(restored[-1]) > _writer(before[-1]), "devices hear who comes later"
    assert [await site.says(n) for n in (1, 2, 3)] == ["known", "known", "taken"]
    assert [one.stat().st_mode & 0o077 for one in (site.state, *site.state.glob("*"))].count(0) > 4


async def test_e4_a_key_that_was_deleted_is_in_no_copy_any_more(site: SqliteSite) -> None:
    kept = site.root / "var" / "lib" / "forewarn-backup-keys" / "keys"
    erased = site.state / "keys" / "of-somebody.key"
    erased.touch(mode=0o600)
    erased.write_bytes(b"k" * 32)
    await asyncio.to_thread(site.does, "Back up")
    assert (kept / erased.name).exists()
    assert not list((site.root / "var" / "lib" / "forewarn-backup").glob("**/*.key"))
    erased.unlink()
    await asyncio.to_thread(site.does, "Back up")
    assert {one.name for one in kept.iterdir()} == {o.name for o in (site.state / "keys").iterdir()}


async def test_o4_a_newer_version_takes_over_and_the_older_one_comes_back(site: SqliteSite) -> None:
    assert await site.says(1) == "taken"
    for section, version in (("Upgrade", "0.2.0"), ("Roll back", "0.1.0")):
        await asyncio.to_thread(site.does, section)
        assert site.installed_at == f"forewarn-{version}"
        assert await site.says(1) == "known"
    assert await site.says(2) == "taken"

    await asyncio.to_thread(site.shell, f"systemctl stop {UNIT}")
    await site.written_by_a_newer_version()
    records = await site.records()
    await asyncio.to_thread(site.shell, f"systemctl start {UNIT}")
    async with asyncio.timeout(PATIENCE_S):
        while site.is_up():  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    assert f"position {len(records)}" in site.log()
    assert await site.records() == records, "it changed nothing"

    await asyncio.to_thread(site.does, "Restore")
    assert [await site.says(n) for n in (1, 2)] == ["known", "taken"], "as of before the upgrade"


def test_without_a_journal_there_nothing_is_made_and_the_remedy_is_said(tmp_path: Path) -> None:
    """As with a journal on Redis."""
    folders = [tmp_path / name for name in ("state", "copies", "keys")]
    for folder in folders:
        folder.mkdir()
    command = [REPOSITORY / "docker" / "systemd" / "forewarn-backup", *folders]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, "docs/redis-backup.md" in done.stderr) == (2, True)
    assert not [one for folder in folders for one in folder.iterdir()]


def test_every_block_of_the_page_is_run() -> None:
    assert sections_with_commands(PAGE) == RUN


def test_e2_the_units_are_what_systemd_takes_and_leave_little_exposed(tmp_path: Path) -> None:
    """Its own tools say so; the user is what sysusers makes."""
    machine, analyze = Machine(tmp_path, {}), require("systemd-analyze")
    machine.prepare()
    machine.shell(ON_THE_MACHINE)
    units = sorted(str(unit) for unit in (tmp_path / "etc/systemd/system").iterdir())
    _succeeds(analyze, "verify", "--man=no", *units)
    for unit in (unit for unit in units if unit.endswith(".service")):
        threshold = f"--threshold={EXPOSED * 10:.0f}"
        _succeeds(analyze, "security", "--offline=true", threshold, unit)
        text = Path(unit).read_text()
        assert "\nUser=forewarn\n" in text
        assert "WatchdogSec" not in text, "the service does not notify"
    assert re.search(r"^forewarn:", (tmp_path / "etc/passwd").read_text(), re.MULTILINE)


def _writer(record: bytes) -> int:
    return take_apart(record, None)[1].token


def _succeeds(*command: str) -> None:
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=os.environ | {"COLUMNS": "200"}
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr + done.stdout[-500:]
