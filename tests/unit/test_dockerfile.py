"""How the tests read docker/Dockerfile: what they do not know they refuse, so that no step of the
image goes untried."""

from pathlib import Path

import pytest

from tests.dockerfile import Build, Image, UnknownStep, in_context

DOCKER = Path(__file__).parents[2] / "docker"


def _build(tmp_path: Path, text: str, ran: list[str]) -> Image:
    for name in ("base/etc", "context/code", "stages"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "context/code/main.py").write_text("print()")
    (tmp_path / "context/code/.secret").write_text("a key")
    build = Build(
        tmp_path / "base", tmp_path / "context", ["*", "!code", "**/.secret"], tmp_path / "stages",
        lambda _, line: ran.append(line),
    )  # fmt: skip
    return build.build(text)


def test_the_last_stage_has_what_it_copies_and_what_it_says(tmp_path: Path) -> None:
    ran = list[str]()
    image = _build(
        tmp_path,
        "# a comment\nARG PYTHON=python:3\n\nFROM ${PYTHON} AS build\nCOPY . /source\n"
        "RUN make /source\nFROM ${PYTHON}\nCOPY --from=build /source/code /opt/code\n"
        "COPY --chmod=0600 code/main.py /etc/main.py\nENV PATH=/opt:$PATH A=b\nUSER 7:7\n"
        'EXPOSE 80 81\nHEALTHCHECK --retries=3 CMD ["look", "here"]\nENTRYPOINT ["main"]\n'
        'CMD ["run"]\nVOLUME /data\nSTOPSIGNAL SIGINT\n',
        ran,
    )
    found = {str(path.relative_to(image.root)) for path in image.root.rglob("*")}
    assert found == {"etc", "etc/main.py", "opt", "opt/code", "opt/code/main.py"}
    assert (image.root / "etc/main.py").stat().st_mode & 0o777 == 0o600
    assert ran == ["make /source"]
    assert image.environ["PATH"].startswith("/opt:/usr/local/bin:")
    assert (image.environ["A"], image.user, set(image.ports)) == ("b", "7:7", {80, 81})
    assert (image.entrypoint, image.command, image.health) == (
        ("main",),
        ("run",),
        ("look", "here"),
    )
    assert (image.volumes, image.stop_signal) == (("/data",), "SIGINT")


@pytest.mark.parametrize(
    "line",
    ["ONBUILD RUN true", "ADD a /a", "COPY --link code /code", "COPY --chown=7:7 code /code",
     "COPY --chmod=0700 code /code",
     "RUN --mount=type=cache,target=/c true", "RUN true \\", "RUN <<END", "ENTRYPOINT main",
     "HEALTHCHECK --start-interval=1s CMD [\"look\"]", "HEALTHCHECK NONE", "FROM scratch"],
)  # fmt: skip
def test_a_step_that_is_not_known_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(UnknownStep, match=r"line 3: .* is not known to the tests"):
        _build(tmp_path, f"ARG PYTHON=python:3\nFROM ${{PYTHON}}\n{line}\n", [])


def test_the_step_s_own_program_is_what_is_run(tmp_path: Path) -> None:
    ran = list[str]()
    _build(tmp_path, "ARG P=p\nFROM ${P}\nRUN make --all=1 a\n", ran)
    assert ran == ["make --all=1 a"]


@pytest.mark.parametrize(
    ("path", "kept"),
    [("middleware/app.py", True), ("docker/install", True), ("pyproject.toml", True),
     ("middleware/ops/__pycache__/clock.pyc", False), (".git/config", False),
     ("forewarn-state/journal", False), ("tests/needs.py", False), (".venv/bin/python", False)],
)  # fmt: skip
def test_the_image_s_context_has_the_product_alone(path: str, *, kept: bool) -> None:
    patterns = (DOCKER / "Dockerfile.dockerignore").read_text().split()
    assert in_context(path, patterns) is kept
