"""Why the system could not do something with a file, in the language of the person."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from desktop_app.prose import mark, tr

_REASONS: Mapping[int, str] = {
    errno.EACCES: mark("Permission denied"),
    errno.EEXIST: mark("File exists"),
    errno.EFBIG: mark("File too large"),
    errno.EISDIR: mark("Is a directory"),
    errno.ENAMETOOLONG: mark("File name too long"),
    errno.ENOENT: mark("No such file or directory"),
    errno.ENOSPC: mark("No space left on device"),
    errno.ENOTDIR: mark("Not a directory"),
    errno.EPERM: mark("Operation not permitted"),
    errno.EROFS: mark("Read-only file system"),
}
"""As the system's own library says it, in English alone where nobody asked it for another one."""


def reason_of(error: OSError) -> str:
    """In a few words, without a full stop."""
    return tr(_REASONS.get(error.errno or 0, "")) or error.strerror or str(error)
