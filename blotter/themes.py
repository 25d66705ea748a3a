"""The two looks. States are words everywhere: colour only helps."""

from textual.theme import Theme

DARK = Theme(
    name="tradeoms-dark",
    primary="#5fa8d3",
    secondary="#7d8ca3",
    accent="#e0a458",
    warning="#e0a458",
    error="#ef6f6c",
    success="#63c19b",
    foreground="#d7dde5",
    background="#10151c",
    surface="#161d26",
    panel="#202a36",
    dark=True,
)
LIGHT = Theme(
    name="tradeoms-light",
    primary="#1d6a96",
    secondary="#5b6b7f",
    accent="#9a5b00",
    warning="#9a5b00",
    error="#b3261e",
    success="#1b7a52",
    foreground="#1c2530",
    background="#f7f8fa",
    surface="#ffffff",
    panel="#e6eaf0",
    dark=False,
)
