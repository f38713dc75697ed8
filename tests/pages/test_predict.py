"""A prediction on a page: plain without scripts, with what a script needs to hide the answer."""

from project import alone

TEXT = """\
- 同じ
- 違う

:::details 答え
[//]: # (predict: 違う 1 2)

```text:x
a
b
```

説明
:::

:::details 答え
ほかの折りたたみ
:::
"""


def test_choices_know_their_answer_and_it_stands_openly_after_them() -> None:
    page = alone(TEXT)
    before, _, after = page.partition('<div class="predict__answer">')
    assert '<ul class="predict" data-answer="1">' in before
    assert "<details>" not in before
    hidden, _, folded = after.partition("<details>")
    assert hidden.index("data-block") < hidden.index("説明")
    assert "ほかの折りたたみ" in folded
