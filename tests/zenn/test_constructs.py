"""Each construct of Zenn, as the site shows it."""

import re

import pytest
from parsed import Parse
from project import alone as html


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
        # A longer fence of colons holds a shorter one.
        ("::::details *T*\n:::message\na\n:::\nb\n::::\nc", "<details><summary>*T*</summary>"
         '<div class="admonition message note" role="note"><p>a</p></div><p>b</p></details>'
         "<p>c</p>"),
        # An image takes its size and its caption.
        ("![*a*](/images/a.png =250x)\n*c `d`*",
         '<figure><img alt="a" loading="lazy" src="images/a.png" width="250" />'
         "<figcaption>c <code>d</code></figcaption></figure>"),
        # A URL alone on a line is a card.
        ("a\nhttps://a.example/%E3%81%82\nb",
         '<p>a</p><a class="link-card" href="https://a.example/%E3%81%82">'
         '<span class="link-card__address">a.example/あ</span>'
         '<span class="link-card__host">a.example</span></a><p>b</p>'),
        # An equation has its number beside it.
        ("$$\nx\n$$ (1)", '<div class="equation"><div class="arithmatex">\\[\nx\n\\]</div>'
         '<span class="equation__number">(1)</span></div>'),
        # Control characters don't reach Python-Markdown's own marks.
        ("\x02wzxhzdk:0\x03 \x02amp\x03", "<p>wzxhzdk:0 amp</p>"),
    ],
)  # fmt: skip
def test_it_renders_as(text: str, expected: str) -> None:
    assert flat(text) == expected


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (":::message\na\n:::", ['<div class="admonition message note" role="note">']),
        (":::message alert\na", ['<div class="admonition message warning" role="note">']),
        ('![a](b.png "t" =x5)', ['height="5" ']),
        ("**a\nhttps://a.example\nb**",
         ['<p><strong>a<a class="link-card" href="https://a.example">']),
        (":::details a\nhttps://a.example\n:::", ["link-card"]),
        # Embeds are cards that ask nobody.
        ("@[card](https://a.example/b?c=d)",
         ['<a class="link-card" href="https://a.example/b?c=d">']),
        ("@[youtube](dQw4w9WgXcQ)",
         ['<a class="link-card" href="https://www.youtube.com/watch?v=dQw4w9WgXcQ">']),
        ("@[github](https://github.com/a/b/blob/main/c#L1)",
         ['<a class="link-card" href="https://github.com/a/b/blob/main/c#L1">']),
        # Footnotes are numbered by their first mention.
        ("a[^x] b^[inline] c[^x]\n\n[^x]: note",
         ['href="#fn:1"', '<li id="fn:2">', 'href="#fnref1:1"']),
        # A table or a list may follow a line of text.
        ("text\n| a |\n|--|\n| b |", ["<table>"]),
        ("text\n- a", ["<ul>"]),
        # Code keeps its tabs and its first empty lines, and has its title as its caption.
        ("```text\n\n\n\ta <b> &amp;\n```", ["<code>\n\n\ta &lt;b&gt; &amp;amp;\n</code>"]),
        ("```python:<a>.py\nx\n```", ['<span class="block__title">&lt;a&gt;.py</span>']),
        # A console tells prompt, command and output apart,
        ("```console\nreader@unshared:~$ ls /\nbin\n# id\n>>> 1\n1\n^C\n```", [
            'class="block"',
            '<span class="gp">reader@unshared:~$ </span>ls /',
            '<span class="go">bin</span>',
            '<span class="gp gp-Root"># </span>id',
            '<span class="gp">&gt;&gt;&gt; </span><span class="mi">1</span>',
        ]),
        # and its button copies commands only, or is none.
        ('```console\n$ for i in 1; do\n>   echo "$i"\n> done\n1\n>>> print(1)\n1\n```',
         ['data-copy="for i in 1; do\n  echo &quot;$i&quot;\ndone\nprint(1)"']),
        ("```console\n^C\nbye\n```", ['class="block no-copy"']),
        # Words say what else is typed, and what is not.
        ('```console prompt="db> " answers status:T\n$ cat <<E\na &\nE\ndb> get\nA\n'
         "[y/n] [yes]\n[2]\ndb> f(\n```", [
            'data-copy="cat &lt;&lt;E\na &amp;\nE', '\nget\nyes\nf("',
            '<span class="gp">db&gt; </span>get',
            '<span class="go">[y/n] </span><span class="gp">[</span>yes<span class="gp">]</span>',
            '<span class="ge">[2]</span>',
        ]),
        # What one types on a line is one element, what is printed none.
        ("```console\n$ echo a\na\n# id\n```", [
            '<code><span class="typed"><span class="gp">$ </span>',
            '</span>\n<span class="go">a</span>\n<span class="typed"><span class="gp gp-Root"># ',
        ]),
        ("```console\n$ cat <<E\na\nE\na\n```", [
            'data-copy="cat &lt;&lt;E\na\nE"',
            '<span class="s">E</span>\n<span class="go">a</span>',
        ]),
        # Material fetches a script for the class “mermaid”. Where nothing draws it, it is text.
        ("```mermaid\nflowchart LR\n  a --> b\n```",
         ['<pre class="diagram">flowchart LR\n  a --&gt; b\n</pre>']),
        ("`wzxhzdk:0 &#2;`", ["wzxhzdk:0 &amp;#2;"]),
        ("&#2;wzxhzdk:0&#3;", ["<p>"]),
        # A diff has the colours of its language.
        ("```diff python:a.py\n def f():\n-    return 1\n+    return 2\n```", [
            '<span class="k">def</span>',
            '<span class="diff__removed"><span class="gd">-</span>',
            '<span class="diff__added"><span class="gi">+</span>',
            '<span class="block__title">a.py</span>',
        ]),
        ("```diff\n< a <b>\n---\n> &amp;\n```", ["&amp;amp;"]),
    ],
)  # fmt: skip
def test_it_has(text: str, parts: list[str]) -> None:
    page = html(text)
    assert [part for part in parts if part not in page] == []
    assert "<iframe" not in page
    assert 'class="mermaid"' not in page


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (":::message\nhttps://a.example\n:::", "link-card"),
        ("- https://a.example", "link-card"),
        ("[https://a.example](https://a.example)", "link-card"),
        ("@[card](javascript:alert)", "href"),
        ("[a](javascript:alert)", "href"),
    ],
)
def test_it_has_not(text: str, part: str) -> None:
    assert part not in html(text)


def test_ids_are_those_of_zenn(chapter: Parse) -> None:
    document = chapter("# はじめに\n## Hello  World!\n## hello  world!\n### `a` *b*\n##### e\n")
    ids = [heading.id for heading in document.headings]
    assert ids == ["はじめに", "hello-world!", "hello-world!-1", "a-b", ""]


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("```diff python:a.py\n def f():\n-    return 1\n+    return 2\n```", ["removed", "added"]),
        ("```diff\n< a <b>\n---\n> &amp;\n```", ["removed", "removed", "added"]),
    ],
)
def test_a_diff_marks_its_lines(text: str, marks: list[str]) -> None:
    assert re.findall(r'<span class="diff__(\w+)">', html(text)) == marks


def test_every_mention_of_a_footnote_leads_to_it() -> None:
    assert html("a[^x] b^[inline] c[^x]\n\n[^x]: note").count('href="#fn:1"') == 2
