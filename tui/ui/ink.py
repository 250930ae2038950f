"""The colours of text outside the tree, as Textual's content styles name them.

Style sheets cannot reach into a line of mixed text, so these are the few names that are used
there. They are colours of the theme; none is one of its own.
"""

from tui.ui.labels import Tone

MUTED = "$foreground 62%"
ACCENT = "$accent"
KEY = "bold $accent"
GOOD = "$text-success"
BUSY = "$text-warning"
BAD = "$text-error"

TONES = {
    Tone.OK: GOOD,
    Tone.BUSY: BUSY,
    Tone.BAD: BAD,
    Tone.OFF: MUTED,
    Tone.MUTED: MUTED,
    Tone.ACCENT: ACCENT,
}
"""The ink of each tone; the others are written in the foreground's."""
