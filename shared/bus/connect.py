"""Where the broker is, and how to get a wire to it: from the settings, or from the running system's own note."""

import orjson
from pydantic import SecretStr

from shared.bus.nats import NatsOptions, NatsWire
from shared.errors import Unavailable
from shared.settings import Settings

ENDPOINTS_FILE = "endpoints.json"


async def connect(settings: Settings, *, name: str) -> NatsWire:
    return await NatsWire.connect(
        _options(settings), name=f"postil-{name}", connect_seconds_max=settings.nats.connect_seconds_max
    )


def _options(settings: Settings) -> NatsOptions:
    nats = settings.nats
    return NatsOptions(
        url=nats.url or running_url(settings),
        user=nats.user,
        password=_revealed(nats.password),
        token=_revealed(nats.token),
        credentials=nats.credentials,
        nkey_seed=nats.nkey_seed,
        tls_ca=nats.tls_ca,
        tls_certificate=nats.tls_certificate,
        tls_key=nats.tls_key,
        plain=nats.plain,
    )


def running_url(settings: Settings) -> str:
    """The URL that a running `postil up` has written into its data folder."""
    note = settings.data / ENDPOINTS_FILE
    try:
        return str(orjson.loads(note.read_bytes())["nats_url"])
    except FileNotFoundError as error:
        raise Unavailable(
            f"nothing is running on {settings.data}: start it with `postil up`, or name a server with POSTIL_NATS__URL"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unavailable(f"{note} can't be read: {error}") from error


def _revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
