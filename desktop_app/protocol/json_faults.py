"""What reading JSON from elsewhere raises, all of it: some is no error of the library's own."""

from __future__ import annotations

import msgspec

UNREADABLE = (msgspec.MsgspecError, UnicodeError, RecursionError)
"""Not JSON or not of its shape; text that is no UTF-8; nested too deep."""
