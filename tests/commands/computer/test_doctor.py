"""The doctor reports every part, and only a spoken conversation that works ends with 0."""

from __future__ import annotations

import json

import pytest

from desktop_app.commands.computer import doctor
from desktop_app.commands.computer.examinations.finding import Finding, Verdict
from desktop_app.errors import DeviceError


def _finding(verdict: Verdict) -> doctor.Examination:
    async def examination() -> Finding:
        return Finding("part", verdict, "found.")

    return examination


async def _no_microphone() -> Finding:
    raise DeviceError("device.no_input", "No microphone was found.")


async def test_an_error_becomes_a_problem_with_a_next_step_and_the_rest_goes_on():
    told: list[Finding] = []
    findings = await doctor.examine(
        {"microphone": _no_microphone, "service": _finding(Verdict.OK)}, told.append
    )
    assert findings == told
    assert findings[0].verdict is Verdict.PROBLEM
    assert findings[0].text == "No microphone was found."
    assert findings[0].advice.startswith("Connect a microphone")
    assert findings[1].verdict is Verdict.OK


@pytest.mark.parametrize(
    ("verdicts", "possible"),
    [
        ((Verdict.OK, Verdict.OK), True),
        ((Verdict.OK, Verdict.WARNING), True),
        ((Verdict.WARNING, Verdict.PROBLEM), False),
    ],
)
async def test_only_a_problem_makes_a_conversation_impossible(verdicts, possible):
    parts = {str(number): _finding(verdict) for number, verdict in enumerate(verdicts)}
    assert doctor.can_converse(await doctor.examine(parts)) is possible


def test_a_finding_is_one_line_for_people(capsys):
    doctor._print(Finding("keyring", Verdict.WARNING, "It is locked.", "Unlock it."))
    assert capsys.readouterr().out == "warning  keyring         It is locked. Next: Unlock it.\n"


def test_a_finding_is_one_object_for_programs(capsys):
    doctor._print_json(Finding("keyring", Verdict.OK, "Secret Service.\nTwo lines"))
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"part": "keyring", "verdict": "ok", "text": "Secret Service.\nTwo lines", "advice": ""}
    ]


@pytest.mark.parametrize(("verdict", "code"), [(Verdict.WARNING, 0), (Verdict.PROBLEM, 2)])
def test_the_exit_code_says_whether_a_conversation_is_possible(monkeypatch, capsys, verdict, code):
    async def examined(*_: object) -> list[Finding]:
        return [Finding("microphone", verdict, "found.")]

    monkeypatch.setattr(doctor, "_examined", examined)
    assert doctor.main() == code
    assert ("not possible" in capsys.readouterr().out) is bool(code)
