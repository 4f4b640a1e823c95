"""Every setting with its value and where that comes from, and what was written for a setting that doesn't exist."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from shared.bus.nats import NatsOptions
from shared.settings import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, Settings, config_file

Keys = tuple[str, ...]
Table = Mapping[str, object]

MASK = "********"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it is defined."""

    keys: Keys
    field: FieldInfo

    @property
    def name(self) -> str:
        return ".".join(self.keys)

    @property
    def variable(self) -> str:
        return ENVIRONMENT_PREFIX + "__".join(self.keys).upper()

    @property
    def description(self) -> str:
        return self.field.description or ""


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """One setting as it holds just now; a secret is masked in `value`."""

    setting: Setting
    value: object
    source: str


def every_setting(model: type[BaseModel] = Settings, above: Keys = ()) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from every_setting(kind, (*above, name))
        else:
            yield Setting((*above, name), field)


def settings_in_force(settings: Settings, said: Table) -> Iterator[SettingInForce]:
    """`said` is what the command line said."""
    file = config_file()
    sources = {
        "command line": said,
        "environment": EnvSettingsSource(Settings)(),
        f"file {file}": TomlConfigSettingsSource(Settings, file)(),
    }
    for setting in every_setting():
        held = next((name for name, table in sources.items() if _holds(table, setting.keys)), "default")
        source = f"environment {setting.variable}" if held == "environment" else held
        yield SettingInForce(setting, _shown(settings, setting), source)


def unknown_settings() -> Sequence[str]:
    """A sentence for each name that was written in the environment or the file, and means nothing."""
    known = {setting.variable: setting for setting in every_setting()}
    sections = {ENVIRONMENT_PREFIX + name.upper() for name in Settings.model_fields}
    written = [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX)]
    strangers = [name for name in written if name.upper() not in {*known, *sections, CONFIG_VARIABLE}]
    file = config_file()
    keys = [key for key in TomlConfigSettingsSource(Settings, file)() if key not in Settings.model_fields]
    return [
        *(f"{name} in the environment is no setting{_hint(name.upper(), known)}" for name in sorted(strangers)),
        *(f"{key!r} in {file} is no setting{_hint(key, Settings.model_fields)}" for key in sorted(keys)),
    ]


def _hint(name: str, known: Mapping[str, object]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _holds(table: Table, keys: Keys) -> bool:
    here: object = table
    for name in keys:
        if not isinstance(here, Mapping) or name not in here:
            return False
        here = here[name]
    return True


def _shown(settings: Settings, setting: Setting) -> object:
    here: object = settings
    for name in setting.keys:
        here = getattr(here, name)
    if isinstance(here, SecretStr):
        return MASK
    if setting.name == "nats.url" and here is not None:
        return NatsOptions(cast(str, here)).shown
    return here
