"""The sessions that AWS knows of, whoever started them."""

from tui.aws import sts
from tui.aws.ask import Asking, pages
from tui.aws.fields import Fields, items, seconds, text
from tui.aws.opener import Accounts
from tui.errors import Refused
from tui.model.found import FoundSession

_PAGE = 200
_MOST = 4_000
_GONE = "DoesNotExistException"


class AwsBook:
    """Asks about sessions; accounts are named by their addresses, as in `Accounts.place`."""

    def __init__(self, ask: Asking, accounts: Accounts) -> None:
        self._ask = ask
        self._accounts = accounts

    async def caller(self, account: str, region: str) -> str:
        """The ARN that AWS takes us for."""
        return (await sts.identity(self._ask, self._accounts.place(account, region))).arn

    async def active(self, account: str, region: str) -> tuple[FoundSession, ...]:
        """The sessions that are open, anybody's, at most 4,000; raises a `Trouble`."""
        place = self._accounts.place(account, region)
        asked = {"State": "Active", "MaxResults": _PAGE}
        found: list[FoundSession] = []
        async for page in pages(
            self._ask, place, "ssm", "DescribeSessions", asked, token="NextToken"
        ):
            found += [one for one in map(parse_session, items(page, "Sessions")) if one.session_id]
            if len(found) >= _MOST:
                break
        return tuple(found)

    async def is_over(self, account: str, region: str, session_id: str) -> bool:
        """Whether AWS remembers that the session has ended, as it does for 30 days."""
        asked = {"State": "History", "Filters": [{"key": "SessionId", "value": session_id}]}
        place = self._accounts.place(account, region)
        answer = await self._ask(place, "ssm", "DescribeSessions", asked)
        return any(text(one, "SessionId") == session_id for one in items(answer, "Sessions"))

    async def terminate(self, account: str, region: str, session_id: str) -> bool:
        """End a session by its id; False when there is none, as far as AWS knows."""
        place = self._accounts.place(account, region)
        try:
            await self._ask(place, "ssm", "TerminateSession", {"SessionId": session_id})
        except Refused as refused:
            if refused.code == _GONE:
                return False
            raise
        return True


def parse_session(one: Fields) -> FoundSession:
    """One entry of DescribeSessions."""
    return FoundSession(
        session_id=text(one, "SessionId"),
        target=text(one, "Target"),
        owner=text(one, "Owner"),
        status=text(one, "Status"),
        reason=text(one, "Reason"),
        document=text(one, "DocumentName"),
        started_at=seconds(one, "StartDate"),
    )
