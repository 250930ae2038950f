"""Cuts listings into pages, with opaque tokens that only fit the request they were given to.

A token holds the key of the last item of its page, so that pages stay true while the fleet lives:
nothing is told twice, and nothing that was there all the time is left out. It is bound by an HMAC
to the caller's account, region, operation and parameters.
"""

import base64
import binascii
import hashlib
import hmac
import json
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from tui.demo.faults import InvalidToken

T = TypeVar("T")

_TAG_LENGTH = 16


class Pager:
    """Makes and reads page tokens with a secret of its own."""

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def token(self, last: str, bound: Mapping[str, Any]) -> str:
        """The token of the page that ends with the item `last`."""
        key = last.encode()
        return base64.urlsafe_b64encode(self._tag(key, bound) + key).decode()

    def last(self, token: str, bound: Mapping[str, Any]) -> str:
        """The key that a token holds; InvalidToken if it was not given to this request."""
        try:
            raw = base64.b64decode(token.encode(), altchars=b"-_", validate=True)
        except (binascii.Error, UnicodeEncodeError):
            raise InvalidToken("InvalidToken", "The token is not valid.") from None
        tag, key = raw[:_TAG_LENGTH], raw[_TAG_LENGTH:]
        if not hmac.compare_digest(tag, self._tag(key, bound)):
            raise InvalidToken("InvalidToken", "The token is not valid.")
        return key.decode()

    def _tag(self, key: bytes, bound: Mapping[str, Any]) -> bytes:
        text = json.dumps(bound, sort_keys=True, default=repr).encode()
        return hmac.digest(self._secret, hashlib.sha256(text).digest() + key, "sha256")[
            :_TAG_LENGTH
        ]


def page(
    items: Sequence[T], key: Callable[[T], str], size: int, after: str | None
) -> tuple[Sequence[T], str]:
    """At most `size` items after the key `after`, and the last key if more follow, else "".

    `items` must be sorted by `key`.
    """
    start = 0 if after is None else bisect_right(items, after, key=key)
    chosen = items[start : start + size]
    more = start + size < len(items)
    return chosen, key(chosen[-1]) if more and chosen else ""
