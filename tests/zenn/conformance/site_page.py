"""A page of the site as Python-Markdown makes it, with the extensions of mkdocs.yml."""

from functools import cache
from pathlib import Path
from typing import Any

import markdown
from mkdocs.config import load_config

ROOT = Path(__file__).parents[3]


def site_page(text: str, docs: Path | str, snippets: Path) -> str:
    """Return the HTML of a page; `docs` is the folder that the text is of, empty for none."""
    extensions, configs = _settings()
    own = {"docs": str(docs), "snippets": str(snippets), "record": ""}
    return markdown.markdown(
        text, extensions=extensions, extension_configs=configs | {"pages.extension": own}
    )


@cache
def _settings() -> tuple[list[str], dict[str, Any]]:
    config = load_config(str(ROOT / "mkdocs.yml"))
    return config.markdown_extensions, config.mdx_configs
