"""``parley assistants`` from beginning to end."""

from __future__ import annotations

import json

import pytest

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "Weather now",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
def tools(tmp_path):
    path = tmp_path / "tools.json"
    path.write_text(json.dumps([WEATHER]))
    return path


def test_one_is_made_with_all_that_the_api_knows_and_shown(shell, tools):
    made = shell.value(
        *("assistants", "create", "Ada", "--description", "Helps", "--system-prompt", "Be kind."),
        *("--tools", tools, "--tok-k", 7, "--fact-prompt", "Find facts.", "--memory-prompt", "Up."),
    )
    shown = shell.value("assistants", "show", "Ada")
    assert shown == shell.value("assistants", "show", made["assistant_id"]) == made
    assert (shown["description"], shown["system_prompt"], shown["tok_k"]) == (
        "Helps",
        "Be kind.",
        7,
    )
    assert shown["tools"] == [WEATHER]
    assert shown["custom_fact_extraction_prompt"] == "Find facts."
    assert shown["custom_update_memory_prompt"] == "Up."
    text = shell.text("assistants", "show", "Ada")
    assert "get_weather(city)  Weather now" in text
    assert "passages" in text


def test_what_is_not_given_stays_as_it_was(shell, tools):
    shell.text("assistants", "create", "Old", "--description", "Stays", "--tools", tools)
    changed = shell.value("assistants", "update", "Old", "--name", "New", "--tok-k", 3)
    assert (changed["name"], changed["tok_k"], changed["description"]) == ("New", 3, "Stays")
    assert changed["tools"] == [WEATHER]
    assert "nothing to change" in shell.refusal("assistants", "update", "New")
    assert "no assistant" in shell.refusal("assistants", "update", "Old", "--tok-k", 3)


def test_a_copy_has_documents_and_memories_unless_they_are_not_wanted(shell, tmp_path):
    notes = tmp_path / "notes.txt"
    notes.write_text("Roses are red.")
    shell.text("assistants", "create", "Source")
    shell.text("documents", "add", notes, "--assistant", "Source")
    shell.text("memories", "add", "I like tea", "--assistant", "Source")
    whole = shell.text("assistants", "clone", "Source")
    assert "Made Source Copy" in whole
    assert "with 1 document and 1 memory" in whole
    bare = shell.value(
        *("assistants", "clone", "Source", "--name", "Bare", "--system-prompt", "Be brief."),
        *("--no-documents", "--no-memories"),
    )
    assert (bare["documents_cloned"], bare["memories_cloned"]) == (0, 0)
    assert bare["assistant"]["system_prompt"] == "Be brief."


def test_deleting_is_asked_for_and_refused_where_nobody_can_be_asked(shell):
    for name in ("One", "Two"):
        shell.text("assistants", "create", name)
    assert "add --yes" in shell.refusal("assistants", "delete", "One")
    deleted = shell.value("assistants", "delete", "One", "Two", "--yes")
    assert [one["deleted"] for one in deleted] == [True, True]
    names = [one["name"] for one in shell.value("assistants", "list")]
    assert not {"One", "Two"} & set(names)


def test_what_was_deleted_before_a_failure_is_still_told(shell):
    shell.text("assistants", "create", "Last")
    done = shell.run("assistants", "delete", "Last", "Nobody", "--yes", "--json")
    assert done.code == 2
    assert len(json.loads(done.out)) == 1
    assert json.loads(done.err)["error"]["code"] == "assistant.unknown"


def test_names_mean_one_assistant_each(shell):
    shell.text("assistants", "create", "Twin")
    assert "already" in shell.refusal("assistants", "create", "Twin")
    assert "needs a name" in shell.refusal("assistants", "create", " ")


def test_a_model_for_vectors_is_named_in_full(shell):
    refused = shell.refusal("assistants", "create", "Vector", "--embedding", "text-embedding")
    assert "PROVIDER/NAME" in refused
