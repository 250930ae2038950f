"""A line of a table that is drawn as text: cells in columns, numbers at the right."""

from collections.abc import Sequence

from textual.content import Content

from tui.ui import text


def table_line(
    cells: Sequence[str], styles: Sequence[str], widths: Sequence[int], *, numbers: range
) -> Content:
    """Each cell cut or filled to its width and in its style; `numbers` are columns of numbers."""
    pieces: list[tuple[str, str]] = []
    for number, (cell, style, width) in enumerate(zip(cells, styles, widths, strict=True)):
        said = text.fit(text.plain(cell), width, right=number in numbers)
        pieces += [("  " if number else "", ""), (said, style)]
    return Content.assemble(*pieces)
