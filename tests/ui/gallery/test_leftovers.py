"""Of a picture that is gone nothing is left in the cache."""

from __future__ import annotations

import os

from desktop_app.ui.gallery.leftovers import DRAGGED, THUMBNAILS, remove_leftovers
from desktop_app.ui.gallery.thumbnails import thumbnail


def names(folder) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file())


def test_what_was_made_of_a_picture_goes_with_it(qapp, paint, tmp_path):
    cache = tmp_path / "cache"
    stays, goes = paint(1), paint(2)
    for number, path in ((1, stays), (2, goes)):
        thumbnail(path, cache / THUMBNAILS, 100, 10)
        own = cache / DRAGGED / f"p{number}"
        own.mkdir(parents=True)
        os.link(path, own / f"Fox {number}.png")
    before = names(cache)
    remove_leftovers(tmp_path / "pictures", cache)
    assert names(cache) == before
    goes.unlink()
    remove_leftovers(tmp_path / "pictures", cache)
    assert names(cache) == ["dragged/p1/Fox 1.png", "thumbnails/1.200.thumb"]
    assert not (cache / DRAGGED / "p2").exists()


def test_without_pictures_or_a_cache_there_is_nothing_to_do(tmp_path):
    remove_leftovers(tmp_path / "pictures", tmp_path / "cache")
    kept = tmp_path / "cache" / THUMBNAILS / "x.thumb"
    kept.parent.mkdir(parents=True)
    kept.touch()
    remove_leftovers(tmp_path / "pictures", tmp_path / "cache")
    assert not kept.exists()


def test_an_engine_that_has_taken_pictures_off_the_disk_takes_their_leftovers(desk):
    kept = desk.wiring._wires.folders.cache / THUMBNAILS / "x.thumb"
    kept.parent.mkdir(parents=True)
    kept.touch()
    desk.store.engine_came.emit()
    assert not kept.exists()
