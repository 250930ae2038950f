"""Ours against AWS's session-manager-plugin, where it is on PATH: same gateway, same run.

Both run as a process of their own: `hatchway session …`, and the plugin as the AWS CLI starts it.
"""

import concurrent.futures
import os
import socket
import statistics
import time
from collections.abc import Callable

from tests.bench.clients import Client, Shell, Tunnel, clients, tunnel
from tests.bench.embedded import served
from tests.bench.fleet import web_container
from tests.bench.sizes import Sizes

KEYS = 300
UPLOAD = 8 << 20
DOWNLOAD = 32 << 20
PARALLEL = 20
EACH = 1 << 20
STARTS = 5
PROMPT = b"# "
RAW_CAT = b"stty raw -echo; printf rea; printf dy; exec cat\n"


def run(_: Sizes) -> None:
    """Prints one line for each client and measure, and the ratios."""
    with served() as environment:
        os.environ.update(environment)
        target, port = web_container()
        print(f"sessions to {target}, port {port}")
        for client in clients():
            _shell(client, target)
            _forward(client, target, port)


def _shell(client: Client, target: str) -> None:
    prompts, echoes = [], []
    for _ in range(STARTS):
        started = time.perf_counter()
        shell = Shell(client.command(target, "", {}))
        shell.until(PROMPT)
        prompts.append(time.perf_counter() - started)
        shell.end()
    shell = Shell(client.command(target, "", {}))
    shell.until(PROMPT)
    shell.type(RAW_CAT)
    shell.until(b"ready")
    time.sleep(0.5)
    for _ in range(KEYS):
        started = time.perf_counter()
        shell.type(b"x")
        shell.until(b"x")
        echoes.append((time.perf_counter() - started) * 1000)
    shell.end()
    echoes.sort()
    _say(client, "session start to prompt", f"{statistics.median(prompts):7.2f} s")
    middle, late = statistics.median(echoes), echoes[int(KEYS * 0.95)]
    _say(client, f"keystroke to echo ({KEYS} keys)", f"{middle:7.2f} ms   p95 {late:7.2f} ms")


def _forward(client: Client, target: str, port: int) -> None:
    with tunnel(client, target, port) as way:
        _rate(client, way, "upload", UPLOAD, _upload)
        _rate(client, way, "download", DOWNLOAD, _download)
        started = time.perf_counter()
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            list(pool.map(lambda _: _download(way.port, EACH), range(PARALLEL)))
        took = time.perf_counter() - started
        _say(client, f"{PARALLEL} parallel downloads of 1 MiB", f"{took:7.2f} s")


def _rate(
    client: Client, way: Tunnel, what: str, size: int, move: Callable[[int, int], None]
) -> None:
    before, started = way.cpu(), time.perf_counter()
    move(way.port, size)
    took, cpu = time.perf_counter() - started, way.cpu() - before
    _say(
        client,
        f"{what} of {size >> 20} MiB",
        f"{size / 1e6 / took:7.2f} MB/s   {cpu / (size / 1e8):6.2f} s CPU per 100 MB",
    )


def _upload(port: int, size: int) -> None:
    """Until the far end says that it has counted everything."""
    block = os.urandom(1 << 16)
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(_request("POST", "/count", size))
        for _ in range(size // len(block)):
            connection.sendall(block)
        answer = _all(connection)
    if not answer.endswith(f"\r\n\r\n{size}\n".encode()):
        raise RuntimeError(f"not everything arrived: {answer[-200:]!r}")


def _download(port: int, size: int) -> None:
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(_request("GET", f"/bytes/{size}", 0))
        came = len(_all(connection).partition(b"\r\n\r\n")[2])
    if came != size:
        raise RuntimeError(f"{came} bytes came instead of {size}")


def _request(method: str, path: str, size: int) -> bytes:
    lines = (f"{method} {path} HTTP/1.1", "Host: x", f"Content-Length: {size}", "Connection: close")
    return "\r\n".join([*lines, "", ""]).encode()


def _all(connection: socket.socket) -> bytes:
    pieces = []
    while piece := connection.recv(1 << 20):
        pieces.append(piece)
    return b"".join(pieces)


def _say(client: Client, what: str, result: str) -> None:
    print(f"  {client.name:9} {what:34} {result}", flush=True)
