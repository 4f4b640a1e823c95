"""Where a NATS server is and how we show it who we are."""

import ssl
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from shared.errors import Invalid


@dataclass(frozen=True, slots=True)
class NatsOptions:
    """`url` may name several servers of a cluster, with commas between them."""

    url: str
    user: str | None = None
    password: str | None = None
    token: str | None = None
    credentials: Path | None = None
    nkey_seed: Path | None = None
    tls_ca: Path | None = None
    tls_certificate: Path | None = None
    tls_key: Path | None = None
    plain: bool = False

    @property
    def servers(self) -> list[str]:
        return [server.strip() for server in self.url.split(",") if server.strip()]

    @property
    def shown(self) -> str:
        """The servers as they may stand in a log: without a password."""
        return ",".join(_without_secrets(server) for server in self.servers)

    def arguments(self) -> dict[str, Any]:
        """What nats-py's `connect` wants to hear of it."""
        self._check_servers()
        for file in (self.credentials, self.nkey_seed):
            if file is not None:
                _check_secret_file(file)
        said = {
            "user": self.user,
            "password": self.password,
            "token": self.token,
            "user_credentials": str(self.credentials) if self.credentials else None,
            "nkeys_seed": str(self.nkey_seed) if self.nkey_seed else None,
            "tls": self._tls(),
        }
        return {"servers": self.servers} | {name: value for name, value in said.items() if value is not None}

    def _check_servers(self) -> None:
        # With no server at all nats-py would look for one for ever, and not even let a timeout through.
        if not self.servers:
            raise Invalid("the address of the broker is empty")
        for server in self.servers:
            if not _is_address(server):
                raise Invalid(
                    f"{_without_secrets(server)!r} is no address of a broker: it should look like nats://host:4222"
                )

    def _tls(self) -> ssl.SSLContext | None:
        if not (self.tls_ca or self.tls_certificate):
            return None
        try:
            context = ssl.create_default_context(cafile=self.tls_ca)
            if self.tls_certificate:
                context.load_cert_chain(self.tls_certificate, self.tls_key)
        except OSError as error:
            raise Invalid(f"the TLS files for the broker can't be used: {error}") from error
        return context


def _check_secret_file(file: Path) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Invalid(f"the broker's credentials can't be read: {error}") from error
    # nats-py would look for the seed for ever in a file that has none.
    if b"SEED" not in content and not content.strip().startswith(b"S"):
        raise Invalid(f"{file} is neither a credentials file nor an nkey seed")
    if find_spec("nkeys") is None:
        raise Invalid("credentials and nkeys need a package that is not installed: pip install 'postil[nkeys]'")


def _is_address(server: str) -> bool:
    scheme, separator, rest = server.rpartition("://")
    try:
        parts = urlsplit(f"nats://{rest}")
        # To ask for the port is to check it.
        return (scheme in ("nats", "tls") or not separator) and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _without_secrets(server: str) -> str:
    scheme, separator, rest = server.rpartition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}"
