"""Hatchway's own colours: told apart with any kind of colour vision, and in the dark.

Good is a bluish green, on its way a yellow, bad a vermilion: three hues and three lightnesses
that stay apart for people who do not see red or green (after the palette of Okabe and Ito).
"""

from textual.theme import Theme

HATCHWAY = Theme(
    name="hatchway",
    primary="#4fa8d8",
    secondary="#8fb8d0",
    accent="#6cc0ee",
    success="#3dbf9b",
    warning="#f2c14e",
    error="#f2734a",
    foreground="#d5dee6",
    background="#0c1217",
    surface="#111a21",
    panel="#18242d",
    dark=True,
    variables={
        "footer-key-foreground": "#6cc0ee",
        "input-selection-background": "#4fa8d8 35%",
        "block-cursor-text-style": "none",
        "border": "#2b4150",
        "scrollbar": "#2b4150",
        "scrollbar-background": "#0c1217",
        "scrollbar-corner-color": "#0c1217",
    },
)
"""The default theme."""
