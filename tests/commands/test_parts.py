"""What commands know of the person's own threads."""

from __future__ import annotations

from desktop_app.commands.parts import CommandParts
from desktop_app.journal.reader import JournalReader
from desktop_app.journal.writer import JournalWriter
from desktop_app.profiles import Profile
from desktop_app.protocol.commands import Answerer
from desktop_app.settings import Settings, SpeechSettings


async def test_bar_45_commands_follow_whom_a_person_chose_for_a_thread(tmp_path):
    journal = await JournalWriter.open(tmp_path)
    await journal.choose_answerer("chosen", 1.0, Answerer("openai/gpt-4.1", "tutor"))
    settings = Settings(speech={"p": SpeechSettings(model="a/b")})

    async def nowhere():
        raise AssertionError("no service is asked")

    parts = CommandParts(
        settings,
        Profile("p"),
        nowhere,
        journal,
        tmp_path,
        tmp_path,
        JournalReader(tmp_path),
        journal,
    )
    assert await parts.answerer_of("chosen") == Answerer("openai/gpt-4.1", "tutor")
    assert await parts.answerer_of("not begun") == Answerer("a/b")
    await journal.aclose()
