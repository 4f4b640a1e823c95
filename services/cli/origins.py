"""Every setting with its value and where that comes from, and what was written for a setting that doesn't exist."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import cast, get_args, get_origin

import orjson
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from shared.bus.nats import NatsOptions
from shared.settings import CONFIG_VARIABLE, ENVIRONMENT_PREFIX, Settings, config_file

Keys = tuple[str, ...]
Table = Mapping[str, object]

MASK = "********"
DELIMITER = "__"
# Stands for the name that whoever writes the settings gives to a section.
NAME = "<name>"


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
        return ENVIRONMENT_PREFIX + DELIMITER.join(self.keys).upper()

    @property
    def description(self) -> str:
        return self.field.description or ""

    @property
    def each(self) -> type[BaseModel] | None:
        """What lies in it, if it holds sections: under names of their own, or one after the other."""
        kinds = get_args(self.field.annotation)
        holds_some = get_origin(self.field.annotation) in (dict, tuple)
        return next((kind for kind in kinds if holds_some and _is_section(kind)), None)

    @property
    def of_each(self) -> Iterator["Setting"]:
        """The settings of each section that lies in it under a name of its own."""
        if self.each is not None and get_origin(self.field.annotation) is dict:
            yield from every_setting(self.each, (*self.keys, NAME))

    def called(self, name: str) -> "Setting":
        """The same one in the section of that name."""
        return Setting(tuple(name if key == NAME else key for key in self.keys), self.field)


@dataclass(frozen=True, slots=True)
class SettingInForce:
    """One setting as it holds just now; a secret is masked in `value`."""

    setting: Setting
    value: object
    source: str


def every_setting(model: type[BaseModel] = Settings, above: Keys = ()) -> Iterator[Setting]:
    for name, field in model.model_fields.items():
        kind = field.annotation
        if _is_section(kind):
            yield from every_setting(cast(type[BaseModel], kind), (*above, name))
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
        names = cast(Table, _value(settings, setting.keys)) if any(setting.of_each) else ()
        for each in (setting, *(part.called(name) for name in names for part in setting.of_each)):
            held = next((name for name, table in sources.items() if _holds(table, each.keys)), "default")
            source = f"environment {each.variable}" if held == "environment" else held
            yield SettingInForce(each, _shown(settings, each), source)


def unknown_settings() -> Sequence[str]:
    """A sentence for each name that was written in the environment or the file, and means nothing."""
    known = [part.variable for setting in every_setting() for part in (setting, *setting.of_each)]
    written = [name for name in os.environ if name.startswith(ENVIRONMENT_PREFIX) and name.upper() != CONFIG_VARIABLE]
    strangers = [name for name in written if not any(_means(name.upper(), variable) for variable in known)]
    file = config_file()
    keys = [key for key in TomlConfigSettingsSource(Settings, file)() if key not in Settings.model_fields]
    return [
        *(
            f"{name} in the environment is no setting{_hint(name.upper(), _as_in(name, known))}"
            for name in sorted(strangers)
        ),
        *(f"{key!r} in {file} is no setting{_hint(key, Settings.model_fields)}" for key in sorted(keys)),
    ]


def as_written(value: object) -> str:
    """As it stands in the environment: what consists of parts is JSON."""
    if isinstance(value, tuple):
        value = orjson.dumps(value, default=_section_as_json).decode()
    return str(value)


def _section_as_json(section: BaseModel) -> object:
    # In JSON a secret is masked.
    return section.model_dump(mode="json", exclude_defaults=True)


def _is_section(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _means(name: str, variable: str) -> bool:
    """Whether it is the name of this variable, or of a section that holds it: that one is written as JSON."""
    parts, keys = name.split(DELIMITER), variable.split(DELIMITER)
    return len(parts) <= len(keys) and all(
        part == key or key == NAME.upper() for part, key in zip(parts, keys, strict=False)
    )


def _as_in(name: str, variables: Sequence[str]) -> Sequence[str]:
    """The variables, with the names of sections that were written there."""
    parts = name.upper().split(DELIMITER)
    return [
        DELIMITER.join(
            parts[place] if key == NAME.upper() and place < len(parts) else key
            for place, key in enumerate(variable.split(DELIMITER))
        )
        for variable in variables
    ]


def _hint(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _holds(table: Table, keys: Keys) -> bool:
    here: object = table
    for name in keys:
        if not isinstance(here, Mapping) or name not in here:
            return False
        here = here[name]
    return True


def _value(settings: Settings, keys: Keys) -> object:
    here: object = settings
    for name in keys:
        here = here[name] if isinstance(here, Mapping) else getattr(here, name)
    return here


def _shown(settings: Settings, setting: Setting) -> object:
    value = _value(settings, setting.keys)
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, Mapping):
        # What is in them has lines of its own, where secrets are masked.
        return ", ".join(value) or None
    if setting.name == "nats.url" and value is not None:
        return NatsOptions(cast(str, value)).shown
    if setting.keys[:2] == ("bot", "irc") and setting.keys[-1] == "channels":
        value = tuple(_without_key(channel) for channel in cast(Sequence[str], value))
    return as_written(value) if isinstance(value, tuple) else value


def _without_key(channel: str) -> str:
    words = channel.split()
    return f"{words[0]} {MASK}" if len(words) > 1 else channel
