"""Programs included in a chapter: the file, a section of it, and what is wrong with the line."""

from pathlib import Path

import pytest
from parsed import Parse

from zenn.model import ChapterError

BODY = '\tputs("Hello");\n'
MAIN = f"int main(void) {{\n{BODY}}}\n"
WHOLE = f"#include <stdio.h>\n{MAIN}// the end\n"


HELLO = 'print("hello")\n'
GREET = 'def greet():\n\n    print("hello")\n'


@pytest.mark.parametrize(
    ("text", "shown", "whole"),
    [
        ('```python:hello.py\n--8<-- "02-uts/hello.py"\n```\n', HELLO, HELLO),
        # A section is shown while the whole file runs; marker lines never show.
        ('```c:clone.c\n--8<-- "02-uts/clone.c:main"\n```\n', MAIN, WHOLE),
        ('```c\n--8<-- "02-uts/clone.c"\n```\n', WHOLE, WHOLE),
        # A section ends with its code, and may be empty.
        ('```python\n--8<-- "greet.py:greet"\n```\n', GREET, f"\n{GREET}\n\n\ngreet()\n"),
        ('```python\n--8<-- "none.py:none"\n```\n', "", "\n"),
        # Other lines of the block are part of the text; the indent of a list is not.
        ('```python\nif True:\n    --8<-- "02-uts/hello.py"\n```\n',
         f"if True:\n    {HELLO}", f"if True:\n    {HELLO}"),
        ('- a\n\n  ```c\n  --8<-- "02-uts/clone.c:body"\n  ```\n', BODY, WHOLE),
        # What a file includes stays as it is.
        ('```sh\n--8<-- "again.sh"\n```\n', '--8<-- "a"\n', '--8<-- "a"\n'),
    ],
)  # fmt: skip
def test_what_is_shown_and_what_runs(
    chapter: Parse, snippets: Path, text: str, shown: str, whole: str
) -> None:
    for name, code, after in (("greet", f"\n{GREET}\n\n", "\ngreet()\n"), ("none", "\n", "")):
        marked = f"# --8<-- [start:{name}]\n{code}# --8<-- [end:{name}]\n{after}"
        (snippets / f"{name}.py").write_text(marked)
    (snippets / "again.sh").write_text('--8<-- "a"\n')
    (fence,) = chapter(text).fences
    assert (fence.text, fence.whole, fence.included) == (shown, whole, True)
    assert fence.end == text.count("\n")


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
