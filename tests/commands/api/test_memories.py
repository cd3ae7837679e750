"""``parley memories`` from beginning to end."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def name(shell, request):
    name = request.node.name[:60]
    shell.text("assistants", "create", name)
    return name


def test_a_fact_is_kept_shown_replaced_and_forgotten(shell, name):
    of = ("--assistant", name)
    saved = shell.value("memories", "add", "I like tea", "--metadata", '{"from": "diary"}', *of)
    one = ("memories", "show", saved["memory_id"], *of)
    assert shell.value(*one)["metadata"] == {"from": "diary"}
    assert "from diary" in shell.text(*one)
    assert "I like coffee" in shell.text(
        "memories", "update", saved["memory_id"], "I like coffee", *of
    )
    assert shell.value(*one)["content"] == "I like coffee"
    [gone] = shell.value("memories", "delete", saved["memory_id"], *of)
    assert gone == {"memory_id": saved["memory_id"], "deleted": True}
    assert "not found" in shell.refusal(*one).lower()


def test_they_are_listed_and_searched_with_their_scores(shell, name):
    of = ("--assistant", name)
    shell.text("memories", "add", "The dentist is called Weber", *of)
    shell.text("memories", "add", "The cat likes tuna", *of)
    listed = [one["content"] for one in shell.value("memories", "list", *of)]
    assert sorted(listed) == ["The cat likes tuna", "The dentist is called Weber"]
    best = shell.value("memories", "search", "who is the dentist", "--limit", 1, *of)
    assert [one["content"] for one in best] == ["The dentist is called Weber"]
    head, *rows = shell.text("memories", "search", "dentist", *of).splitlines()
    assert head.startswith("score")
    assert "Weber" in rows[0]


def test_all_is_forgotten_only_when_it_is_meant(shell, name):
    of = ("--assistant", name)
    shell.text("memories", "add", "I like tea", *of)
    assert "add --yes" in shell.refusal("memories", "reset", *of)
    assert shell.value("memories", "stats", *of)["total_memories"] == 1
    assert shell.text("memories", "reset", "--yes", *of) == "Forgot everything (1 memory)\n"
    assert shell.value("memories", "list", *of) == []


def test_they_are_summed_up(shell, name):
    of = ("--assistant", name)
    shell.text("memories", "add", "I like green tea", *of)
    assert shell.value("memories", "insights", *of)["snapshot"]["total_memories"] == 1
    text = shell.text("memories", "insights", *of)
    assert "total memories 1" in text
    assert "- word green, memories 1" in text
    asked = ("ask", "Remember that my cat is called Momo.", "--model", "builtin/basic")
    shell.text(*asked, "--memory", "auto", *of)
    text = shell.text("memories", "insights", *of)
    assert re.search(r"\n +memory ids\n +- id \S+, event ADD, memory my cat is called Momo\n", text)
    first, *_, last = shell.text("memories", "stats", *of).splitlines()
    assert first.split() == ["memories", "2"]
    assert last.split() == ["limits", "max", "characters", "per", "memory", "10000"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", " "), "text is empty"),
        (("search", ""), "nothing to search"),
        (("search", "x", "--limit", "51"), "from 1 to 50"),
        (("add", "x", "--metadata", "{"), "not JSON"),
        (("add", "x", "--metadata", "[1]"), "JSON object"),
        (("operation", "nonsense"), "not found"),
        (("show", "nonsense"), "not found"),
        (("list", "--assistant", "Nobody"), "no assistant"),
    ],
)
def test_nonsense_is_refused_in_words(shell, arguments, words):
    assert words.lower() in shell.refusal("memories", *arguments).lower()


def test_what_is_remembered_is_known_to_the_answer(shell, name):
    shell.text("memories", "add", "My dentist is called Weber", "--assistant", name)
    asked = ("ask", "what is my dentist called", "--model", "builtin/basic")
    assert "Weber" in shell.text(*asked, "--assistant", name)
