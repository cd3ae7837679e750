"""Conversations as Markdown and HTML: whole, escaped, and on their own."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from desktop_app.errors import InputError, StoppedError, StorageError
from desktop_app.export.exporting import ExportWish, Format, export_threads
from desktop_app.export.watch import Watch
from desktop_app.journal.records import MessageStatus, Role
from desktop_app.journal.writer import JournalWriter
from tests.export.conftest import PICTURE, message, picture, thread
from tests.fakes.films import film

HOSTILE = '<script>alert(1)</script><img src=http://evil/x onerror="x">\'&amp;'


def export(folder: Path, to: Path, *thread_ids: str) -> str:
    export_threads(ExportWish(folder, to, Format(to.suffix[1:]), thread_ids))
    return to.read_text(encoding="utf-8")


class Page(HTMLParser):
    """Tags, addresses and words of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.addresses: list[str] = []
        self.words = ""
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.addresses += [value or "" for name, value in attrs if name in ("src", "href", "url")]

    def handle_data(self, data: str) -> None:
        self.words += data


async def test_a_page_holds_all_that_was_said_in_order(filled, tmp_path):
    page = Page(export(filled, tmp_path / "all.html"))
    places = [
        page.words.index(one)
        for one in (
            "Trams & <Lisbon>",
            "How old is <b>it</b>?",
            "Very old.\nIndeed.",
            "interrupted",
            "The service cannot be reached",
            "New conversation",
            "olá 🎄",
        )
        if one != "interrupted"
    ]
    assert places == sorted(places)
    assert "interrupted" in page.words
    assert "with plan.txt" in page.words
    assert "builtin/basic" in page.words


async def test_a_page_needs_nothing_else(filled, tmp_path):
    page = Page(export(filled, tmp_path / "all.html"))
    [address] = page.addresses
    assert address == "data:image/png;base64," + base64.b64encode(PICTURE).decode()
    assert "script" not in page.tags
    assert "link" not in page.tags


async def test_nothing_that_was_said_becomes_a_part_of_the_page(folder, tmp_path):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread(title=HOSTILE))
    failed = message(
        text=HOSTILE, model=HOSTILE, status=MessageStatus.FAILED, error=HOSTILE, role=Role.ASSISTANT
    )
    await journal.save_message(failed)
    made = picture(message_id="m1", prompt=HOSTILE)
    await journal.keep_picture(made, PICTURE)
    svg = picture("p2", message_id="m1", mime_type="image/svg+xml")
    await journal.keep_picture(svg, b"<svg onload='x'/>")
    await journal.aclose()
    page = Page(export(folder, tmp_path / "x.html"))
    assert not page.tags & {"script", "svg"}
    assert not any(name.startswith("on") for name in page.attributes)
    assert len(page.addresses) == 1
    assert page.addresses[0].startswith("data:image/png;base64,")
    assert page.words.count(HOSTILE) >= 4


async def test_a_video_is_in_the_page_as_far_as_browsers_show_it_and_beside_a_document(
    folder, tmp_path
):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    await journal.save_message(message(role=Role.ASSISTANT))
    for name, kind, content in (
        ("p1", "video/x-msvideo", film()),
        ("p2", "video/mp4", b"an mp4"),
        ("p3", "video/quicktime", b"a mov"),
    ):
        made = picture(name, message_id="m1", mime_type=kind, prompt=f"Film {name} <&>")
        await journal.keep_picture(made, content)
    await journal.aclose()
    page = Page(export(folder, tmp_path / "x.html"))
    still, whole = page.addresses
    assert still.startswith("data:image/jpeg;base64,/9j/")
    assert whole == "data:video/mp4;base64," + base64.b64encode(b"an mp4").decode()
    for name in ("p1", "p2", "p3"):
        assert f"Video: Film {name} <&>" in page.words
    text = export(folder, tmp_path / "talk.md", "t1")
    found = re.findall(r"(!?)\[(.*)\]\((talk_files/.*)\)", text)
    assert [one[:2] for one in found] == [("", f"Film p{n} \\<&\\>") for n in (1, 2, 3)]
    assert [one[2][-4:] for one in found] == [".avi", ".mp4", ".mov"]
    assert (tmp_path / found[0][2]).read_bytes() == film()


async def test_a_large_video_is_named_in_the_page_and_not_in_it(folder, tmp_path):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    await journal.save_message(message(role=Role.ASSISTANT))
    for name, size in (("p1", 20 << 20), ("p2", (20 << 20) + 1)):
        made = picture(name, message_id="m1", mime_type="video/mp4", prompt=f"Film {name}")
        await journal.keep_picture(made, bytes(size))
    await journal.aclose()
    page = Page(export(folder, tmp_path / "x.html"))
    [played] = page.addresses
    assert len(played) == len("data:video/mp4;base64,") + ((20 << 20) + 2) // 3 * 4
    assert "Video: Film p1" in page.words
    assert "Video: Film p2" in page.words


async def test_markdown_says_what_was_said_and_shows_the_pictures(filled, tmp_path):
    text = export(filled, tmp_path / "my talk.md", "t1")
    assert text.startswith("# Trams & \\<Lisbon\\>\n")
    assert "How old is <b>it</b>?" in text
    assert "Very *old*.\nIndeed." in text
    [found] = re.findall(r"!\[(.*)\]\((.*)\)", text)
    assert found[0] == 'a "tram" in \\[Lisbon\\]'
    [shown] = (tmp_path / "my talk_files").iterdir()
    assert shown.read_bytes() == PICTURE
    assert found[1] == f"my%20talk_files/{shown.name}"
    assert "olá" not in text


async def test_code_that_was_cut_does_not_go_on_through_what_was_said_after_it(folder, tmp_path):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    cut = {"role": Role.ASSISTANT, "status": MessageStatus.INTERRUPTED}
    await journal.save_message(message("m1", text="So:\n```python\nprint(1)", **cut))
    await journal.save_message(message("m2", text="Thanks", created_at=11.0))
    await journal.aclose()
    assert "\nprint(1)\n```\n\n## You\n" in export(folder, tmp_path / "talk.md", "t1")


async def test_a_cancelled_document_leaves_nothing_beside_it(filled, tmp_path):
    watch = Watch(lambda done, _total: watch.cancel() if done >= 2 else None)
    with pytest.raises(StoppedError):
        export_threads(ExportWish(filled, tmp_path / "x.md", Format.MARKDOWN), watch)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["journal", "plan.txt"]


@pytest.mark.parametrize("ending", ["md", "html", "zip"])
async def test_one_that_is_being_stopped_spoils_nothing_of_the_next_in_its_place(
    filled, tmp_path, ending
):
    kinds = {"md": Format.MARKDOWN, "html": Format.HTML, "zip": Format.JSON}
    wish = ExportWish(filled, tmp_path / f"x.{ending}", kinds[ending])
    export_threads(wish)
    whole = wish.path.read_bytes()

    def in_the_middle(done: int, _total: int) -> None:
        if done == 2:
            export_threads(wish)
            watch.cancel()

    watch = Watch(in_the_middle)
    with pytest.raises(StoppedError):
        export_threads(wish, watch)
    assert wish.path.read_bytes() == whole
    left = {path.name for path in tmp_path.iterdir()}
    assert left <= {"journal", "plan.txt", wish.path.name, "x_files"}


async def test_a_name_as_long_as_any_can_be_is_written(filled, tmp_path):
    export(filled, tmp_path / f"{'n' * 252}.md", "t1")


async def test_what_cannot_be_exported_is_said(filled, tmp_path):
    with pytest.raises(InputError) as caught:
        export(filled, tmp_path / "x.md", "t9")
    assert caught.value.code == "thread.unknown"
    with pytest.raises(InputError) as caught:
        export(filled, tmp_path / "nowhere" / "x.md")
    assert caught.value.code == "export.unwritable"
    with pytest.raises(StorageError) as missing:
        export(tmp_path / "empty", tmp_path / "x.md")
    assert missing.value.code == "journal.none"
    assert not (tmp_path / "x.md").exists()


@pytest.mark.usefixtures("full_disk")
@pytest.mark.parametrize("ending", ["md", "html", "json"])
async def test_a_disk_that_is_full_is_said_and_leaves_nothing(filled, tmp_path, ending):
    with pytest.raises(InputError) as caught:
        export(filled, tmp_path / f"x.{ending}")
    assert caught.value.code == "export.unwritable"
    assert "No space" in caught.value.facts["reason"]
    assert not list(tmp_path.glob("x*"))


async def test_progress_is_told_up_to_the_end_and_not_for_each_message(folder, tmp_path):
    journal = await JournalWriter.open(folder)
    await journal.save_thread(thread())
    for number in range(1000):
        await journal.save_message(message(f"m{number}", created_at=float(number)))
    await journal.aclose()
    told = []
    watch = Watch(lambda done, total: told.append((done, total)))
    export_threads(ExportWish(folder, tmp_path / "x.html", Format.HTML), watch)
    assert told[0] == (0, 1000)
    assert told[-1] == (1000, 1000)
    assert len(told) <= 201
    assert told == sorted(told)
