"""The page of the docs that lists every setting, written from the settings themselves."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import cast

from pydantic import BaseModel

from services.cli.origins import NAME, Setting, as_written, every_setting
from shared.settings import CONFIG_VARIABLE, Settings

OPENING = f"""\
# Settings

Every setting has a default that works. To change one, say it in one of these places; the first that says something
counts:

1. the command line, where a command has an option for it;
2. an environment variable: `POSTIL_DATABASE__HISTORY_DAYS=7`;
3. a file: `postil.toml` in the working directory, or the one that `{CONFIG_VARIABLE}` names:

   ```toml
   tenant = "acme"

   [database]
   history_days = 7
   ```

`postil config show` prints the value of each and where it comes from, with secrets masked. A name that doesn't exist
is refused inside a section, and warned of elsewhere.

This page is written by `postil config docs`; a test compares the two.
"""


def settings_page() -> str:
    parts = [OPENING]
    for keys, group in groupby(every_setting(), lambda setting: setting.keys[:-1]):
        settings = list(group)
        parts.append("\n".join(_section(keys, settings)))
        parts += ["\n".join(_each(setting)) for setting in settings if setting.each is not None]
    return "\n".join(parts)


def _section(keys: Sequence[str], settings: list[Setting]) -> Iterator[str]:
    yield f"## {'.'.join(keys)}" if keys else "## At the top"
    yield ""
    about = _about(keys)
    if about:
        yield about
        yield ""
    yield from _table(settings)


def _each(setting: Setting) -> Iterator[str]:
    """A section for those that lie in a setting: they have names of their own, or are many in a row."""
    kind = cast(type[BaseModel], setting.each)
    named = list(setting.of_each)
    yield f"### `{setting.name}{f'.{NAME}' if named else ''}`"
    yield ""
    yield " ".join((kind.__doc__ or "").split())
    yield ""
    if named:
        yield from _table(named)
        return
    yield f"`{setting.variable}` is a JSON array of such objects; in the file each is a table `[[{setting.name}]]`."
    yield ""
    yield "| in each | default |"
    yield "|---|---|"
    for name, field in kind.model_fields.items():
        yield f"| `{name}` | {_default(Setting((name,), field))} |"
    yield ""


def _table(settings: list[Setting]) -> Iterator[str]:
    yield "| setting | variable | default | meaning |"
    yield "|---|---|---|---|"
    for setting in settings:
        yield f"| `{setting.name}` | `{setting.variable}` | {_default(setting)} | {_meaning(setting)} |"
    yield ""


def _about(keys: Sequence[str]) -> str:
    """What a section says of itself; sections may lie in sections."""
    section: type[BaseModel] = Settings
    for key in keys:
        section = cast(type[BaseModel], section.model_fields[key].annotation)
    return (section.__doc__ or "").strip() if keys else ""


def _default(setting: Setting) -> str:
    default = setting.field.default
    if setting.field.is_required():
        return "none: it must be said"
    return "" if default in (None, (), {}) else f"`{as_written(default)}`"


def _meaning(setting: Setting) -> str:
    return setting.description.replace("|", "\\|")
