"""What is written is read by who knows the token, and by nobody else."""

from __future__ import annotations

import pytest

from desktop_app.credentials import Secret
from desktop_app.service.gateway.state.memory_state import MemoryState

sealed_state = pytest.importorskip("desktop_app.service.gateway.state.sealed_state")


async def test_only_the_same_token_reads_it():
    state = MemoryState()
    mine, other = [
        sealed_state.SealedState(state, Secret(token)) for token in ("a token", "another")
    ]
    assert await mine.read("x") is None
    await mine.write("x", "sk-1, gr\u00fc\u00dfe", keep_s=60)
    assert await mine.read("x") == "sk-1, gr\u00fc\u00dfe"
    assert await other.read("x") is None
    assert "sk-1" not in str(await state.read("sealed:x"))
