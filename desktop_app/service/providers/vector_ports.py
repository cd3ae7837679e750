"""The interface of providers that turn text into vectors, so that meaning can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from desktop_app.protocol.backboard.models import ModelInfo


class Embedder(Protocol):
    """Embeds texts. ``model`` names the space: vectors of different models cannot be compared."""

    provider: str
    model: str

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One unit vector for each text: float32, shape (len(texts), dimensions).

        Raises:
            NetworkError, AccessError, ProtocolError: Of a remote provider.
        """

    async def models(self) -> Sequence[ModelInfo]:
        """What it embeds with, its default first; never raises, empty where it cannot say."""

    async def aclose(self) -> None: ...
