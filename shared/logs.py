"""Logs: one line for each event, readable on a terminal, JSON anywhere else."""

import logging
import sys
from typing import TextIO

import structlog
from structlog.dev import (
    Column,
    ConsoleRenderer,
    KeyValueColumnFormatter,
    LogLevelColumnFormatter,
    RichTracebackFormatter,
)
from structlog.processors import ExceptionRenderer
from structlog.tracebacks import ExceptionDictTransformer
from structlog.typing import EventDict, Processor, WrappedLogger

from shared.settings import LogSettings

SHOWN_LEVELS = ("debug", "info", "warning", "error")
# What a function had in hand when it failed may be a password, or somebody's words.
_TRACEBACKS = ExceptionRenderer(ExceptionDictTransformer(show_locals=False))


def configure_logs(settings: LogSettings, *, service: str, stream: TextIO = sys.stderr) -> None:
    """Set up structlog for this process; what libraries log by `logging` takes the same way."""
    pretty = settings.format == "pretty" or (settings.format == "auto" and stream.isatty())

    def sign(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
        # Not by a context variable: threads, of which the database has some, don't inherit those.
        event.setdefault("service", service)
        return event

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        sign,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="%H:%M:%S" if pretty else "iso", utc=not pretty),
    ]
    last: list[Processor] = (
        [_pretty(colors=stream.isatty())] if pretty else [_TRACEBACKS, structlog.processors.JSONRenderer()]
    )
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, settings.level.upper())),
        logger_factory=structlog.WriteLoggerFactory(stream),
        cache_logger_on_first_use=True,
    )
    formatter = structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=[_unwrap, *last])
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


def _pretty(*, colors: bool) -> ConsoleRenderer:
    """When, how bad, who, what, and then the rest."""
    styles = ConsoleRenderer.get_default_column_styles(colors)
    levels = ConsoleRenderer.get_default_level_styles(colors)

    def bare(style: str, width: int) -> KeyValueColumnFormatter:
        return KeyValueColumnFormatter(None, style, styles.reset, str, width)

    return ConsoleRenderer(
        exception_formatter=RichTracebackFormatter(show_locals=False),
        columns=[
            Column("timestamp", bare(styles.timestamp, 8)),
            Column("level", LogLevelColumnFormatter({name: levels[name] for name in SHOWN_LEVELS}, styles.reset)),
            Column("service", bare(styles.logger_name, 8)),
            Column("event", bare(styles.bright, 18)),
            Column("", KeyValueColumnFormatter(styles.kv_key, styles.kv_value, styles.reset, _in_short)),
        ],
    )


def _in_short(value: object) -> str:
    said = str(value)
    return repr(said) if " " in said else said


def _unwrap(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    return structlog.stdlib.ProcessorFormatter.remove_processors_meta(logger, name, event)
