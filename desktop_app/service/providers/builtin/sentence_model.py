"""The sentence embeddings of all-MiniLM-L6-v2, computed by numpy.

Reimers and Gurevych, "Sentence-BERT", 2019; the network is Wang et al., "MiniLM", 2020, a BERT of
six layers whose last states are averaged. Weights and vocabulary are read from files.
"""

from __future__ import annotations

import json
import re
import struct
import unicodedata
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_Array = NDArray[np.float32]

MOST_TOKENS = 256
_WIDTH_OF_HEAD = 32
_LONGEST_WORD = 100
_PIECES = re.compile(r"\w+|[^\w\s]")


class SentenceModel:
    """Turns texts into unit vectors. One thread at a time.

    Args:
        folder: Holds ``model.safetensors`` and ``vocab.txt``.

    Attributes:
        dimensions: Length of the vectors.

    Raises:
        OSError, ValueError, KeyError: The files are not there, or not those of such a model.
    """

    def __init__(self, folder: Path) -> None:
        self._weights = dict(_tensors(folder / "model.safetensors"))
        lines = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        self._ids = {token: number for number, token in enumerate(lines)}
        self._layers = {".".join(name.split(".")[:3]) for name in self._weights if "layer" in name}
        self.dimensions = self._weights["embeddings.word_embeddings.weight"].shape[1]

    def vector(self, text: str) -> _Array:
        """The meaning of a text's first page: a unit vector, float32, shape (dimensions,)."""
        tokens = [self._ids[token] for token in islice(self._tokens(text), MOST_TOKENS - 2)]
        states = self._states([self._ids["[CLS]"], *tokens, self._ids["[SEP]"]])
        mean = states.mean(axis=0)
        unit: _Array = mean / np.linalg.norm(mean)
        return unit

    def _tokens(self, text: str) -> Iterator[str]:
        plain = unicodedata.normalize("NFD", text.lower())
        plain = "".join(char for char in plain if unicodedata.category(char) != "Mn")
        for word in _PIECES.findall(plain.replace("_", " _ ")):
            yield from self._word_pieces(word)

    def _word_pieces(self, word: str) -> list[str]:
        """The longest known pieces from the left."""
        pieces: list[str] = []
        start = 0
        while start < len(word) <= _LONGEST_WORD:
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if piece in self._ids:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return ["[UNK]"]
        return pieces or ["[UNK]"]

    def _states(self, ids: list[int]) -> _Array:
        """The last layer's states: float32, shape (len(ids), dimensions)."""
        weights = self._weights
        states = (
            weights["embeddings.word_embeddings.weight"][ids]
            + weights["embeddings.position_embeddings.weight"][: len(ids)]
            + weights["embeddings.token_type_embeddings.weight"][0]
        )
        states = self._normalised("embeddings.LayerNorm", states)
        for layer in range(len(self._layers)):
            name = f"encoder.layer.{layer}"
            attended = self._linear(f"{name}.attention.output.dense", self._attended(name, states))
            states = self._normalised(f"{name}.attention.output.LayerNorm", states + attended)
            wide = _gelu(self._linear(f"{name}.intermediate.dense", states))
            wide = self._linear(f"{name}.output.dense", wide)
            states = self._normalised(f"{name}.output.LayerNorm", states + wide)
        return states

    def _attended(self, layer: str, states: _Array) -> _Array:
        count, width = states.shape
        query, key, value = (
            self._linear(f"{layer}.attention.self.{part}", states)
            .reshape(count, width // _WIDTH_OF_HEAD, _WIDTH_OF_HEAD)
            .transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(_WIDTH_OF_HEAD))
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        shares = scores / scores.sum(axis=-1, keepdims=True)
        joined: _Array = (shares @ value).transpose(1, 0, 2).reshape(count, width)
        return joined

    def _linear(self, name: str, states: _Array) -> _Array:
        product: _Array = states @ self._weights[f"{name}.weight"].T + self._weights[f"{name}.bias"]
        return product

    def _normalised(self, name: str, states: _Array) -> _Array:
        centred = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + np.float32(1e-12))
        scaled: _Array = centred / spread
        return scaled * self._weights[f"{name}.weight"] + self._weights[f"{name}.bias"]


def _gelu(values: _Array) -> _Array:
    """By the tangent's approximation, which differs in the fourth place."""
    inner = np.float32(0.7978845608) * (values + np.float32(0.044715) * values**3)
    curved: _Array = np.float32(0.5) * values * (1 + np.tanh(inner))
    return curved


def _tensors(path: Path) -> Iterator[tuple[str, _Array]]:
    """The 32-bit tensors of a safetensors file: a length, a JSON header, the numbers."""
    content = np.asarray(np.memmap(path, np.uint8, mode="r"))  # only pages that are used are read
    (length,) = struct.unpack("<Q", content[:8].tobytes())
    for name, about in json.loads(content[8 : 8 + length].tobytes()).items():
        if name != "__metadata__" and about["dtype"] == "F32":
            start, end = (8 + length + at for at in about["data_offsets"])
            numbers = content[start:end].view("<f4")
            tensor: _Array = numbers.reshape(about["shape"])
            yield name.removeprefix("bert."), tensor
