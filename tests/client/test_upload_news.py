"""Uploads are told as often as a person can see it, and to their end."""

from __future__ import annotations

from pathlib import Path

from desktop_app.client.message_body import MessageFiles
from desktop_app.client.multipart import Recording
from desktop_app.client.upload_news import EVERY_S, UploadNews
from desktop_app.protocol.events import UploadProgressed


def news_of(files: MessageFiles, *steps: tuple[float, int]) -> list[UploadProgressed]:
    """What is told of an upload of ten bytes that has come so far at these seconds."""
    told: list[UploadProgressed] = []
    now = 100.0
    news = UploadNews(3, files, told.append, clock=lambda: now)
    for second, sent in steps:
        now = 100.0 + second
        news.progress(sent, 10)
    return told


def test_it_is_told_now_and_then_and_at_the_end():
    soon = EVERY_S / 2
    steps = ((0.0, 1), (soon, 2), (EVERY_S, 3), (EVERY_S + soon, 4), (EVERY_S + soon, 10))
    told = news_of(MessageFiles(files=(Path("a/film.mp4"),)), *steps)
    assert [one.sent_bytes for one in told] == [1, 3, 10]
    assert told[0] == UploadProgressed(3, "film.mp4", 1, 10, (0,))  # whose sender finds it gone


def test_several_files_are_counted_and_a_recording_has_a_name():
    both = MessageFiles(files=(Path("a.txt"), Path("b.txt")))
    assert news_of(both, (0.0, 10))[0].name == "2 files"
    spoken = MessageFiles(audio_file=Recording("utterance.wav", b"x", "audio/wav"))
    assert news_of(spoken, (0.0, 10))[0].name == "utterance.wav"


def test_the_size_of_each_file_is_told_in_order(tmp_path):
    (tmp_path / "a.txt").write_bytes(bytes(4))
    (tmp_path / "b.txt").write_bytes(bytes(6))
    both = MessageFiles(files=(tmp_path / "a.txt", tmp_path / "b.txt"))
    assert news_of(both, (0.0, 10))[0].sizes == (4, 6)
