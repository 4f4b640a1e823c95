"""How we show a server who we are, and what is said when that can't work."""

from pathlib import Path

import pytest

from shared.bus.nats import NatsOptions, NatsWire
from shared.errors import Invalid, Unavailable
from tests.shared.bus.guarded import guarded_broker

CERTIFICATES = Path(__file__).parent / "certificates"
AUTHORITY = CERTIFICATES / "authority.pem"
TLS = f"""
tls {{
  cert_file: "{CERTIFICATES / "server.pem"}"
  key_file: "{CERTIFICATES / "server.key"}"
  ca_file: "{AUTHORITY}"
  verify: true
}}
"""


@pytest.mark.parametrize(
    ("guard", "right", "wrong"),
    [
        ('{ user: "u", password: "p" }', {"user": "u", "password": "p"}, {"user": "u", "password": "x"}),
        ('{ token: "t" }', {"token": "t"}, {"token": "x"}),
        ('{ token: "t" }', {"token": "t"}, {}),
    ],
)
async def test_who_can_show_who_it_is_comes_in(
    tmp_path: Path, guard: str, right: dict[str, str], wrong: dict[str, str]
) -> None:
    async with guarded_broker(tmp_path, f"authorization {guard}\n") as url:
        wire = await NatsWire.connect(NatsOptions(url, **right))  # type: ignore[arg-type]  # all of them are texts
        await wire.ready()
        await wire.close()
        with pytest.raises(Unavailable, match=r"(?i)authorization violation"):
            await NatsWire.connect(NatsOptions(url, **wrong), connect_seconds_max=0.4)  # type: ignore[arg-type]  # texts, too


async def test_a_server_that_wants_certificates_gets_ours_and_shows_its_own(tmp_path: Path) -> None:
    async with guarded_broker(tmp_path, TLS) as url:
        ours = NatsOptions(
            url,
            tls_ca=AUTHORITY,
            tls_certificate=CERTIFICATES / "client.pem",
            tls_key=CERTIFICATES / "client.key",
        )
        wire = await NatsWire.connect(ours)
        await wire.ready()
        await wire.close()
        with pytest.raises(Unavailable, match=r"(?i)certificate"):
            await NatsWire.connect(NatsOptions(url), connect_seconds_max=0.4)
        with pytest.raises(Unavailable):
            await NatsWire.connect(NatsOptions(url, tls_ca=AUTHORITY), connect_seconds_max=0.4)


async def test_files_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    nothing, text = tmp_path / "nothing", tmp_path / "text"
    text.write_text("just some text")
    for options, reason in (
        (NatsOptions("nats://x", credentials=nothing), "can't be read"),
        (NatsOptions("nats://x", nkey_seed=nothing), "can't be read"),
        (NatsOptions("nats://x", credentials=text), "neither"),
        (NatsOptions("nats://x", nkey_seed=text), "neither"),
        (NatsOptions("nats://x", tls_ca=nothing), "TLS files"),
        (NatsOptions("nats://x", tls_ca=text), "TLS files"),
        (NatsOptions("nats://x", tls_certificate=text, tls_key=text), "TLS files"),
    ):
        with pytest.raises(Invalid, match=reason):
            await NatsWire.connect(options)


async def test_a_seed_without_the_package_for_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.bus.nats.options.find_spec", lambda _: None)
    seed = tmp_path / "seed"
    seed.write_text("SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY")
    with pytest.raises(Invalid, match="nkeys"):
        await NatsWire.connect(NatsOptions("nats://x", nkey_seed=seed))


def test_several_servers_can_be_named_and_none_shows_its_secret() -> None:
    options = NatsOptions("nats://u:p@a:1, tls://t@b:2,c:3,")
    assert options.servers == ["nats://u:p@a:1", "tls://t@b:2", "c:3"]
    assert options.shown == "nats://a:1,tls://b:2,c:3"


@pytest.mark.parametrize("url", ["", " , ", "nats://", "nats://a:b", "http://127.0.0.1:1", "nats://a:1,ws://b:2"])
async def test_an_address_that_is_none_is_said_at_once(url: str) -> None:
    with pytest.raises(Invalid, match="address"):
        await NatsWire.connect(url)
