"""The description of a book: one table of pyproject.toml."""

from pathlib import Path

import pytest

from zenn.book import Book, Guest, ProjectError, read_book


def test_the_nearest_table_above_describes_the_book(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.run-snippets]\nname = "x"\ntime-zone = "UTC"\n'
        '[tool.run-snippets.guest]\nhost = "h"\npackages = ["jq"]\n'
    )
    inner = tmp_path / "docs" / "sub"
    inner.mkdir(parents=True)
    guest = Guest(host="h", packages=("jq",))
    assert read_book(inner) == Book(tmp_path, name="x", time_zone="UTC", guest=guest)
    # Without a table its root is where mkdocs.yml is.
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    (tmp_path / "mkdocs.yml").touch()
    assert read_book(inner) == Book(tmp_path)


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ("[tool.run-snippets]\nsnippet = 'x'", "has no `snippet`: do you mean `snippets`?"),
        ("[tool.run-snippets]\nname = 1", "`name` is to be a string"),
        ("[tool.run-snippets]\ntime-zone = 'Asia/Atlantis'", "no time zone is named Asia/Atlantis"),
        ("[tool.run-snippets]\nleftovers = 'keep'", "to be fail or tell, and not 'keep'"),
        ("[tool.run-snippets.guest]\npackages = 'jq'", "`packages` is to be a list of strings"),
        ("[tool.run-snippets]\nguest = 'x'", "[tool.run-snippets.guest] is no table"),
        ("[tool.run-snippets.guest]\nuser = 'a b'", "a name that useradd(8) takes, and not 'a b'"),
        ("[tool.run-snippets.guest]\nhost = 'a/b'", "a name that hostname(7) takes, and not 'a/b'"),
        ("[tool.run-snippets.guest]\nsetup = 'none'", "`setup` is a folder with an executable of"),
        ("[tool]\nrun-snippets = 1", "[tool.run-snippets] is no table"),
        ("[tool.run-snippets", "can't be read: "),
    ],
)
def test_what_is_wrong_with_it_is_one_sentence(tmp_path: Path, table: str, sentence: str) -> None:
    (tmp_path / "pyproject.toml").write_text(table)
    with pytest.raises(ProjectError) as error:
        read_book(tmp_path)
    assert str(error.value).startswith(f"{tmp_path / 'pyproject.toml'}: ")
    assert sentence in str(error.value)
