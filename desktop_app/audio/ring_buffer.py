"""A byte ring between one writing and one reading thread, without a lock."""

from __future__ import annotations


class RingBuffer:
    """int16 sound on its way from one thread to another.

    Every counter is monotonic, counts bytes and is written by exactly one thread, which is why
    there is no lock. ``discard`` and ``rewind`` only record wishes; the reader honours them.

    Args:
        size_bytes: How much may wait to be read.
        kept_bytes: How much of what was read stays, to be read again after ``rewind``.

    Attributes:
        starved: Reads that could not be filled. Written by the reader.
    """

    __slots__ = (
        "_discard_before",
        "_flushed_from",
        "_holds",
        "_kept",
        "_mark",
        "_read",
        "_rewind",
        "_rewound",
        "_ring",
        "_size",
        "_written",
        "starved",
    )

    def __init__(self, size_bytes: int, *, kept_bytes: int = 0) -> None:
        if size_bytes <= 0 or size_bytes % 2 or kept_bytes % 2:
            raise ValueError("a ring holds a positive, whole number of 16-bit samples")
        self._kept = kept_bytes
        self._holds = size_bytes
        self._size = size_bytes + kept_bytes
        self._ring = memoryview(bytearray(self._size))
        self._written = 0  # writer
        self._discard_before = 0  # writer
        self._mark = 0  # writer
        self._rewind = (0,)  # writer: where the latest wish leads; each wish is its own object
        self._read = 0  # reader
        self._rewound = self._rewind  # reader: the latest wish that was honoured
        self._flushed_from = 0  # reader
        self.starved = 0  # reader

    @property
    def free(self) -> int:
        """Bytes that ``write`` would accept now. What was discarded counts until the next read."""
        return max(0, self._holds - (self._written - self._position))

    @property
    def available(self) -> int:
        """Bytes that wait to be read, without what was discarded. Any thread."""
        wish = self._rewind
        read = self._read if wish is self._rewound else wish[0]
        left = self._written - (read if read > self._discard_before else self._discard_before)
        return left if left > 0 else 0

    @property
    def played_since_mark(self) -> int:
        """Bytes really read since ``mark``; stands still after a ``discard``. Any thread."""
        read = self._position
        if self._discard_before > self._mark and read >= self._discard_before:
            read = self._flushed_from
        return max(0, read - self._mark)

    @property
    def _position(self) -> int:
        """Where the reader stands, or will once it has honoured the last ``rewind``."""
        wish = self._rewind
        return self._read if wish is self._rewound else wish[0]

    def write(self, pcm: bytes | memoryview) -> int:
        """Append sound. Writer thread only.

        Args:
            pcm: s16le, whole samples.

        Returns:
            Bytes accepted: all of them, or as many as were free.
        """
        written = self._written
        count = len(pcm)
        start = written % self._size
        end = start + count
        wish = self._rewind
        read = self._read if wish is self._rewound else wish[0]
        if end > self._size or count > self._holds - written + read:
            return self._write_in_parts(memoryview(pcm), start)
        self._ring[start:end] = pcm
        self._written = written + count
        return count

    def _write_in_parts(self, pcm: memoryview, start: int) -> int:
        count = min(len(pcm), self.free)
        first = min(count, self._size - start)
        self._ring[start : start + first] = pcm[:first]
        self._ring[: count - first] = pcm[first:count]
        self._written += count
        return count

    def read_into(self, out: memoryview) -> int:
        """Fill ``out`` from the front and the rest with silence. Reader thread only.

        Args:
            out: Writable bytes, overwritten in full.

        Returns:
            Bytes of real sound delivered.
        """
        read = self._read
        if read < self._discard_before or self._rewind is not self._rewound:
            read = self._honour_wishes()
        count = len(out)
        start = read % self._size
        end = start + count
        if end > self._size or count > self._written - read:
            return self._read_in_parts(out, start)
        out[:] = self._ring[start:end]
        self._read = read + count
        return count

    def _read_in_parts(self, out: memoryview, start: int) -> int:
        wanted = len(out)
        count = min(wanted, self._written - self._read)
        first = min(count, self._size - start)
        out[:first] = self._ring[start : start + first]
        out[first:count] = self._ring[: count - first]
        if count < wanted:
            out[count:] = bytes(wanted - count)
            self.starved += 1
        self._read += count
        return count

    def take_stock(self) -> int:
        """Honour wishes and say how many bytes wait then. Reader thread only."""
        read = self._read
        if read < self._discard_before or self._rewind is not self._rewound:
            read = self._honour_wishes()
        return self._written - read

    def _honour_wishes(self) -> int:
        """Go back, and skip what was discarded, also without reading. Reader thread only.

        Returns:
            The reader's position.
        """
        wish = self._rewind
        if wish is not self._rewound:
            (self._read,) = wish
            self._rewound = wish
        if self._read < self._discard_before:
            self._flushed_from = self._read
            self._read = self._discard_before
        return self._read

    def mark(self) -> None:
        """Count ``played_since_mark`` from what is written next. Writer thread only.

        Call it before writing again after a ``discard``.
        """
        self._mark = self._written

    def discard(self) -> None:
        """Drop everything written so far; the reader honours it. Writer thread only."""
        self._discard_before = self._written

    def rewind(self, since_mark: int) -> None:
        """Read on from so many bytes after ``mark``, if they are kept. Writer thread only.

        Never goes forward, before the mark, or back to what was discarded.
        """
        position = self._position
        to = max(self._mark + since_mark, self._discard_before, self._mark)
        to = min(max(to, position - self._kept), position)
        self._rewind = (to,)

    def read_before(self, since_mark: int, count: int) -> bytes:
        """Up to ``count`` bytes that end so many bytes after ``mark``. Writer thread only.

        Fewer where they were discarded, belong to before the mark, or are not kept any more.
        """
        end = min(self._mark + since_mark, self._written)
        least = max(self._mark, self._discard_before, self._position - self._kept)
        return self._between(min(max(end - count, least), end), end)

    def last_read(self, count: int) -> bytes:
        """Up to ``count`` bytes that were read last, for a level meter. Any thread.

        The writer may overwrite them meanwhile when the ring is full: good enough to look at,
        not to play.
        """
        end = self._read
        return self._between(max(0, end - min(count, self._size)), end)

    def _between(self, start: int, end: int) -> bytes:
        at, stop = start % self._size, end % self._size
        if at <= stop:
            return bytes(self._ring[at:stop])
        return bytes(self._ring[at:]) + bytes(self._ring[:stop])
