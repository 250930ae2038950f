"""Which listings are on their way for the first time, and which have failed."""

from tui.model.store import Change
from tui.ui.row import Fleet


class Listings:
    """Two numbers for the header."""

    def __init__(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._loading: set[str] = set()
        self._failed: set[str] = set()

    @property
    def loading(self) -> int:
        """Listings that are being asked for and were never answered; refreshes are silent."""
        return len(self._loading)

    @property
    def failed(self) -> int:
        """Listings whose last answer was trouble."""
        return len(self._failed)

    def apply(self, change: Change) -> None:
        """Take in a change of the store."""
        self._loading.difference_update(change.gone)
        self._failed.difference_update(change.gone)
        for address in change.freshness:
            listing = self._fleet.freshness(address)
            first = listing.loading and not listing.loaded_at
            (self._loading.add if first else self._loading.discard)(address)
            (self._failed.add if listing.trouble else self._failed.discard)(address)
