"""TLS is checked; whatever goes wrong with a connection is `Unavailable`."""

import ssl
import subprocess
from pathlib import Path

import pytest

from services.bot.networks.irc.connection import StreamConnection
from shared.errors import Unavailable
from tests.broker import free_port
from tests.irc_server import Guest, scripted_server
from tests.services.bot.networks.irc.real import settings_for
from tests.until import until


def certificate(folder: Path, name: str, address: str) -> Path:
    """One that is its own authority, with its key, in one file."""
    path = folder / f"{name}.pem"
    key = folder / f"{name}.key"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", f"/CN={name}", "-addext", f"subjectAltName={address}", "-keyout", key, "-out", path,
        ],
        check=True, capture_output=True,
    )  # fmt: skip
    path.write_bytes(key.read_bytes() + path.read_bytes())
    return path


def server_side(own: Path, client: Path | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own)
    if client is not None:
        context.load_verify_locations(client)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def greet(guest: Guest) -> None:
    await guest.send("PING hello")
    await guest.hears("PONG")


async def test_a_server_is_believed_by_its_certificate_alone(tmp_path: Path) -> None:
    right, other = certificate(tmp_path, "right", "IP:127.0.0.1"), certificate(tmp_path, "other", "IP:127.0.0.1")
    elsewhere = certificate(tmp_path, "elsewhere", "DNS:elsewhere.example")
    async with scripted_server(greet, tls=server_side(right)) as server:
        connection = await StreamConnection.open(settings_for(server.port, tls=True, tls_ca=right))
        assert await connection.read() == [b"PING hello"]
        await connection.close()
        for authority in (other, None):
            with pytest.raises(Unavailable, match=r"(?i)certificate verify failed"):
                await StreamConnection.open(settings_for(server.port, tls=True, tls_ca=authority))
    async with scripted_server(greet, tls=server_side(elsewhere)) as server:
        with pytest.raises(Unavailable, match="certificate is not valid for"):
            await StreamConnection.open(settings_for(server.port, tls=True, tls_ca=elsewhere))


async def test_our_own_certificate_is_shown(tmp_path: Path) -> None:
    right, ours = certificate(tmp_path, "right", "IP:127.0.0.1"), certificate(tmp_path, "ours", "DNS:bot.example")
    async with scripted_server(greet, tls=server_side(right, ours)) as server:
        settings = settings_for(server.port, tls=True, tls_ca=right, tls_certificate=ours)
        connection = await StreamConnection.open(settings)
        assert await connection.read() == [b"PING hello"]
        await connection.close()


async def test_what_can_not_be_connected_to(tmp_path: Path) -> None:
    (tmp_path / "empty.pem").touch()
    nobody = settings_for(free_port())
    for update in (
        {},
        {"host": "a..b"},
        {"tls": True, "tls_ca": tmp_path / "missing.pem"},
        {"tls": True, "tls_certificate": tmp_path / "empty.pem"},
    ):
        with pytest.raises(Unavailable, match="no connection to"):
            await StreamConnection.open(nobody.model_copy(update=update))


def flood(connection: StreamConnection) -> None:
    for _ in range(100_000):
        connection.write("x" * 1_000)


async def test_a_server_that_does_not_read_is_left() -> None:
    async def deaf(guest: Guest) -> None:
        await until(lambda: is_over)

    is_over = False
    async with scripted_server(deaf) as server:
        connection = await StreamConnection.open(settings_for(server.port))
        with pytest.raises(Unavailable, match="does not read"):
            flood(connection)
        await connection.close()
        with pytest.raises(Unavailable, match="closed"):
            connection.write("x")
        is_over = True
