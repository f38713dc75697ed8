"""Mermaid's diagrams: what is drawn of them, what stays text, what is refused."""

import re
from collections import Counter
from functools import cache
from subprocess import PIPE, Popen
from typing import Any
from xml.etree import ElementTree

import pytest
from mkdocs.exceptions import BuildError
from project import ROOT, render

from pages.code import diagrams
from pages.code.diagrams import Drawing, DrawingError, draw
from zenn.parser import parse


def texts(picture: str) -> Counter[str]:
    return Counter(e.text or "" for e in ElementTree.fromstring(picture).iter() if e.text)


def test_all_labels_of_all_diagrams_of_the_book_are_drawn() -> None:
    book = [
        fence.text
        for page in sorted((ROOT / "docs").glob("*.md"))
        for fence in parse(page.read_text("utf-8"), page, None).fences
        if fence.language == "mermaid" and fence.text.startswith("flowchart")
    ]
    assert len(book) > 20
    for source in book:
        drawing = draw(source)
        labels = [part for label in re.findall('"([^"]*)"', source) for part in label.split("<br>")]
        for picture in drawing.pictures:
            assert not Counter(labels) - texts(picture)
        assert [label for label in labels if label not in drawing.words] == []


def test_an_edge_is_drawn_between_what_it_joins_and_no_other() -> None:
    (picture,) = draw(
        'flowchart LR\n a["A"] --> x["X"]\n b["B"] --> x\n b -. no .-> y["Y"]'
    ).pictures
    root = ElementTree.fromstring(picture)
    lines = [e.get("class") for e in root.iter() if e.get("class", "").startswith("line")]
    assert lines == ["line", "line", "line dotted"]
    boxes = {
        group[1].text: (float(group[0].get("x", "")), float(group[0].get("y", "")))
        for group in root.iter("{http://www.w3.org/2000/svg}g")
    }
    assert boxes["A"][0] == boxes["B"][0] < boxes["X"][0]
    assert boxes["A"][1] < boxes["B"][1]
    assert (
        draw('flowchart LR\n a["A"] --> x["X"]\n b["B"] --> x\n b -. no .-> y["Y"]').words
        == "A → X、B → X、B → Y（no）"
    )


def test_what_is_too_wide_for_a_phone_is_drawn_twice() -> None:
    chain = "flowchart LR\n" + "".join(f" n{i} --> n{i + 1}\n" for i in range(6))
    wide, narrow = (ElementTree.fromstring(one) for one in draw(chain).pictures)
    assert float(narrow.get("width", "")) < 356 < float(wide.get("width", ""))
    page = render(f"```mermaid\n{chain}```", docs="", record="")
    assert page.count("<svg") == 2
    assert "diagram__wide" in page
    assert "diagram__narrow" in page
    assert page.count('role="img"') == 2
    assert "n0 → n1" in page


def test_signs_in_a_label_are_its_text() -> None:
    label = "a[0] --> {b} | <script> & (c) #1 \\N %%"
    (picture,) = draw(f'flowchart LR\n a["{label}"]').pictures
    assert texts(picture) == {label: 1}
    assert "<script>" not in picture


def test_the_class_of_a_part_is_a_class_of_the_drawing() -> None:
    (picture,) = draw(
        'flowchart LR\n subgraph o["O"]\n  a\n end\n class o uts\n class a pid'
    ).pictures
    assert 'class="group uts"' in picture
    assert 'class="node pid"' in picture


def test_other_kinds_ask_no_host_and_have_names_of_their_own_on_a_page() -> None:
    source = "sequenceDiagram\n  A->>B: hello\n"
    page = render(f"```mermaid\n{source}```\n\n```mermaid\n{source}```", docs="", record="")
    assert "hello" in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    names = re.findall(' id="([^"]*)"', page)
    assert len(names) == len(set(names)) > 2
    assert set(re.findall(r"url\(#([^)]*)\)", page)) <= set(names)


def test_what_is_not_known_stays_text() -> None:
    assert draw("pie\n  a: 1\n") == Drawing((), "")
    assert '<pre class="diagram">pie' in render("```mermaid\npie\n  a: 1\n```", docs="", record="")


def test_what_cannot_be_read_is_said_with_its_place() -> None:
    with pytest.raises(BuildError, match=r"text:3: the diagram can.t be drawn: "):
        render('\n\n```mermaid\nflowchart LR\n a --> "b"\n```', docs="", record="")
    with pytest.raises(DrawingError, match="more than 20,000 characters"):
        draw("flowchart LR\n" + "a" * 20_000)


def test_what_draws_is_killed_where_it_takes_too_long_and_begun_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(diagrams, "_SECONDS", 0.1)
    monkeypatch.setattr(diagrams, "_process", cache(lambda: Popen(["sleep", "60"], **PIPES)))
    with pytest.raises(DrawingError, match="said nothing"):
        draw("flowchart LR\n slow --> one")
    monkeypatch.undo()
    assert draw("flowchart LR\n next --> one").words == "next → one"


PIPES: dict[str, Any] = {"stdin": PIPE, "stdout": PIPE, "encoding": "utf-8"}


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>1</script></svg>",
        '<svg><rect onclick="1"/></svg>',
        '<svg><rect fill="url(https://a.example)"/></svg>',
        '<svg><image href="https://a.example"/></svg>',
    ],
)
def test_a_drawing_is_nothing_but_one(svg: str) -> None:
    with pytest.raises(DrawingError, match="no page takes"):
        diagrams._checked(svg)
