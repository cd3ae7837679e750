"""``python -m desktop_app`` and the ``parley`` command."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the program with the process's arguments."""
    from desktop_app.cli import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    raise SystemExit(main())
