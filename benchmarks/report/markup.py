"""HTML and SVG as a tree. What stands in it as text stays text, because the tree is what writes it down."""

from collections.abc import Iterable
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from shared.harmless import harmless

Child = Element | str | None


def node(name: str, *children: Child, **attributes: str | float | None) -> Element:
    """What is None is left out. Attributes that are no Python names: `class_`, `stroke_width`."""
    made = Element(name)
    for attribute, value in attributes.items():
        if value is not None:
            made.set(attribute.rstrip("_").replace("_", "-"), _said(value))
    return fill(made, children)


def fill(made: Element, children: Iterable[Child]) -> Element:
    for child in children:
        if isinstance(child, str):
            _append_text(made, harmless(child))
        elif child is not None:
            made.append(child)
    return made


def document(root: Element) -> str:
    return f"<!doctype html>\n{ET.tostring(root, encoding='unicode', method='html')}\n"


def _append_text(made: Element, text: str) -> None:
    if len(made):
        made[-1].tail = (made[-1].tail or "") + text
    else:
        made.text = (made.text or "") + text


def _said(value: str | float) -> str:
    return harmless(value) if isinstance(value, str) else f"{round(value, 2):g}"
