"""Every contract as it was released. A golden file that must change means that somebody's program breaks."""

from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import orjson
import pytest

from shared import contracts
from shared.contracts.changes import Changes, decode_changes
from shared.contracts.message import Asked, Contract, Event, Query
from shared.contracts.saving import PutDocuments, SaveDocuments
from tests.shared.contracts.samples import DRAFT, SAMPLES

GOLDEN = Path(__file__).parent / "golden"
ABSTRACT = {Contract, Asked, Event, Query}
# These travel as a bare array, so that any client can write and read them without an envelope.
ARRAYS = {Changes, PutDocuments}
# These are lines of JSON, so that nobody encodes again what is encoded already.
LINES = {SaveDocuments}


def released_contracts() -> set[type[Contract]]:
    found: set[type[Contract]] = set()
    for module in iter_modules(contracts.__path__):
        for value in vars(import_module(f"shared.contracts.{module.name}")).values():
            if isinstance(value, type) and issubclass(value, Contract) and value not in ABSTRACT:
                found.add(value)
    return {each for each in found if not each.__pydantic_generic_metadata__["args"]}


def golden_of(kind: type[Contract]) -> bytes:
    return (GOLDEN / f"{kind.__name__}.json").read_bytes()


def test_every_contract_has_a_golden_file() -> None:
    assert {kind.__name__ for kind in released_contracts()} == {path.stem for path in GOLDEN.glob("*.json")}


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: type(sample).__name__)
def test_it_is_written_as_it_was_released(sample: Contract) -> None:
    assert _values(sample.encode(), type(sample)) == _values(golden_of(type(sample)), type(sample))


@pytest.mark.parametrize(
    "sample", [each for each in SAMPLES if type(each) not in ARRAYS], ids=lambda sample: type(sample).__name__
)
def test_what_was_released_is_understood(sample: Contract) -> None:
    assert type(sample).decode(golden_of(type(sample)).strip()) == sample


def _values(text: bytes, kind: type[Contract]) -> list[object]:
    return [orjson.loads(line) for line in (text.strip().split(b"\n") if kind in LINES else [text])]


def test_a_released_announcement_is_understood() -> None:
    sample = next(each for each in SAMPLES if isinstance(each, Changes))
    assert decode_changes(golden_of(Changes)) == sample.items


def test_a_released_put_is_an_array_of_drafts() -> None:
    assert [_draft_of(each) for each in orjson.loads(golden_of(PutDocuments))] == [DRAFT]


def _draft_of(value: object) -> Contract:
    return type(DRAFT).decode(orjson.dumps(value))
