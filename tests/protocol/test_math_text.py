"""Mathematics that can be read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.protocol.math_text import math_text


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (r"\frac{1}{2}", "1/2"),
        (r"x = \frac{-b \pm \sqrt{b^2-4ac}}{2a}", "x = (-b ± √(b²-4ac))/2a"),
        (r"\sum_{i=1}^{n} x_i", "∑ᵢ₌₁ⁿ xᵢ"),
        (r"\alpha \leq \mathbb{R}^n", "α ≤ ℝⁿ"),
        (r"\left( a_{max} \right)", "( aₘₐₓ )"),
        (r"\sqrt[3]{x} \text{ or so}", "∛x or so"),
        (r"10^{-3}", "10⁻³"),
        (r"20^\circ C = 20^{\circ}\text{C}", "20° C = 20°C"),
        (r"f \circ g", "f ∘ g"),
        (r"a^{b^{c}}", "a^(b^c)"),
        (r"\unheard{of}", "unheardof"),
        (r"\frac", "/"),
    ],
)
def test_commands_become_signs(written: str, said: str):
    assert math_text(written) == said


@given(st.text(alphabet="\\{}^_ab[]& frac", max_size=200))
def test_nothing_written_can_make_it_fail(written: str):
    assert isinstance(math_text(written), str)


def test_groups_without_end_are_read_to_the_end():
    assert math_text("{" * 10_000 + "x").endswith("x")
