"""The sound files of utterances, as the journal's thread writes them."""

from __future__ import annotations

from pathlib import Path

from desktop_app.journal.utterance_files import UtteranceFiles


def test_an_utterance_that_is_begun_again_goes_on_in_the_same_file(tmp_path: Path):
    files = UtteranceFiles(tmp_path)
    files.begin("u")
    files.append("u", b"\x01\x02")
    files.begin("u")
    files.append("u", b"\x03\x04")
    files.end("u")
    assert files.read("u") == b"\x01\x02\x03\x04"
