"""A very small model of sentences, with random numbers: the files of a real one."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PIECES = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "tea", "##cup", "cafe", ",")
WIDTH = 64
_INNER, _LAYERS, _POSITIONS = 96, 2, 256


def write_model(folder: Path) -> dict[str, NDArray[np.float32]]:
    """Write it into ``folder``.

    Returns:
        Its weights by name.
    """
    rng = np.random.default_rng(1)
    weights = {
        name: rng.normal(0, 0.3, shape).astype(np.float32) for name, shape in _shapes().items()
    }
    weights |= {name: one + 1 for name, one in weights.items() if name.endswith("Norm.weight")}
    head: dict[str, object] = {"__metadata__": {"format": "pt"}}
    at = 0
    for name, one in weights.items():
        head[name] = {"dtype": "F32", "shape": one.shape, "data_offsets": [at, at + one.nbytes]}
        at += one.nbytes
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    content = b"".join(one.tobytes() for one in weights.values())
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + content)
    (folder / "vocab.txt").write_text("\n".join(PIECES) + "\n", encoding="utf-8")
    return weights


def _shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {
        "embeddings.word_embeddings.weight": (len(PIECES), WIDTH),
        "embeddings.position_embeddings.weight": (_POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": (2, WIDTH),
        **_norm("embeddings.LayerNorm"),
    }
    for layer in range(_LAYERS):
        name = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes |= _dense(f"{name}.attention.{part}", WIDTH, WIDTH)
        shapes |= _norm(f"{name}.attention.output.LayerNorm")
        shapes |= _dense(f"{name}.intermediate.dense", WIDTH, _INNER)
        shapes |= _dense(f"{name}.output.dense", _INNER, WIDTH)
        shapes |= _norm(f"{name}.output.LayerNorm")
    return shapes


def _dense(name: str, width: int, out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (out, width), f"{name}.bias": (out,)}


def _norm(name: str) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (WIDTH,), f"{name}.bias": (WIDTH,)}
