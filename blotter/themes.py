"""The looks. States are words everywhere: colour only helps.

Blue and orange carry buy and sell, good and bad differ in lightness too: that is told apart with
the common kinds of colour blindness (Okabe and Ito, Color Universal Design, 2008).
"""

from textual.theme import Theme

DARK = Theme(
    name="tradeoms-dark",
    primary="#56b4e9",
    secondary="#8fa0b5",
    accent="#e69f00",
    warning="#f0c84b",
    error="#ff7f6b",
    success="#4fc9a4",
    foreground="#d7dde5",
    background="#10151c",
    surface="#161d26",
    panel="#202a36",
    dark=True,
)
LIGHT = Theme(
    name="tradeoms-light",
    primary="#005f8f",
    secondary="#55647a",
    accent="#8f4f00",
    warning="#866400",
    error="#8b0000",
    success="#00684e",
    foreground="#1c2530",
    background="#f7f8fa",
    surface="#ffffff",
    panel="#e6eaf0",
    dark=False,
)
THEMES = (DARK, LIGHT)
NAMES = tuple(theme.name for theme in THEMES)
