from collections.abc import Iterator
from pathlib import Path

import pytest
from entries import of, step
from playwright.sync_api import Browser
from project import Project
from serving import serving

from harness.record import Value
from publish.articles import browser as chromium

SECOND = """---
title: B
---

## 見出し

```python root:hello.py
--8<-- "01-a/hello.py"
```

```mermaid
flowchart LR
  a --> b
```

[この節](02-b#見出し)
"""


@pytest.fixture
def book(tmp_path: Path) -> Project:
    return Project.begin(tmp_path)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium, without a window."""
    with chromium() as launched:
        yield launched


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A small book that has everything a reader can touch, built."""
    book = Project.begin(tmp_path_factory.mktemp("book"))
    for file in (Path(__file__).parent / "reader").iterdir():
        book.write(f"docs/{file.name}", file.read_text("utf-8"))
    book.write("docs/02-b.md", SECOND)
    shown = step("echo $$", "87\n", values=(Value("pid", "1234", "87", "output", 0, 0),))
    fences = book.document("01-a.md").fences
    book.record(
        *(of(f, kernel="6.12.9", steps=(shown,)) for f in fences if f.language == "console")
    )
    run_of_mkdocs = book.build()
    assert run_of_mkdocs.returncode == 0, run_of_mkdocs.stderr
    return book


@pytest.fixture(scope="session")
def served(built: Project) -> Iterator[str]:
    """The address of that book."""
    with serving(built.root / "site") as address:
        yield address
