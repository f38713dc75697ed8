"""Programs included in a chapter: the file, a section of it, and what is wrong with the line."""

from collections.abc import Callable
from pathlib import Path

import pytest

from zenn.model import ChapterError, Document

Parse = Callable[[str], Document]

BODY = '\tputs("Hello");\n'
MAIN = f"int main(void) {{\n{BODY}}}\n"
WHOLE = f"#include <stdio.h>\n{MAIN}// the end\n"


def test_a_file_is_shown_whole(chapter: Parse) -> None:
    (fence,) = chapter('```python:hello.py\n--8<-- "02-uts/hello.py"\n```\n').fences
    assert fence.text == fence.whole == 'print("hello")\n'
    assert fence.included
    assert (fence.line, fence.end) == (1, 3)


def test_a_section_is_shown_while_the_whole_file_runs(chapter: Parse) -> None:
    (fence,) = chapter('```c:clone.c\n--8<-- "02-uts/clone.c:main"\n```\n').fences
    assert (fence.text, fence.whole) == (MAIN, WHOLE)


def test_a_section_ends_with_its_code(chapter: Parse, snippets: Path) -> None:
    mark = "# --8<-- [{}:greet]\n"
    function = 'def greet():\n\n    print("hello")\n'
    (snippets / "greet.py").write_text(
        f"{mark.format('start')}\n{function}\n\n{mark.format('end')}\n\ngreet()\n"
    )
    (fence,) = chapter('```python\n--8<-- "greet.py:greet"\n```\n').fences
    assert fence.text == function


def test_an_empty_section_shows_nothing(chapter: Parse, snippets: Path) -> None:
    (snippets / "none.py").write_text("# --8<-- [start:none]\n\n# --8<-- [end:none]\n")
    (fence,) = chapter('```python\n--8<-- "none.py:none"\n```\n').fences
    assert fence.text == ""


def test_marker_lines_never_show(chapter: Parse) -> None:
    (fence,) = chapter('```c\n--8<-- "02-uts/clone.c"\n```\n').fences
    assert fence.text == WHOLE
    assert "--8<--" not in fence.whole


def test_an_include_among_other_lines_is_part_of_the_text(chapter: Parse) -> None:
    (fence,) = chapter('```python\nif True:\n    --8<-- "02-uts/hello.py"\n```\n').fences
    assert fence.text == fence.whole == 'if True:\n    print("hello")\n'


def test_an_include_within_a_list_loses_the_indent_of_the_list(chapter: Parse) -> None:
    (fence,) = chapter('- a\n\n  ```c\n  --8<-- "02-uts/clone.c:body"\n  ```\n').fences
    assert fence.text == BODY


def test_what_a_file_includes_stays_as_it_is(chapter: Parse, snippets: Path) -> None:
    (snippets / "again.sh").write_text('--8<-- "02-uts/hello.py"\n')
    (fence,) = chapter('```sh\n--8<-- "again.sh"\n```\n').fences
    assert fence.text == '--8<-- "02-uts/hello.py"\n'


def test_a_program_that_changes_changes_the_digest(chapter: Parse, snippets: Path) -> None:
    text = '```c\n--8<-- "02-uts/clone.c:body"\n```\n'
    (before,) = chapter(text).fences
    file = snippets / "02-uts" / "clone.c"
    file.write_text(file.read_text() + "// changed\n")
    (after,) = chapter(text).fences
    assert before.text == after.text
    assert before.digest != after.digest


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('--8<-- "02-uts/helo.py"', 'did you mean "02-uts/hello.py"?'),
        ('--8<-- "none/at/all.c"', "no file "),
        ('--8<-- "../secret"', "leads out of"),
        ('--8<-- "/etc/passwd"', "leads out of"),
        ('--8<-- "02-uts"', "no file "),
        ('--8<-- "02-uts/clone.c:boddy"', "no section boddy; it has body, main, open"),
        ('--8<-- "02-uts/hello.py:x"', "mark it with --8<-- [start:x]"),
        ('--8<-- "02-uts/clone.c:open"', "never ends the section"),
        ('--8<-- "02-uts/clone.c:"', "a section name is missing"),
        ('--8<-- "twice.c:a"', "once"),
        ('--8<-- "latin1.c"', "not UTF-8"),
        ('--8<-- "link.c"', "leads out of"),
        ("--8<-- hello.py", "an include is written"),
    ],
)
def test_a_wrong_include_names_its_own_line(
    chapter: Parse, snippets: Path, line: str, message: str
) -> None:
    (snippets / "twice.c").write_text("// --8<-- [start:a]\n// --8<-- [start:a]\n")
    (snippets / "latin1.c").write_bytes(b"// \xe9\n")
    (snippets / "link.c").symlink_to(snippets.parent / "elsewhere")
    with pytest.raises(ChapterError) as caught:
        chapter(f"# a\n\n```c\nint a;\n{line}\n```\n")
    assert str(caught.value).startswith("docs/02-uts.md:5: ")
    assert message in caught.value.message
