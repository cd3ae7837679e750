"""The network of sentences, against the same sums written out one by one."""

from __future__ import annotations

import math

import numpy as np
import pytest

from desktop_app.service.providers.builtin.sentence_model import MOST_TOKENS, SentenceModel
from tests.fakes.sentence_files import PIECES, WIDTH, write_model

HEAD = 32


class Plain:
    """The network of Devlin et al., "BERT", 2019, in loops over numbers."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self.weights = {name: one.astype(float).tolist() for name, one in weights.items()}

    def vector(self, ids: list[int]) -> list[float]:
        tables = [
            self.weights[f"embeddings.{one}_embeddings.weight"]
            for one in ("word", "position", "token_type")
        ]
        rows = [
            [a + b + c for a, b, c in zip(tables[0][one], tables[1][at], tables[2][0], strict=True)]
            for at, one in enumerate(ids)
        ]
        rows = [self.norm("embeddings.LayerNorm", row) for row in rows]
        for layer in range(2):
            rows = self.layer(f"encoder.layer.{layer}", rows)
        mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        length = math.sqrt(sum(one * one for one in mean))
        return [one / length for one in mean]

    def layer(self, name: str, rows: list[list[float]]) -> list[list[float]]:
        seen = self.attention(f"{name}.attention", rows)
        added = [
            [a + b for a, b in zip(one, two, strict=True)]
            for one, two in zip(rows, seen, strict=True)
        ]
        rows = [self.norm(f"{name}.attention.output.LayerNorm", row) for row in added]
        wide = [
            [
                0.5 * one * (1 + math.erf(one / math.sqrt(2)))
                for one in self.linear(f"{name}.intermediate.dense", row)
            ]
            for row in rows
        ]
        out = [self.linear(f"{name}.output.dense", row) for row in wide]
        added = [
            [a + b for a, b in zip(one, two, strict=True)]
            for one, two in zip(rows, out, strict=True)
        ]
        return [self.norm(f"{name}.output.LayerNorm", row) for row in added]

    def attention(self, name: str, rows: list[list[float]]) -> list[list[float]]:
        query, key, value = (
            [self.linear(f"{name}.self.{part}", row) for row in rows]
            for part in ("query", "key", "value")
        )
        found = [[0.0] * WIDTH for _ in rows]
        for start in range(0, WIDTH, HEAD):
            head = slice(start, start + HEAD)
            for at, asked in enumerate(query):
                scores = [
                    sum(a * b for a, b in zip(asked[head], one[head], strict=True)) for one in key
                ]
                shares = [math.exp(score / math.sqrt(HEAD)) for score in scores]
                for share, one in zip(shares, value, strict=True):
                    for column in range(start, start + HEAD):
                        found[at][column] += share / sum(shares) * one[column]
        return [self.linear(f"{name}.output.dense", row) for row in found]

    def linear(self, name: str, row: list[float]) -> list[float]:
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return [
            sum(a * b for a, b in zip(row, line, strict=True)) + more
            for line, more in zip(weight, bias, strict=True)
        ]

    def norm(self, name: str, row: list[float]) -> list[float]:
        mean = sum(row) / len(row)
        spread = math.sqrt(sum((one - mean) ** 2 for one in row) / len(row) + 1e-12)
        weight, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return [(one - mean) / spread * a + b for one, a, b in zip(row, weight, bias, strict=True)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("tea", ["tea"]),
        ("Tea, cafe!", ["tea", ",", "cafe", "[UNK]"]),
        ("teacup CAFÉ", ["tea", "##cup", "cafe"]),
        ("nonsense", ["[UNK]"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_pieces_and_each_sum_is_right(tmp_path, text, pieces):
    weights = write_model(tmp_path)
    ids = [PIECES.index(one) for one in ("[CLS]", *pieces, "[SEP]")]
    expected = Plain(weights).vector(ids)
    found = SentenceModel(tmp_path).vector(text)
    assert (found.dtype, found.shape) == (np.float32, (WIDTH,))
    assert np.allclose(found, expected, atol=2e-3)


def test_only_the_first_page_counts(tmp_path):
    write_model(tmp_path)
    model = SentenceModel(tmp_path)
    page = "tea " * (MOST_TOKENS - 2)
    assert np.array_equal(model.vector(page), model.vector(f"{page} cafe"))
    assert not np.allclose(model.vector("tea"), model.vector("cafe"), atol=0.05)
