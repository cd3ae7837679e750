"""Finds the passages that are near a vector, among those of a thread or an assistant."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter, OrderedDict
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from desktop_app.service.documents import vector_rows
from desktop_app.service.documents.ranking import Cosines
from desktop_app.service.documents.vector_rows import Scope
from desktop_app.service.storage.database import Database

MOST_BYTES = 256 << 20


@dataclass(frozen=True, slots=True)
class _Matrix:
    """One scope's vectors: int64 (n,) and float32 (n, dimensions)."""

    seqs: NDArray[np.int64]
    vectors: NDArray[np.float32]


class VectorIndex:
    """Keeps the matrices of the scopes that were asked last; event loop only.

    One that would take more than the bound is read from the database each time, block by block.

    Args:
        most_bytes: Of all matrices together.
    """

    def __init__(self, database: Database, most_bytes: int = MOST_BYTES) -> None:
        self._database = database
        self._most_bytes = most_bytes
        self._matrices: OrderedDict[tuple[str, str], _Matrix] = OrderedDict()
        self._changes: Counter[str] = Counter()

    def forget(self, scope_id: str) -> None:
        """The vectors of a thread or an assistant have changed."""
        self._changes[scope_id] += 1
        for key in [key for key in self._matrices if key[0] == scope_id]:
            del self._matrices[key]

    async def cosines(self, query: NDArray[np.float32], space: str, scope: Scope) -> Cosines:
        """How near each passage of a scope is.

        Args:
            query: Unit vector, float32, shape (dimensions,).

        Raises:
            StorageError
        """
        key = (scope.id, f"{space} {len(query)}")
        matrix = self._matrices.get(key)
        if matrix is not None:
            self._matrices.move_to_end(key)
            values = await asyncio.to_thread(np.matmul, matrix.vectors, query)
            return Cosines(matrix.seqs, values)
        changes = self._changes[scope.id]
        cosines, matrix = await self._database.read(
            lambda connection: self._read(connection, query, space, scope)
        )
        if matrix is not None and changes == self._changes[scope.id]:
            self._matrices[key] = matrix
            self._make_room()
        return cosines

    def _read(
        self, connection: sqlite3.Connection, query: NDArray[np.float32], space: str, scope: Scope
    ) -> tuple[Cosines, _Matrix | None]:
        """Reader thread only."""
        seqs: list[NDArray[np.int64]] = []
        values: list[NDArray[np.float32]] = []
        vectors: list[NDArray[np.float32]] = []
        size = 0
        for some, block in vector_rows.blocks(connection, space, scope, len(query)):
            seqs.append(some)
            values.append(block @ query)
            size += block.nbytes
            vectors = [*vectors, block] if size <= self._most_bytes else []
        if not seqs:
            return Cosines(), None
        cosines = Cosines(np.concatenate(seqs), np.concatenate(values))
        if size > self._most_bytes:
            return cosines, None
        return cosines, _Matrix(cosines.seqs, np.concatenate(vectors))

    def _make_room(self) -> None:
        while sum(one.vectors.nbytes for one in self._matrices.values()) > self._most_bytes:
            self._matrices.popitem(last=False)
