"""``parley doctor``: says of this machine, part by part, whether a conversation is possible.

Nothing is changed: the service is tried out on a folder of its own, which is removed again.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial

from desktop_app.commands.computer.examinations.finding import Finding, Verdict
from desktop_app.errors import AppError, StorageError

_IMPOSSIBLE = 2
_KEYRING_LIMIT_S = 5.0
_ADVICE = {
    "device.no_input": "Connect a microphone; on Linux, start PulseAudio or PipeWire.",
    "device.no_output": "Connect a loudspeaker; on Linux, start PulseAudio or PipeWire.",
    "device.refused": "Close the program that uses it, or allow its use in the system settings.",
    "device.silent": "Unplug it and plug it in again, or choose another one.",
    "device.lost": "Plug it in again, or choose another one.",
    "child.ended": "Run `parley serve` to see what it says.",
    "child.silent": "Close programs that keep this computer busy, and try again.",
}


Examination = Callable[[], Awaitable[Finding]]


async def examine(
    examinations: Mapping[str, Examination], tell: Callable[[Finding], None] = lambda _: None
) -> list[Finding]:
    """Examine one part after the other; a part that fails is a problem, not the end.

    Args:
        examinations: What to do for each part, in this order.
        tell: Told each finding when it is made.
    """
    findings = []
    for part, examination in examinations.items():
        try:
            finding = await examination()
        except AppError as error:
            finding = Finding(part, Verdict.PROBLEM, str(error), _ADVICE.get(error.code, ""))
        findings.append(finding)
        tell(finding)
    return findings


def can_converse(findings: Sequence[Finding]) -> bool:
    """Whether a spoken conversation is possible."""
    return all(finding.verdict is not Verdict.PROBLEM for finding in findings)


def main(*, as_json: bool = False) -> int:
    """Examine this machine and print the findings as they are made.

    Returns:
        0 when a conversation is possible, 2 when it is not.
    """
    findings = asyncio.run(_examined(os.environ, _print_json if as_json else _print))
    possible = can_converse(findings)
    if not as_json:
        last = "A conversation is possible." if possible else "A conversation is not possible yet."
        sys.stdout.write(f"\n{last}\n")
    return 0 if possible else _IMPOSSIBLE


async def _examined(
    environment: Mapping[str, str], tell: Callable[[Finding], None]
) -> list[Finding]:
    # Imported here: --help must not load sound and network.
    from desktop_app.audio.portaudio import SoundSystem
    from desktop_app.commands.computer.examinations import machine, service, sound
    from desktop_app.credentials import Credentials

    system = SoundSystem()
    examinations: dict[str, Examination] = {
        "versions": machine.versions,
        "data folder": partial(machine.data_folder, environment),
        "journal": partial(machine.journal, environment),
        "keyring": partial(machine.keyring, Credentials(answer_within_s=_KEYRING_LIMIT_S)),
        "sound devices": partial(sound.devices, system),
        "microphone": partial(sound.microphone, system),
        "loudspeaker": partial(sound.loudspeaker, system),
        "service": service.conversation,
        "language model": partial(service.language_models, _with_settings(environment)),
    }
    try:
        return await examine(examinations, tell)
    finally:
        await system.aclose()


def _with_settings(environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment that a service of this person would be started in."""
    from desktop_app import settings
    from desktop_app.paths import find_paths
    from desktop_app.processes.service_child import service_environment

    try:
        language = settings.load(find_paths(environment).settings).language
    except StorageError:
        return environment
    return {**service_environment(language), **environment}


def _print(finding: Finding) -> None:
    advice = f" Next: {finding.advice}" if finding.advice else ""
    sys.stdout.write(f"{finding.verdict:<8} {finding.part:<15} {finding.text}{advice}\n")
    sys.stdout.flush()


def _print_json(finding: Finding) -> None:
    line = {
        "part": finding.part,
        "verdict": finding.verdict,
        "text": finding.text,
        "advice": finding.advice,
    }
    sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
    sys.stdout.flush()
