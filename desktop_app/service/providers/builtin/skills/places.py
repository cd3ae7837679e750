"""Which clock a place keeps: every city of the time zone table, and other names for them."""

from __future__ import annotations

import zoneinfo

_REGIONS = (
    "Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe",
    "Indian", "Pacific",
)  # fmt: skip
_ALSO = {
    "America/Los_Angeles": "san francisco,seattle,san diego,las vegas,portland,california,l a",
    "America/New_York": "boston,washington,washington d c,miami,atlanta,philadelphia,new york city",
    "America/Chicago": "houston,dallas,austin,texas,new orleans,minneapolis",
    "America/Denver": "salt lake city,colorado",
    "America/Toronto": "montreal,ottawa,quebec",
    "America/Sao_Paulo": "rio,rio de janeiro,são paulo",
    "America/Argentina/Buenos_Aires": "argentina",
    "America/Santiago": "chile", "America/Lima": "peru", "America/Bogota": "colombia",
    "Europe/London": "england,scotland,wales,great britain,britain,the u k,the uk"
    ",the united kingdom,manchester,edinburgh,glasgow",
    "Europe/Paris": "france,lyon,marseille", "Europe/Madrid": "spain,barcelona",
    "Europe/Berlin": "germany,munich,münchen,hamburg,frankfurt,cologne,köln,stuttgart",
    "Europe/Rome": "italy,milan,naples,venice,florence", "Europe/Vienna": "austria,wien",
    "Europe/Zurich": "switzerland,geneva,bern,basel,zürich", "Europe/Brussels": "belgium",
    "Europe/Amsterdam": "the netherlands,holland,rotterdam", "Europe/Stockholm": "sweden",
    "Europe/Oslo": "norway", "Europe/Copenhagen": "denmark", "Europe/Helsinki": "finland",
    "Europe/Warsaw": "poland,krakow", "Europe/Prague": "the czech republic,prag",
    "Europe/Athens": "greece", "Europe/Lisbon": "portugal,porto", "Europe/Dublin": "ireland",
    "Europe/Kyiv": "kiev,ukraine", "Europe/Budapest": "hungary", "Europe/Istanbul": "turkey",
    "Europe/Bucharest": "romania", "Atlantic/Reykjavik": "iceland",
    "Asia/Tokyo": "japan,osaka,kyoto", "Asia/Seoul": "south korea,korea",
    "Asia/Shanghai": "china,beijing,shenzhen,guangzhou",
    "Asia/Kolkata": "india,delhi,new delhi,mumbai,bangalore,bengaluru,chennai,calcutta,hyderabad",
    "Asia/Bangkok": "thailand", "Asia/Manila": "the philippines", "Asia/Karachi": "pakistan",
    "Asia/Ho_Chi_Minh": "vietnam,hanoi,saigon", "Asia/Jerusalem": "israel,tel aviv",
    "Asia/Dubai": "abu dhabi,the emirates", "Asia/Tehran": "iran", "Asia/Riyadh": "saudi arabia",
    "Asia/Taipei": "taiwan", "Asia/Yangon": "myanmar",
    "Africa/Cairo": "egypt", "Africa/Nairobi": "kenya", "Africa/Lagos": "nigeria",
    "Africa/Johannesburg": "south africa,cape town", "Africa/Casablanca": "morocco",
    "Pacific/Auckland": "new zealand,wellington", "Pacific/Honolulu": "hawaii",
    "Australia/Sydney": "canberra", "UTC": "utc,greenwich",
}  # fmt: skip


def all_places() -> dict[str, str]:
    """Spoken name -> zone. Reads the zone table, some 50 ms: not on the event loop."""
    places: dict[str, str] = {}
    for zone in sorted(zoneinfo.available_timezones()):
        region, _, city = zone.partition("/")
        if region in _REGIONS:
            places[city.rpartition("/")[2].replace("_", " ").lower()] = zone
    for zone, names in _ALSO.items():
        places.update(dict.fromkeys(names.split(","), zone))
    return places
