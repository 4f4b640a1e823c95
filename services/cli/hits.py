"""What a search has found, and how it was found, as a person sees it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from services.cli.pictures import excerpt, local, table
from services.cli.words import size
from shared.contracts.search import Explanation, FacetCount, Found, Highlight, Hit, IndexReport
from shared.harmless import harmless, one_line

AROUND_CHARACTERS = 50
EXCERPT_CHARACTERS = 160
STYLE_OF_STATE = {"READY": "green", "BUILDING": "yellow", "STALE": "red"}
_FLAT = str.maketrans("\r\n\t", "   ")


def hits_picture(hits: Sequence[Hit]) -> RenderableType:
    parts: list[RenderableType] = []
    for hit in hits:
        parts += [_head(hit), *_body(hit), Text()]
    return Group(*parts[:-1])


def _head(hit: Hit) -> Text:
    document = hit.document
    head = Text(no_wrap=True, overflow="ellipsis")
    head.append(harmless(hit.id), style="bold")
    head.append(f"  {harmless(document.collection)}", style="cyan")
    head.append(f"  {local(document.occurred_at or document.created_at)}", style="dim")
    if document.author:
        head.append(f"  {one_line(document.author, AROUND_CHARACTERS)}")
    # Ranks made one differ in the fourth place, and sums of weights are above 1. Nothing is scored where time ranks.
    head.append(f"  {hit.score:.3g}" if hit.score else "", style="dim")
    return head


def _body(hit: Hit) -> Iterator[Text]:
    document = hit.document
    if document.title:
        yield _marked(document.title, _spans(hit.highlights, "title"), style="bold")
    if document.text:
        yield _marked(document.text, _spans(hit.highlights, "text"))
    elif not document.title:
        yield Text(excerpt(document))


def _spans(highlights: Iterable[Highlight], field: str) -> list[tuple[int, int]]:
    return sorted(span for each in highlights if each.field == field for span in each.spans)


def _marked(text: str, spans: Sequence[tuple[int, int]], style: str = "") -> Text:
    """On one line, around the first of what was found; and that stands out."""
    start = max(0, spans[0][0] - AROUND_CHARACTERS) if spans else 0
    end = min(len(text), start + EXCERPT_CHARACTERS)
    shown, place = Text("…" if start else "", style=style), start
    for first, last in spans:
        if first >= end:
            break
        shown.append(_flat(text[place:first]))
        shown.append(_flat(text[first : min(last, end)]), style="bold yellow")
        place = last
    shown.append(_flat(text[place:end]))
    return shown.append("…" if end < len(text) else "")


def _flat(text: str) -> str:
    return harmless(text.translate(_FLAT))


def facets_picture(facets: Mapping[str, Sequence[FacetCount]]) -> Table:
    made = table("facet", "count", "value", right=("count",))
    for name, counts in facets.items():
        for count in counts:
            value = one_line(count.value, EXCERPT_CHARACTERS)
            made.add_row(Text(name, style="cyan"), f"{count.count:,}", Text(value))
    return made


def explanation_picture(explanation: Explanation) -> RenderableType:
    times = "  ".join(f"{name} {ms:.2f} ms" for name, ms in explanation.timings_ms.items())
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_row(Text("understood", style="dim"), Text(harmless(explanation.understood)))
    for step in explanation.plan:
        facts.add_row(Text("plan", style="dim"), Text(harmless(step)))
    facts.add_row(Text("time", style="dim"), Text(times))
    for warning in explanation.warnings:
        facts.add_row(Text("warning", style="yellow"), Text(harmless(warning)))
    return Group(facts, Text(), indexes_table(explanation.indexes))


def indexes_table(reports: Sequence[IndexReport]) -> Table:
    figures = ("documents", "applied", "of", "size")
    made = table("index", "state", *figures, "", right=figures)
    for each in reports:
        made.add_row(
            Text(each.index),
            Text(each.state, style=STYLE_OF_STATE[each.state]),
            f"{each.documents:,}",
            f"{each.applied_seq:,}",
            f"{each.last_seq:,}",
            size(each.bytes),
            Text(harmless(each.detail or ""), style="dim"),
        )
    return made


def summary_of(found: Found) -> str:
    return f"{len(found.hits):,} of {found.total:,}" + (f"; go on with --after {found.next}" if found.next else "")
