"""One TLS context for all clients: a context of its own costs each client 25 ms and a megabyte."""

import ssl
import threading

from aiobotocore.httpsession import AIOHTTPSession

Contexts = tuple[ssl.SSLContext, ssl.SSLContext | None]
"""For the endpoint, and for a proxy on the way."""


def shared_tls() -> type:
    """A class of HTTP sessions that take their TLS contexts from those already made.

    It replaces a private method of aiobotocore (3.x); a test tells when that goes away.
    """
    made: dict[tuple[object, ...], Contexts] = {}
    making = threading.Lock()

    class SharedTLS(AIOHTTPSession):  # type: ignore[misc]  # aiobotocore has no types
        """An HTTP session as aiobotocore makes it, but for its TLS contexts."""

        def _build_ssl_contexts(self, proxy_url: str | None) -> Contexts:
            """Called in a thread, since it reads the certificates."""
            key = (self._verify, self._cert_file, self._key_file, proxy_url)
            with making:
                if key not in made:
                    made[key] = super()._build_ssl_contexts(proxy_url)
                return made[key]

    return SharedTLS
