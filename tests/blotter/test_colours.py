"""Who confuses colours sees the same: what means different things differs, and text can be read.

Colour blindness is simulated by the matrices of Machado, Oliveira and Fernandes (2009), severity 1, on
linear RGB. Differences are CIE76's, Euclidean in CIELAB; contrast is WCAG 2.1's.
"""

from decimal import Decimal as D
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from textual.color import Color
from textual.theme import Theme

from blotter import themes
from tests.blotter.desk import desk
from tests.blotter.fake import block

EYES = {
    "normal": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
TO_XYZ = np.array(
    (
        (0.4124564, 0.3575761, 0.1804375),
        (0.2126729, 0.7151522, 0.0721750),
        (0.0193339, 0.1191920, 0.9503041),
    )
)
WHITE = np.array((0.95047, 1.0, 1.08883))
#: Colours that one tells apart in the same place: sides; good, to be looked at, bad (stale, refused).
MEANT = (("primary", "accent"), *combinations(("success", "warning", "error"), 2))
GROUNDS = ("background", "surface", "panel")
LEAST_DIFFERENCE, LEAST_CONTRAST = 15, 4.5
each_theme = pytest.mark.parametrize("theme", themes.THEMES, ids=themes.NAMES)


def _linear(theme: Theme, name: str) -> Any:
    rgb = np.array(Color.parse(getattr(theme, name)).rgb) / 255
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _lab(rgb: Any) -> Any:
    t = TO_XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(t > (6 / 29) ** 3, np.cbrt(t), t / (3 * (6 / 29) ** 2) + 4 / 29)
    return np.array((116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])))


def _contrast(theme: Theme, one: str, other: str) -> float:
    dark, light = sorted(float(TO_XYZ[1] @ _linear(theme, name)) for name in (one, other))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("eye", EYES)
@each_theme
def test_what_means_different_things_looks_different(theme: Theme, eye: str) -> None:
    seen = {
        name: _lab(np.array(EYES[eye]) @ _linear(theme, name)) for pair in MEANT for name in pair
    }
    found = {(a, b): float(np.linalg.norm(seen[a] - seen[b])) for a, b in MEANT}
    assert {pair: far for pair, far in found.items() if far < LEAST_DIFFERENCE} == {}


@each_theme
def test_text_can_be_read_on_every_ground_and_reversed(theme: Theme) -> None:
    names = ("foreground", "secondary", *dict.fromkeys(name for pair in MEANT for name in pair))
    found = {(n, ground): _contrast(theme, n, ground) for n in names for ground in GROUNDS}
    assert {pair: far for pair, far in found.items() if far < LEAST_CONTRAST} == {}


async def test_without_any_colour_sides_states_and_age_are_words() -> None:
    async with desk(size=(160, 30)) as d:
        await d.push("blocks", block(2, Side="Sell", state="done", filled=D(1)))
        await d.press("2")
        rows = [strip.text for strip in d.grid.render_lines(d.grid.size.region)]
        (sell,) = (row for row in rows if "B2" in row)
        (buy,) = (row for row in rows if "B1" in row)
        assert ("SELL" in sell.upper(), "done" in sell) == (True, True)
        assert ("BUY" in buy.upper(), "SELL" in buy.upper()) == (True, False)
        await d.until("live")
        d.link.silence = 42.0
        await d.until("STALE 42 s")
