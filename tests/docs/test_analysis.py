"""docs/ANALYSIS.md tells every step, no other, and every kind of entity that is looked for."""

import re

from services.analysis import steps
from services.analysis.catalogue import load_catalogue
from services.analysis.steps.entities import step as entities
from shared.clock import EPOCH
from shared.contracts.documents import Document
from shared.settings import AnalysisSettings
from tests.tidy.source import PROJECT

PAGE = (PROJECT / "docs" / "ANALYSIS.md").read_text()
EVERYTHING = """
https://example.org/a ada@example.org 10.1.2.3 2001:db8::1 db.example.net d41d8cd98f00b204e9800998ecf8427e
sha1 da39a3ee5e6b4b0d3255bfef95601890afd80709 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
commit 1a2b3c4d5e6f ABC-123 @grace 12.50 EUR 2026-11-20 v1.2.3
"""


def test_every_step_has_a_section_and_no_other() -> None:
    told = re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)
    assert sorted(told) == sorted(load_catalogue(steps, AnalysisSettings()).steps)


def test_every_kind_of_entity_is_told() -> None:
    assert entities.annotate is not None
    document = Document(
        id="d", tenant="t", collection="c", version=1, seq=1, created_at=EPOCH, updated_at=EPOCH, text=EVERYTHING
    )
    found = entities.annotate(document)
    assert isinstance(found, dict)
    listed = found["entities"]
    assert isinstance(listed, list)
    kinds = {each["kind"] for each in listed if isinstance(each, dict)}
    assert len(kinds) == 14
    assert {kind for kind in kinds if f"`{kind}`" not in PAGE} == set()
