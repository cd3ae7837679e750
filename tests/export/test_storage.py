"""How much room everything takes."""

from desktop_app.export.storage import StorageUse, ids_of_all, remove_service_data, storage_use
from tests.export.conftest import PICTURE, QUESTION_SOUND, REPLY_SOUND


async def test_room_is_told_by_kind(filled):
    (filled / "service.sqlite3").write_bytes(bytes(10))
    (filled / "service-files" / "kept").mkdir(parents=True)
    (filled / "service-files" / "kept" / "x").write_bytes(bytes(5))
    (filled / "attachments" / "a").mkdir(parents=True)
    (filled / "attachments" / "a" / "x.txt").write_bytes(bytes(7))
    (filled / "settings.json").write_bytes(bytes(99))
    use = storage_use(filled)
    journal = sum(path.stat().st_size for path in filled.glob("journal.sqlite3*"))
    sound = len(QUESTION_SOUND) + len(REPLY_SOUND)
    assert use == StorageUse(journal, sound, len(PICTURE), 7, 15)
    assert use.total == journal + sound + len(PICTURE) + 22


async def test_nothing_takes_no_room(tmp_path):
    assert storage_use(tmp_path / "nowhere").total == 0
    assert ids_of_all(tmp_path / "nowhere", "thread") == ()


async def test_everything_can_be_named(filled):
    assert ids_of_all(filled, "thread") == ["t1", "t2"]
    assert ids_of_all(filled, "picture") == ["p1"]


async def test_what_the_service_keeps_is_deleted_and_nothing_else(filled):
    before = sorted(filled.iterdir())
    (filled / "service.sqlite3").write_bytes(bytes(10))
    (filled / "service.sqlite3-wal").write_bytes(bytes(10))
    (filled / "service-files" / "kept").mkdir(parents=True)
    remove_service_data(filled)
    assert sorted(filled.iterdir()) == before
