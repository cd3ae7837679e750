"""The list of replies' sounds that an earlier version wrote, where the disk damaged it."""

from __future__ import annotations

from desktop_app.journal.utterance_files import UtteranceFiles, older_replies


def test_a_damaged_list_is_read_as_far_as_it_can_be(tmp_path):
    files = UtteranceFiles(tmp_path)
    files.note_replies(["a", "reply-b"])
    listed = tmp_path / "journal.replies"
    listed.write_bytes(listed.read_bytes() + b"\n\xff\xfe\x80")
    files.note_replies(["c"])
    assert older_replies(tmp_path) == {"a", "c"}
