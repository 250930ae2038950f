"""SigV4 headers for the websocket upgrade of a data channel.

Session Manager's clients sign the upgrade since 1.2.764.0: service `ssmmessages`, an empty body,
and of the headers only Host and those that the signature itself adds.
"""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from tui.aws.logins import Credentials

_SERVICE = "ssmmessages"
VALID_FOR = timedelta(minutes=5)
"""How long AWS accepts a signature; each dial needs a fresh one."""


def signature_headers(url: str, region: str, credentials: Credentials) -> dict[str, str]:
    """The headers to send with the upgrade to `url`, Host left to whoever dials.

    None for an address that was signed by AWS itself, in its query.
    """
    if any(key.lower() == "x-amz-signature" for key in parse_qs(urlsplit(url).query)):
        return {}
    request = AWSRequest(method="GET", url=url)
    SigV4Auth(credentials, _SERVICE, region).add_auth(request)
    return {name: str(value) for name, value in request.headers.items() if name.lower() != "host"}
