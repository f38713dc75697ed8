"""Each construct of Zenn, as the site shows it."""

import re
from collections.abc import Callable

import markdown
import pytest

from zenn.model import Document

Parse = Callable[[str], Document]


def html(text: str) -> str:
    """Render a text that is of no chapter file."""
    settings = {"pages.extension": {"docs": "", "record": ""}}
    return markdown.markdown(text, extensions=["pages.extension"], extension_configs=settings)


def flat(text: str) -> str:
    """Render without the line breaks between elements, which mean nothing."""
    return re.sub(r">\n+", ">", html(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\nb", "<p>a<br />b</p>"),
        ("a<br>b", "<p>a<br />b</p>"),
        ("a <b>b</b>", "<p>a &lt;b&gt;b&lt;/b&gt;</p>"),
        ("a <!-- hidden --> b", "<p>a  b</p>"),
        ("a\n\n<!-- hidden -->\n\nb", "<p>a</p><p>b</p>"),
        ("<!-- two\nlines -->", "<p>&lt;!-- two<br />lines --&gt;</p>"),
        ("`&amp;` &amp; &copy; \\&lt;", "<p><code>&amp;amp;</code> &amp; © &amp;lt;</p>"),
        ("~~a~~ *b* **c**", "<p><s>a</s> <em>b</em> <strong>c</strong></p>"),
        ("[//]: # (nothing)\n\na", "<p>a</p>"),
        ("==a== !!! note", "<p>==a== !!! note</p>"),
        ("**「強調」**です", "<p>**「強調」**です</p>"),
        ("## A *b*", '<h2 id="a-b">A <em>b</em></h2>'),
        ("##x", "<p>##x</p>"),
        ("$x^2$", '<p><span class="arithmatex">\\(x^2\\)</span></p>'),
        ("1$x$", "<p>1$x$</p>"),
        ("`$a$`", "<p><code>$a$</code></p>"),
        ("$$\nx\n$$", '<div class="arithmatex">\\[\nx\n\\]</div>'),
        ("https://a.example/b c", '<p><a href="https://a.example/b">https://a.example/b</a> c</p>'),
        ("a.example.com", "<p>a.example.com</p>"),
        ("[x](01-tour)", '<p><a href="01-tour.md">x</a></p>'),
        ("[x](01-tour#a)", '<p><a href="01-tour.md#a">x</a></p>'),
        ("[x](#a) [y](/z) [z](a.png)", '<p><a href="#a">x</a> <a href="/z">y</a> '
         '<a href="a.png">z</a></p>'),
        ("@[unknown](x)", ""),
        (":::message warning\na\n:::", "<p>:::message warning<br />a<br />:::</p>"),
        (":::details\na\n:::", "<p>:::details<br />a<br />:::</p>"),
        ("- [ ] a", '<ul class="contains-task-list"><li class="task-list-item">'
         '<input aria-label="未完了" disabled="disabled" type="checkbox" /> a</li></ul>'),
    ],
)  # fmt: skip
def test_it_renders_as(text: str, expected: str) -> None:
    assert flat(text) == expected


def test_a_message_is_a_note_and_an_alert_a_warning() -> None:
    assert '<div class="admonition message note" role="note">' in html(":::message\na\n:::")
    assert '<div class="admonition message warning" role="note">' in html(":::message alert\na")


def test_a_longer_fence_of_colons_holds_a_shorter_one() -> None:
    assert flat("::::details *T*\n:::message\na\n:::\nb\n::::\nc") == (
        "<details><summary>*T*</summary>"
        '<div class="admonition message note" role="note"><p>a</p></div><p>b</p></details><p>c</p>'
    )


def test_an_image_takes_its_size_and_its_caption() -> None:
    assert flat("![*a*](/images/a.png =250x)\n*c `d`*") == (
        '<figure><img alt="a" loading="lazy" src="images/a.png" width="250" />'
        "<figcaption>c <code>d</code></figcaption></figure>"
    )
    assert 'height="5" ' in html('![a](b.png "t" =x5)')


def test_a_url_alone_on_a_line_is_a_card() -> None:
    assert flat("a\nhttps://a.example/%E3%81%82\nb") == (
        '<p>a</p><a class="link-card" href="https://a.example/%E3%81%82">'
        '<span class="link-card__address">a.example/あ</span>'
        '<span class="link-card__host">a.example</span></a><p>b</p>'
    )
    assert "link-card" in html(":::details a\nhttps://a.example\n:::")
    assert "link-card" not in html(":::message\nhttps://a.example\n:::")
    assert "link-card" not in html("- https://a.example")
    assert "link-card" not in html("[https://a.example](https://a.example)")


@pytest.mark.parametrize(
    ("text", "href"),
    [
        ("@[card](https://a.example/b?c=d)", "https://a.example/b?c=d"),
        ("@[youtube](dQw4w9WgXcQ)", "https://www.youtube.com/watch?v=dQw4w9WgXcQ"),
        ("@[github](https://github.com/a/b/blob/main/c#L1)", "https://github.com/a/b/blob/main/c#L1"),
    ],
)  # fmt: skip
def test_an_embed_is_a_card_that_asks_nobody(text: str, href: str) -> None:
    assert f'<a class="link-card" href="{href}">' in html(text)
    assert "<iframe" not in html(text)


@pytest.mark.parametrize("text", ["@[card](javascript:alert)", "[a](javascript:alert)"])
def test_a_script_is_not_an_address(text: str) -> None:
    assert "href" not in html(text)


def test_footnotes_are_numbered_by_their_first_mention() -> None:
    page = html("a[^x] b^[inline] c[^x]\n\n[^x]: note")
    assert page.count('href="#fn:1"') == 2
    assert '<li id="fn:2">' in page
    assert 'href="#fnref1:1"' in page


def test_ids_are_those_of_zenn(chapter: Parse) -> None:
    document = chapter("# はじめに\n## Hello  World!\n## hello  world!\n### `a` *b*\n##### e\n")
    assert [heading.id for heading in document.headings] == [
        "はじめに",
        "hello-world!",
        "hello-world!-1",
        "a-b",
        "",
    ]


def test_a_table_or_a_list_may_follow_a_line_of_text() -> None:
    assert "<table>" in html("text\n| a |\n|--|\n| b |")
    assert "<ul>" in html("text\n- a")


def test_code_keeps_its_tabs_and_its_first_empty_lines() -> None:
    assert "<code>\n\n\ta &lt;b&gt; &amp;amp;\n</code>" in html("```text\n\n\n\ta <b> &amp;\n```")


def test_the_title_of_a_block_is_its_caption() -> None:
    assert '<span class="block__title">&lt;a&gt;.py</span>' in html("```python:<a>.py\nx\n```")


def test_console_tells_prompt_command_and_output_apart() -> None:
    page = html("```console\nreader@unshared:~$ ls /\nbin\n# id\n>>> 1\n1\n^C\n```")
    assert '<span class="gp">reader@unshared:~$ </span>ls /' in page
    assert '<span class="go">bin</span>' in page
    assert '<span class="gp gp-Root"># </span>id' in page
    assert '<span class="gp">&gt;&gt;&gt; </span><span class="mi">1</span>' in page


def test_the_copy_button_takes_commands_only() -> None:
    page = html('```console\n$ for i in 1; do\n>   echo "$i"\n> done\n1\n>>> print(1)\n1\n```')
    assert 'data-copy="for i in 1; do\n  echo &quot;$i&quot;\ndone\nprint(1)"' in page


def test_a_block_without_a_command_has_no_copy_button() -> None:
    assert 'class="block no-copy"' in html("```console\n^C\nbye\n```")
    assert 'class="block"' in html("```console\n$ id\n```")


def test_a_diagram_is_not_of_the_class_that_material_fetches_a_script_for() -> None:
    page = html("```mermaid\nflowchart LR\n  a --> b\n```")
    assert '<pre class="diagram">flowchart LR\n  a --&gt; b\n</pre>' in page
    assert 'class="mermaid"' not in page


def test_control_characters_do_not_reach_python_markdowns_own_marks() -> None:
    assert html("\x02wzxhzdk:0\x03 \x02amp\x03") == "<p>wzxhzdk:0 amp</p>"
    assert "wzxhzdk:0 &amp;#2;" in html("`wzxhzdk:0 &#2;`")
    assert html("&#2;wzxhzdk:0&#3;").startswith("<p>")


def test_a_diff_has_the_colours_of_its_language_and_marks_its_lines() -> None:
    page = html("```diff python:a.py\n def f():\n-    return 1\n+    return 2\n```")
    assert '<span class="k">def</span>' in page
    assert '<span class="diff__removed"><span class="gd">-</span>' in page
    assert '<span class="diff__added"><span class="gi">+</span>' in page
    assert page.count('class="diff__') == 2
    assert '<span class="block__title">a.py</span>' in page


def test_a_diff_without_a_language_marks_its_lines() -> None:
    page = html("```diff\n< a <b>\n---\n> &amp;\n```")
    assert re.findall(r'<span class="diff__(\w+)">', page) == ["removed", "removed", "added"]
    assert "&amp;amp;" in page


def test_an_equation_has_its_number_beside_it() -> None:
    assert flat("$$\nx\n$$ (1)") == (
        '<div class="equation"><div class="arithmatex">\\[\nx\n\\]</div>'
        '<span class="equation__number">(1)</span></div>'
    )


def test_a_card_within_strong_text_stays_within_it() -> None:
    assert flat("**a\nhttps://a.example\nb**").startswith(
        '<p><strong>a<a class="link-card" href="https://a.example">'
    )
