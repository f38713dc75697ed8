"""The least project that a command line of the harness runs."""

from pathlib import Path

TWO_SECTIONS = """\
## 一つ目

~console
$ hostname
unshared
~

## 二つ目

~python:x.py
print("ok")
~

~text:実行結果
ok
~
"""


def begin(root: Path, **chapters: str) -> Path:
    """A project with these chapters, as `write` writes them."""
    for name in ("docs", "snippets"):
        (root / name).mkdir()
    (root / "mkdocs.yml").write_text("site_name: x\n")
    for name, text in chapters.items():
        write(root, name, text)
    return root


def write(root: Path, name: str, text: str) -> Path:
    """docs/`name`.md, in which ``~`` stands for the fence ```."""
    file = root / "docs" / f"{name}.md"
    file.write_text(text.replace("~", "```"))
    return file
