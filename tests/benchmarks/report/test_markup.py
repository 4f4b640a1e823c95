"""What stands in the tree as text stays text."""

from benchmarks.report.markup import document, node
from tests.benchmarks.report.html import read

HOSTILE = "</p><script>alert(\"1\")</script> & 'x' \x00\u202e"


def test_text_and_attributes_come_back_as_they_were_and_do_nothing() -> None:
    page = document(node("p", HOSTILE, title=HOSTILE))
    (paragraph,) = read(page).every("p")
    shown = HOSTILE.replace("\x00", "\N{SYMBOL FOR NULL}").replace("\u202e", "\N{REPLACEMENT CHARACTER}")
    assert paragraph.all_text == paragraph.attributes["title"] == shown
    assert paragraph.children == []


def test_text_and_elements_stay_in_their_order() -> None:
    assert document(node("p", "a", "b", node("b", "c"), None, "d", "e")) == "<!doctype html>\n<p>ab<b>c</b>de</p>\n"


def test_attributes_have_the_names_of_html() -> None:
    page = document(node("line", class_="grid", stroke_width=1.0, viewBox="0 0 1 1", x1=1 / 3, open_=None))
    assert '<line class="grid" stroke-width="1" viewBox="0 0 1 1" x1="0.33"></line>' in page
