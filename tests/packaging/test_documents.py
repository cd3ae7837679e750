"""What the documents name is there, and what they must name is in them."""

from __future__ import annotations

import importlib.util
import re
import tomllib

import pytest
from console import ROOT

DOCUMENTS = ("README.md", "NOTICE.md", "CHANGELOG.md", "desktop_app/ARCHITECTURE.md")
MADE_LATER = {
    "out/",
    "out/bench",
    "out/journeys",
    ".venv",
    ".venv/bin/parley",
    "engine.json",
    "service.json",
    "settings.json",
}
"""What a checkout does not hold: it is made by running Parley."""
_CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_LOOKS_LIKE_A_PATH = re.compile(
    r"\.?[\w\-./]+(/|\.(py|md|toml|lock|json|png|html))|[\w\-.]+/[\w\-./]+"
)


def words_of(document: str) -> list[str]:
    """Everything between backticks, outside of drawings."""
    text = _CODE_BLOCK.sub("", (ROOT / document).read_text(encoding="utf-8"))
    return re.findall(r"`([^`\n]+)`", text)


def paths_in(document: str) -> list[str]:
    """The words that name a file or folder, and the targets of links and pictures."""
    named = [word for word in words_of(document) if _LOOKS_LIKE_A_PATH.fullmatch(word)]
    text = (ROOT / document).read_text(encoding="utf-8")
    linked = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    return [path for path in named + linked if path not in MADE_LATER]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_path_that_a_document_names_exists(document):
    places = (ROOT, ROOT / "desktop_app", (ROOT / document).parent)
    missing = [
        path for path in paths_in(document) if not any((place / path).exists() for place in places)
    ]
    assert not missing


def test_paths_are_found_where_they_are_named():
    tour = set(paths_in("README.md"))
    assert {"resources/pictures/window-light.png", "engine/machine.py", "tests/journeys"} <= tour


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_name_in_code_that_a_document_names_exists(document):
    for word in set(words_of(document)) - set(paths_in(document)) - MADE_LATER:
        if re.fullmatch(r"[a-z_]+(\.\w+)+", word) and _is_ours(word.partition(".")[0]):
            module, _, name = f"desktop_app.{word}".rpartition(".")
            known = set(dir(importlib.import_module(module)))
            assert name in known or importlib.util.find_spec(f"{module}.{name}"), word


def _is_ours(part: str) -> bool:
    home = ROOT / "desktop_app" / part
    return home.is_dir() or home.with_suffix(".py").exists()


def test_the_commands_of_the_readme_are_those_of_dev_py():
    import dev

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"python3 packaging/dev\.py (\w+)", readme))
    known = {action.dest: action for action in dev._parser()._actions}["command"].choices
    assert named == set(known)


def layers_of(container: str) -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    [contract] = [
        one
        for one in project["tool"]["importlinter"]["contracts"]
        if one["type"] == "layers" and one["containers"] == [container]
    ]
    return {name for layer in contract["layers"] for name in layer.split(" | ")}


def test_the_layers_on_paper_are_the_layers_that_are_enforced():
    paper = (ROOT / "desktop_app" / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = paper.partition("| layer | parts |")[2].partition("\n\n")[0]
    assert layers_of("desktop_app") <= set(re.findall(r"`(\w+)`", table))


@pytest.mark.parametrize("room", ["commands", "processes"])
def test_the_rooms_that_are_enforced_are_named(room):
    assert layers_of(f"desktop_app.{room}") <= set(words_of("desktop_app/ARCHITECTURE.md"))
