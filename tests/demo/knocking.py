"""Knocking at the gateway's door, with and without a right to."""

import json

import aiohttp

from tests.demo.far_side import FarSide


def opening(token: object) -> str:
    return json.dumps({"MessageSchemaVersion": "1.0", "RequestId": "r", "TokenValue": token})


async def refused(far: FarSide, url: str, first: str | bytes) -> bool:
    """Whether the gateway closes the channel that opens like this, for reasons of policy."""
    async with far.http.ws_connect(url) as socket:
        if isinstance(first, str):
            await socket.send_str(first)
        else:
            await socket.send_bytes(first)
        answer = await socket.receive()
        return answer.type is aiohttp.WSMsgType.CLOSE and answer.data == 1008
