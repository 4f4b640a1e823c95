"""What a search has found, as a person sees it."""

from collections.abc import Iterable, Sequence

from rich.console import Group, RenderableType
from rich.text import Text

from services.cli.harmless import harmless, one_line
from services.cli.pictures import excerpt, local, table
from shared.contracts.search import Explanation, FacetCount, Found, Highlight, Hit, IndexReport

AROUND_CHARACTERS = 50
EXCERPT_CHARACTERS = 160
STYLE_OF_STATE = {"READY": "green", "BUILDING": "yellow", "STALE": "red"}


def hits_picture(hits: Sequence[Hit]) -> RenderableType:
    parts: list[RenderableType] = []
    for hit in hits:
        document = hit.document
        head = Text(no_wrap=True, overflow="ellipsis")
        head.append(harmless(hit.id), style="bold")
        head.append(f"  {harmless(document.collection)}", style="cyan")
        head.append(f"  {local(document.occurred_at or document.created_at)}", style="dim")
        head.append(f"  {hit.score:.3f}" if abs(hit.score) < 1_000 else "", style="dim")
        title = _marked(document.title, hit.highlights, "title") if document.title else None
        parts += [head, *([title] if title else []), _marked_excerpt(hit), Text()]
    return Group(*parts[:-1])


def _marked_excerpt(hit: Hit) -> Text:
    text = hit.document.text
    spans = [span for each in hit.highlights if each.field == "text" for span in each.spans]
    if not text or not spans:
        return Text(one_line(text, EXCERPT_CHARACTERS) if text else excerpt(hit.document), style="")
    start = max(0, spans[0][0] - AROUND_CHARACTERS)
    end = min(len(text), start + EXCERPT_CHARACTERS)
    shown = Text("…" if start else "")
    shown.append_text(_with_spans(text, spans, start, end))
    shown.append("…" if end < len(text) else "")
    return shown


def _marked(text: str, highlights: Iterable[Highlight], field: str) -> Text:
    spans = [span for each in highlights if each.field == field for span in each.spans]
    return _with_spans(text, spans, 0, min(len(text), EXCERPT_CHARACTERS))


def _with_spans(text: str, spans: Iterable[tuple[int, int]], start: int, end: int) -> Text:
    """The part of the text on one line; what was found stands out."""
    shown, place = Text(), start
    for first, last in sorted(spans):
        if last > end or first < place:
            continue
        shown.append(_flat(text[place:first]))
        shown.append(_flat(text[first:last]), style="bold yellow")
        place = last
    return shown.append(_flat(text[place:end]))


def _flat(text: str) -> str:
    return harmless(text.replace("\n", " ").replace("\t", " "))


def facets_picture(facets: dict[str, tuple[FacetCount, ...]]) -> RenderableType:
    made = table("facet", "count", "value", right=("count",))
    for name, counts in facets.items():
        for count in counts:
            made.add_row(Text(name, style="cyan"), f"{count.count:,}", Text(harmless(count.value)))
    return made


def explanation_picture(explanation: Explanation) -> RenderableType:
    lines = [Text.assemble(("understood  ", "dim"), harmless(explanation.understood))]
    lines += [Text.assemble(("plan        ", "dim"), harmless(step)) for step in explanation.plan]
    times = "  ".join(f"{name} {ms:.2f} ms" for name, ms in explanation.timings_ms.items())
    lines.append(Text.assemble(("time        ", "dim"), times))
    lines += [Text.assemble(("warning     ", "yellow"), harmless(warning)) for warning in explanation.warnings]
    return Group(*lines, indexes_table(explanation.indexes))


def indexes_table(reports: Sequence[IndexReport]) -> RenderableType:
    made = table(
        "index", "state", "documents", "applied", "of", "bytes", "", right=("documents", "applied", "of", "bytes")
    )
    for each in reports:
        made.add_row(
            each.index,
            Text(each.state, style=STYLE_OF_STATE[each.state]),
            f"{each.documents:,}",
            f"{each.applied_seq:,}",
            f"{each.last_seq:,}",
            f"{each.bytes:,}",
            Text(each.detail or "", style="dim"),
        )
    return made


def summary_of(found: Found) -> str:
    shown = len(found.hits)
    return f"{shown:,} of {found.total:,}" + (f"; go on with --after {found.next}" if found.next else "")
