"""Reads a page strictly: every element that is opened is closed, in order."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

# They have no end, and nothing in them.
EMPTY = {"meta", "br"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    content: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        return [part for part in self.content if isinstance(part, Element)]

    @property
    def all_inside(self) -> list["Element"]:
        return [self, *(found for child in self.children for found in child.all_inside)]

    def every(self, name: str, kind: str = "") -> list["Element"]:
        """All elements of that name, and of that class if one is given."""
        named = [element for element in self.all_inside if element.name == name]
        return [element for element in named if not kind or kind in element.attributes.get("class", "").split()]

    @property
    def all_text(self) -> str:
        return "".join(part if isinstance(part, str) else part.all_text for part in self.content)


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"{tag} has an attribute twice"
        made = Element(tag, {name: value or "" for name, value in attrs})
        self.ids += [made.attributes["id"]] if "id" in made.attributes else []
        self.open[-1].content.append(made)
        if tag not in EMPTY:
            self.open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def read(page: str) -> Element:
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].name}> is not closed"
    assert len(set(reader.ids)) == len(reader.ids)
    return reader.open[0]
