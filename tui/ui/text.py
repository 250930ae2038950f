"""Text cut, filled and folded to cells of a terminal, and numbers said in few of them."""

from rich.cells import cell_len, set_cell_size

from tui.model.plain import plain as plain


def width_of(text: str) -> int:
    """Cells that `text` takes."""
    return len(text) if text.isascii() else cell_len(text)


def cut(text: str, width: int) -> str:
    """`text` in at most `width` cells, with an ellipsis where something is missing."""
    if width <= 0:
        return ""
    if width_of(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def fit(text: str, width: int, *, right: bool = False) -> str:
    """`text` in exactly `width` cells, cut or filled with spaces."""
    text = cut(text, width)
    blank = " " * (width - width_of(text))
    return blank + text if right else text + blank


def age(seconds: float) -> str:
    """A length of time in at most four characters: `42s`, `87m`, `31h`, `412d`, `3y`."""
    steps = (("s", 1, 120), ("m", 60, 120), ("h", 3600, 48), ("d", 86400, 730))
    for unit, size, limit in steps:
        if seconds < size * limit:
            return f"{int(max(seconds, 0) // size)}{unit}"
    return f"{min(int(seconds // (365 * 86400)), 999)}y"


def size(count: int) -> str:
    """A number of bytes in at most eight characters, in steps of 1,000: `512 B`, `1.2 MB`."""
    if count < 1000:
        return f"{count} B"
    amount = float(count)
    for unit in ("kB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5:
            return f"{amount:.1f} {unit}" if amount < 99.95 else f"{amount:.0f} {unit}"
    return f"{amount / 1000:.1f} TB"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 session`, `3 sessions`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def fold(text: str, width: int) -> list[str]:
    """`text` in lines of at most `width` cells, broken at spaces where there are any."""
    width = max(width, 2)
    lines: list[str] = []
    while width_of(text) > width:
        head = set_cell_size(text, width).rstrip("\0")
        space = head.rfind(" ")
        end = space if space > width // 3 else len(head.rstrip(" ")) or len(head)
        lines.append(text[:end].rstrip())
        text = text[end:].lstrip()
    return [*lines, text]


def hang(text: str, width: int, indent: int) -> str:
    """`text` folded, with all lines but the first moved in by `indent` cells."""
    return ("\n" + " " * indent).join(fold(text, width - indent))
