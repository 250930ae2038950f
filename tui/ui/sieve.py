"""What the tree shows of the fleet: the text of the filter, and whether only trouble counts."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Sieve:
    """A choice of rows."""

    text: str = ""
    unhealthy: bool = False

    def __bool__(self) -> bool:
        return bool(self.text.strip()) or self.unhealthy

    @property
    def whole(self) -> bool:
        """Whether what hangs below a chosen row may be shown too."""
        return not self.unhealthy

    def with_words(self, words: str) -> "Sieve":
        """The same with another text."""
        return replace(self, text=words)
