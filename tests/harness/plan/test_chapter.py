"""What becomes of each block, and what an author is told who got it wrong."""

from pathlib import Path

import pytest
from guests import Build

from harness.plan.chapter import from_document
from harness.plan.scenario import Put, Scenario, scenarios
from zenn.book import Book, Guest
from zenn.model import ChapterError
from zenn.parser import parse


def lines(found: tuple[Scenario, ...]) -> list[list[int]]:
    return [[block.line for block in scenario.blocks] for scenario in found]


def test_another_book_has_other_titles_and_users(tmp_path: Path) -> None:
    book = Book(tmp_path, result="Output", guest=Guest(user="ann"))
    text = "```c:a.c\n1;\n```\n\n```text:{}\n```\n\n## B\n\n```console\n$ id\n```\n"

    def planned(title: str) -> tuple[Scenario, ...]:
        document = parse(text.format(title), Path("x.md"), book)
        return scenarios(from_document(document, book))

    assert {step.user for found in planned("Output") for step in found.interactions} == {"ann"}
    with pytest.raises(ChapterError, match="a ```text:Output right after it"):
        planned("実行結果")


BLOCK = "~console\n$ ls\n~\n"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        # A section is a scenario, with what lists and details of it hold;
        (f"{BLOCK}\n## A\n\n{BLOCK}\n### A1\n\n{BLOCK}\n## B\n\n{BLOCK}", [[1], [7, 13], [19]]),
        ("## A\n\n- x\n\n  ```console\n  $ a\n  ```\n\n:::details 解答\n~console\n$ b\n~\n:::\n",
         [[5, 10]]),
        # the word `new` cuts, and `same` joins.
        ("## A\n~console\n$ a\n~\n~console new\n$ b\n~\n## B\n~console same\n$ c\n~\n",
         [[2], [5, 9]]),
    ],
)  # fmt: skip
def test_what_a_scenario_is(chapter: Build, text: str, found: list[list[int]]) -> None:
    assert lines(scenarios(chapter(text))) == found


@pytest.mark.parametrize("before", ["~text\nx\n~\n", "[//]: # (skip: why)\n~console\n$ x\n~\n"])
def test_same_joins_after_what_is_not_run(chapter: Build, before: str) -> None:
    text = f"## A\n~console\n$ a\n~\n## B\n{before}\n~console same\n$ c\n~\n"
    (only,) = scenarios(chapter(text))
    assert [one.exchange.text for one in only.interactions] == ["a", "c"]


def test_a_program_with_its_result_runs_alone(chapter: Build) -> None:
    text = "## A\n~c root:x.c\nint main;\n~\n\n~text:実行結果\nok\n~\n\n~console\n$ true\n~\n"
    alone, together = scenarios(chapter(text))
    typed = [step.exchange.text for step in alone.interactions]
    assert typed == ["gcc -Wall -Wextra -Wpedantic -o x x.c", "./x"]
    assert {step.user for step in alone.interactions} == {"root"}
    assert alone.interactions[-1].exchange.output == ("ok",)
    assert lines((together,)) == [[10]]


def test_a_program_of_a_project_is_made_with_what_describes_that(
    chapter: Build, snippets: Path
) -> None:
    for crate in ("a", "b"):
        (snippets / crate).mkdir()
        (snippets / crate / "Cargo.toml").write_text(f"# {crate}\n")
        (snippets / crate / "x.rs").write_text("fn main() {}\n")
    program = '~rust root:x.rs\n--8<-- "a/x.rs"\n~\n'
    (alone,) = scenarios(chapter(f"{program}\n~text:実行結果\n~\n"))
    typed = [step.exchange.text for step in alone.interactions]
    assert typed == ["cargo build --quiet --bin x", "target/debug/x"]
    puts = [one for one in alone.actions if isinstance(one, Put)]
    found = [(one.path, one.text, one.given) for one in puts]
    assert found == [("Cargo.toml", "# a\n", True), ("x.rs", "fn main() {}\n", False)]
    # What is written in the chapter belongs to none.
    (inline,) = scenarios(chapter("~rust:x.rs\nfn main() {}\n~\n\n~text:実行結果\n~\n"))
    typed = [step.exchange.text for step in inline.interactions]
    assert typed == ["rustc -o x x.rs", "./x"]
    # Two projects would overwrite each other's.
    text = (
        f"{program}\n{program.replace('a/', 'b/').replace(':x', ':y')}\n~console\n$ ./x; ./y\n~\n"
    )
    with pytest.raises(
        ChapterError, match=r"x\.md:5: .*b/Cargo\.toml.*begin its machine with `new`"
    ):
        scenarios(chapter(text))


@pytest.mark.parametrize(
    "run",
    [
        "~python:x.py\n~\n~console\n$ python3 x.py\n~\n",
        "~python:x.py\n~\n~console\n$ sudo python3 -I x.py && true\n~\n",
        "~python:x.py\n~\n~python:y.py\nimport x\n~\n~console\n$ python3 y.py\n~\n",
        "~c:x.c\n~\n~console\n$ gcc x.c\n$ ./a.out\n~\n",
        "~c:x.c\n~\n~console\n$ gcc -o y x.c && sudo ./y\n~\n",
        "~c:x.c\n~\n~console\n$ make x\n$ ./x\n~\n",
        '~c:x.h\n~\n~c:x.c\n#include "x.h"\n~\n~console\n$ gcc -o x x.c && ./x\n~\n',
    ],
)
def test_a_program_may_be_run_by_a_later_console_block(chapter: Build, run: str) -> None:
    assert len(scenarios(chapter(run))) == 1


def test_skipped_blocks_are_not_run(chapter: Build) -> None:
    text = (
        "[//]: # (skip: ホスト側のコマンド)\n~console\n$ vagrant up\n~\n\n"
        "[//]: # (skip: 見るだけ)\n\n~python:x.py\n~\n\n~text:実行結果\n~\n"
    )
    found = chapter(text)
    assert [block.skip for block in found.blocks] == ["ホスト側のコマンド", "見るだけ", "見るだけ"]
    assert scenarios(found) == ()


def test_a_scenario_says_what_its_blocks_leave_behind(chapter: Build) -> None:
    why = "[//]: # (leaves: 消せない鍵)\n"
    text = f"## A\n{BLOCK}\n{why}{BLOCK}\n{why}[//]: # (varies: 1 pid)\n~python:x.py\n~\n"
    alone, together = sorted(
        scenarios(chapter(f"{text}\n~text:実行結果\n1\n~\n")),
        key=lambda one: one.line,
        reverse=True,
    )
    assert together.leaves == ((7, "消せない鍵"),)
    assert alone.leaves == ((13, "消せない鍵"),)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[//]: # (skip:)\n~console\n~\n", 1, "`skip` without a reason"),
        ("[//]: # (leaves:)\n~console\n~\n", 1, "`leaves` without a reason: write `leaves: WHY`"),
        ("[//]: # (leave: a)\n~console\n~\n", 1, "do you mean `leaves:`"),
        ("[//]: # (leaves: a)\n~yaml\n~\n", 2, "a block that is not run leaves nothing"),
        ("[//]: # (leaves: a)\n\ntext\n", 1, "applies to nothing"),
        ("[//]: # (skip: a)\n\ntext\n\n~console\n~\n", 1, "applies to nothing"),
        ("[//]: # (varies: 1234)\n~console\n~\n", 1, "with what it is"),
        ("[//]: # (varies 1234 pid)\n~console\n~\n", 1, "without a colon: write `varies: …`"),
        (
            "x\n\n[//]: # (varies: 12 pid)\n[//]: # (varies: 7 pid)\n"
            "~console\n$ seq 1 7\n12\n17\n~\n",
            4,
            "`varies: 7`: no output that is compared here shows that value",
        ),
        ("[//]: # (vary: 1234 pid)\n~console\n~\n", 1, "do you mean `varies:`"),
        ("x\n\n~console rooot\n~\n", 3, "do you mean `root`"),
        ("~console timeout=soon\n~\n", 1, "do you mean `timeout=SECONDS`"),
        ("~console new same\n~\n", 1, "contradict"),
        ("~python\n~\n", 1, "a program without a name"),
        ("~bash\nls\n~\n", 1, "never run: write ```console"),
        ("~bash\n# ls\n$ ls\n~\n", 1, "never run: write ```console"),
        ("~pycon\n1\n~\n", 1, "never run: write ```console"),
        ("~{.bash}\nls\n~\n", 1, "never run: write ```console"),
        ("~zsh\n$ ls\n~\n", 1, "is not run: write ```console"),
        ("~text\n\n$ ls\n~\n", 1, "is not run: write ```console"),
        ("~yaml\n>>> 1\n~\n", 1, "is not run: write ```console"),
        ("~ini file\n~\n", 1, "needs a path"),
        ("~consol\n$ ls\n~\n", 1, "is not run: write ```console"),
        ("~Console\nls\n~\n", 1, "is not run: write ```console"),
        ("~py:x.py\n~\n", 1, "is not run: write ```python"),
        ("~\n$ ls\n~\n", 1, "is not run: write ```console"),
        ("~text:実行結果\n~\n", 1, "directly after the program"),
        ("~python:a.py\n~\n\nand\n\n~text:実行結果\n~\n", 6, "directly after the program"),
        ("~console\n$ ls\n~\n\nand\n\n~text:出力\nx\n~\n", 7, "directly after the console"),
        ("## A\n\n~console\n$ ls\n", 3, "never closed"),
        ("~console\n$ a\n~\n\n~text:出力\nx\n\ntext\n", 5, "never closed"),
        (
            "~console\n$ a\n~\n\n~text:出力\nx\n\n## B\n\n~console\n$ b\n~\n",
            5,
            "```console of line 10 is shown as part of this block; close this block before it",
        ),
        ("~python:a.py\n~\n~text:実行結果\nx\n\n~c:a.c\n~\n", 3, "```c:a.c of line 6 is shown as"),
        ("> ~console\n> $ a\n\n> ```console\n> $ b\n> ```\n".replace("~", "```"), 1, "never"),
        (
            '~console prompt="a: "\n$ b\n~\n',
            1,
            '`prompt="a` is no quotation before the first colon',
        ),
        ('~console prompt=""\n$ b\n~\n', 1, "is empty"),
        ("~console prompt=x\n$ b\n~\n", 1, 'do you mean `prompt="TEXT "`'),
        ('~console prompt="$ "\n$ b\n~\n', 1, "as the prompt of a shell"),
        ('~console prompt="... "\n$ b\n~\n', 1, "as the prompt of the Python REPL"),
        ("~console status exit=1\n$ b\n~\n", 1, "keep one"),
        ("~python answers:x.py\n~\n", 1, "`answers` is for blocks of a terminal"),
        ("~text status\n$ b\n~\n", 1, "is not run: write ```console"),
        ('~sql prompt="> "\n> b\n~\n', 1, "and this is only shown"),
        ("~console status\n$ a\n[1]\n^C\n~\n", 2, "`[1]` is the status of what has not ended"),
        # Each block is right, but not what they come to together.
        ("~console\nhello\n$ ls\n~\n", 2, "output of nothing"),
        ("~console:a\n$ ls\n~\n~console:b\nhello\n~\n", 5, "output of nothing"),
        ("~console\n$ a\n~\n~console root\n# b\n~\n", 4, "open already, for reader (line 1)"),
        ("~console\n$ a\nx\n~\n~text:出力\nx\n~\n", 5, "show all of it here"),
        ("~console\n~\n~text:出力\nx\n~\n", 3, "types nothing"),
        ("## A\n~console\n$ a\n~\n~console same\n$ b\n~\n", 5, "first block of a section"),
        ("~console same\n$ b\n~\n", 1, "no section before"),
        ("~python:x.py\n~\n", 1, "nothing runs x."),
        ("~python:x.py\n~\n~console\n$ cat xx.py\n~\n", 1, "nothing runs x."),
        ("~python:x.py\n~\n~console\n$ ls x.py\n~\n", 1, "nothing runs x."),
        ("~console\n$ python3 x.py\n~\n~python:x.py\n~\n", 4, "nothing runs x."),
        ("~c:x.c\n~\n~console\n$ gcc -o y x.c\n~\n", 1, "nothing runs x."),
        ("~c:x.c\n~\n~console\n$ gcc -o y x.c\n$ ./x\n~\n", 1, "nothing runs x."),
        ("~rust:x.rs\n~\n~console\n$ cargo build --bin x\n~\n", 1, "nothing runs x."),
        ("~rust:x.rs\n~\n~console\n$ cargo run --bin xx\n~\n", 1, "nothing runs x."),
        ("~python:x.py\n~\n\n## B\n\n~console\n$ python3 x.py\n~\n", 1, "nothing runs x."),
        # Words of the site's are none of the harness's settings, but are checked.
        ("~python hl=2:a.py\nx\n~\n", 1, "`hl=2`: the block has lines 1 to 1"),
        ("~python lineno:a.py\nx\n~\n", 1, "unknown word `lineno`: do you mean `linenos`"),
    ],
)
def test_mistakes_are_named_with_their_line(
    chapter: Build, text: str, line: int, message: str
) -> None:
    with pytest.raises(ChapterError) as caught:
        scenarios(chapter(text))
    assert str(caught.value).startswith(f"docs/x.md:{line}: ")
    assert message in caught.value.message


def test_all_mistakes_of_a_chapter_are_told_at_once(chapter: Build) -> None:
    text = "~bash\nls\n~\n\n~python\n~\n\n[//]: # (skip: a)\n\ntext\n\n~text\n# a comment\n~\n"
    with pytest.raises(ChapterError) as caught:
        chapter(text)
    lines = str(caught.value).split("\n")
    assert [line.split(":")[1] for line in lines] == ["1", "5", "8"]
    with pytest.raises(ChapterError, match=r"(?s):1: nothing runs.*:7: nothing runs"):
        scenarios(chapter("~python:a.py\n~\n\n## B\n\n\n~python:b.py\n~\n"))


def test_a_command_goes_on_if_a_key_or_output_follows_in_its_terminal(chapter: Build) -> None:
    def goes_on(text: str) -> list[tuple[str, str | None]]:
        (found,) = scenarios(chapter(text))
        return [(one.exchange.text, one.goes_on) for one in found.interactions]

    assert goes_on(
        "~console:a\n$ one\n$ two\n~\n~console:b\n$ three\n~\n~console:a\n^C\n$ four\n~\n"
        "~console:b\noutput\n~\n~console:a\n$ five\n~\n"
    ) == [("one", None), ("two", "key"), ("three", "output"), ("^C", None), ("four", None),
          ("", None), ("five", None)]  # fmt: skip
    running = goes_on("~console running\n$ one\n$ sleep 9\n~\n")
    assert running == [("one", None), ("sleep 9", "running")]


def test_words_of_the_sites_are_no_settings(chapter: Build) -> None:
    (block,) = chapter("~python root linenos hl=1:a.py\nx\n~\n").blocks
    assert block.settings.root


KERNELS = "~python:a.py\n1\n~\n\n~console:Linux 6.1\n$ python3 a.py\n~\n"
ANOTHER = "\n~console new{}:Linux 6.12\n$ python3 a.py\n~\n"


def kernels(text: str) -> tuple[Scenario, ...]:
    book = Book(Path("/nowhere"))
    return scenarios(from_document(parse(text.replace("~", "```"), Path("x.md"), book), book))


def test_a_block_named_after_a_kernel_runs_on_that_and_has_the_programs_before() -> None:
    older, newer = kernels(KERNELS + ANOTHER.format(""))
    assert "6.1.9" in older.kernel
    assert "6.12.9" not in older.kernel
    assert "6.0" not in older.kernel
    assert "6.12.9" in newer.kernel
    assert "6.13" not in newer.kernel
    assert "6.1.9" not in newer.kernel
    assert [getattr(one, "path", "") for one in newer.actions] == ["a.py", ""]
    assert [block.kind for block in newer.blocks] == ["console"]


def test_a_name_that_contradicts_the_words_fits_no_kernel() -> None:
    (*_, newer) = kernels(KERNELS + ANOTHER.format(" kernel>=6.18"))
    assert not [one for one in ("6.1", "6.12.9", "6.18", "7.3") if one in newer.kernel]


def test_what_is_no_kernels_has_its_own_files_alone() -> None:
    text = KERNELS + ANOTHER.format("").replace("Linux 6.12", "端末1")
    (*_, other) = kernels(text)
    assert [getattr(one, "path", "") for one in other.actions] == [""]
