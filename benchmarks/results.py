"""What a run has found, as it is written to a file and read back: by the report, the history, and `compare`."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from pydantic import AwareDatetime, Field, JsonValue

from benchmarks.scenario import Better, Extent
from shared.contracts.message import Contract
from shared.errors import Invalid, NotFound

FILE_PATTERN = "run-*.json"


class Measured(Contract):
    # Repeat by repeat, because a machine's speed drifts between them.
    values: tuple[float, ...] = Field(min_length=1)

    @property
    def median(self) -> float:
        return float(median(self.values))

    @property
    def lowest(self) -> float:
        return min(self.values)

    @property
    def highest(self) -> float:
        return max(self.values)


class RatioResult(Measured):
    of: str
    to: str
    better: Better
    target: float | None = None

    @property
    def reached(self) -> bool | None:
        """Whether the target is; None if there is none."""
        return self.reaches(self.median)

    def reaches(self, value: float) -> bool | None:
        if self.target is None:
            return None
        return value <= self.target if self.better == "lower" else value >= self.target


class FigureResult(Measured):
    name: str
    unit: str
    better: Better


class LatencyResult(Contract):
    name: str
    # Of all repeats together, in HdrHistogram's own format.
    histogram: str


class ScenarioResult(Contract):
    name: str
    about: str
    # What the system was told for it, beside the settings of the whole run.
    settings: dict[str, str] = Field(default_factory=dict)
    figures: tuple[FigureResult, ...] = ()
    ratios: tuple[RatioResult, ...] = ()
    latencies: tuple[LatencyResult, ...] = ()
    # Figures that could not be measured here, and why.
    absent: dict[str, str] = Field(default_factory=dict)
    # Why there are no figures, if there are none.
    failure: str | None = None
    seconds: float = 0.0


class RunResult(Contract):
    started_at: AwareDatetime
    command: tuple[str, ...]
    extent: Extent
    repeats: int
    seed: int
    machine: dict[str, JsonValue]
    versions: dict[str, str]
    settings: dict[str, JsonValue]
    scenarios: tuple[ScenarioResult, ...] = ()

    @property
    def failed(self) -> Sequence[ScenarioResult]:
        return [scenario for scenario in self.scenarios if scenario.failure is not None]

    @property
    def ratios(self) -> Sequence[RatioResult]:
        return [ratio for scenario in self.scenarios for ratio in scenario.ratios]


def write_run(run: RunResult, folder: Path) -> Path:
    """A file of its own, named after the moment of its beginning."""
    path = folder / f"run-{run.started_at.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
    path.write_text(run.model_dump_json(indent=2, exclude_defaults=True) + "\n", encoding="utf-8")
    return path


def read_run(path: Path) -> RunResult:
    """The run in this file; of a folder, the newest."""
    if path.is_dir():
        files = sorted(path.glob(FILE_PATTERN))
        if not files:
            raise NotFound(f"there is no run in {path}")
        path = files[-1]
    try:
        return RunResult.decode(path.read_bytes())
    except FileNotFoundError as error:
        raise NotFound(f"there is no file {path}") from error
    except OSError as error:
        raise Invalid(f"{path} can't be read: {error.strerror}") from error
    except Invalid as error:
        raise Invalid(f"{path} is no run of the benchmarks: {error.detail}") from error


def moment(at: datetime) -> str:
    """The same wherever it is read."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
