"""What this program is, and the licences of all that it is made with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import PackageMetadata


def licences() -> str:
    """One line for each installed package: name, version, licence. May read the disk for long."""
    return "\n".join(sorted(set(_lines()), key=str.casefold))


def _lines() -> Iterator[str]:
    from importlib import metadata  # 20 ms, and the parser of e-mails: for who asks

    for package in metadata.distributions():
        told = package.metadata
        if "Name" in told:
            yield f"{told['Name']} {package.version}: {_licence(told)}"


def _licence(told: PackageMetadata) -> str:
    fields = ("License-Expression", "License")
    known = [told[one] for one in fields if one in told]
    given = next((one for one in known if one), "")
    first = given.strip().splitlines()[0][:80] if given.strip() else ""
    classes = told.get_all("Classifier") or []
    named = [one.rpartition(" :: ")[2] for one in classes if one.startswith("License ::")]
    return first or ", ".join(named) or "see its files"
