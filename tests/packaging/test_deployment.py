"""The gateway's unit and container file name what exists and start what is understood."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from configparser import RawConfigParser
from pathlib import Path

import pytest

from desktop_app import cli

ROOT = Path(__file__).parents[2]
LINUX = ROOT / "packaging/linux"
UNIT = LINUX / "parley-gateway.service"
CONTAINER = LINUX / "Containerfile"


def unit() -> dict[str, dict[str, str]]:
    """Sections and their keys; a key that stands twice (the system calls) keeps its last value."""
    parser = RawConfigParser(strict=False, comment_prefixes="#", delimiters="=")
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd's are exact
    parser.read_string(UNIT.read_text("utf-8"))
    return {name: dict(parser[name]) for name in parser.sections()}


def statements() -> list[tuple[str, str]]:
    """Keyword and words of each, continued lines joined."""
    lines = [line for line in CONTAINER.read_text("utf-8").splitlines() if line[:1] != "#"]
    joined = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [(line.split()[0], line.partition(" ")[2]) for line in joined.splitlines() if line]


def started(words: list[str]) -> object:
    """What the command line makes of it."""
    assert Path(words[0]).name == "parley"
    return cli._parser().parse_args(words[1:])


def test_the_unit_starts_a_gateway_on_this_computer_with_the_operators_settings():
    service = unit()["Service"]
    options = started(shlex.split(service["ExecStart"]))
    assert options.gateway
    assert options.host == "127.0.0.1"
    name, _, path = service["LoadCredential"].partition(":")
    assert str(options.env_file) == f"%d/{name}"
    assert path in UNIT.read_text("utf-8").split("[Unit]")[0], (
        "the comment says where it comes from"
    )


def test_the_unit_takes_away_what_a_gateway_does_not_need():
    service = unit()["Service"]
    assert service["DynamicUser"] == "yes"
    assert service["CapabilityBoundingSet"] == ""
    for name in (
        "NoNewPrivileges",
        "PrivateTmp",
        "PrivateDevices",
        "ProtectHome",
        "RestrictSUIDSGID",
    ):
        assert service[name] == "yes"
    assert service["ProtectSystem"] == "strict"
    assert set(service["RestrictAddressFamilies"].split()) == {"AF_INET", "AF_INET6", "AF_UNIX"}


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd is not on this computer"
)
def test_systemd_understands_every_line_of_the_unit(tmp_path):
    text = UNIT.read_text("utf-8").replace("/opt/parley/bin/parley", sys.executable)
    copy = tmp_path / UNIT.name
    copy.write_text(text, "utf-8")
    said = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert UNIT.name not in said.stderr, said.stderr


def test_every_file_that_the_container_copies_is_there():
    copied = [words.split() for keyword, words in statements() if keyword == "COPY"]
    ours = [name for words in copied if not words[0].startswith("--from") for name in words[:-1]]
    assert len(ours) >= 7
    for name in ours:
        assert (ROOT / name).exists(), name


def test_the_container_installs_all_that_is_locked_but_the_window(tmp_path):
    (command,) = [words for _, words in statements() if "gateway.lock" in words]
    filtering = command.partition("&&")[0].strip()
    assert filtering.startswith("sed ")
    shutil.copy(ROOT / "requirements.lock", tmp_path)
    subprocess.run(["sh", "-c", filtering], cwd=tmp_path, check=True)
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    running = lock.partition("# For tests and checks")[0]
    kept = names(tmp_path.joinpath("gateway.lock").read_text("utf-8"))
    assert names(running) - kept == Counter(["pyside6-essentials", "shiboken6", "qasync"])
    assert (tmp_path / "gateway.lock").read_text("utf-8").count("--hash=") > 100


def names(lock: str) -> Counter[str]:
    return Counter(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))


def test_the_container_starts_a_gateway_for_others_that_runs_without_a_right():
    given = dict(statements())
    options = started(eval(given["ENTRYPOINT"]))
    assert options.gateway
    assert options.host == "0.0.0.0"
    assert str(options.port) == given["EXPOSE"]
    assert f":{options.port}/health" in given["HEALTHCHECK"]
    assert given["USER"] != "0"
    assert given["USER"] in next(words for _, words in statements() if "useradd" in words)


def test_a_gateway_starts_without_the_windows_packages():
    hidden = "import sys; sys.modules.update(dict.fromkeys(('PySide6', 'shiboken6', 'qasync')))"
    code = f"{hidden}; import desktop_app.service.gateway.serving.gateway_main"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
