"""Fields of a message are taken by name, with the kind of value that each has."""

from __future__ import annotations

import json

import pytest

from desktop_app.commands.questions import message_fields
from desktop_app.errors import InputError


def test_values_are_json_where_the_field_takes_it_and_text_elsewhere():
    given = ["json_output=true", 'metadata={"a": 1}', "web_search=off", "system_prompt=7 = seven"]
    assert message_fields.read(given) == {
        "json_output": True,
        "metadata": {"a": 1},
        "web_search": "off",
        "system_prompt": "7 = seven",
    }


def test_typed_questions_keep_their_shape():
    asked = {"questions": {"a": {"type": "noul", "instructions": "Is it urgent?"}}}
    assert message_fields.read([f"system_one={json.dumps(asked)}"]) == {"system_one": asked}


def test_a_text_that_looks_like_a_number_stays_a_text():
    assert message_fields.read(["system_prompt=7"]) == {"system_prompt": "7"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("json_output", "NAME=VALUE"),
        ("nonsense=1", "one of .*web_search"),
        ("voice={}", "--audio and --speak"),
        ("content=x", "the question itself"),
        ("stream=true", "answers are streamed"),
        ('system_one={"questions": {"a": {"type": "poem"}}}', "system_one does not take"),
        ("json_output=perhaps", "json_output does not take"),
        ("metadata=[1]", "metadata does not take"),
        ("metadata=" + "[" * 100_000, "metadata does not take"),
    ],
)
def test_what_no_field_takes_is_refused(given, words):
    with pytest.raises(InputError, match=words):
        message_fields.read([given])
