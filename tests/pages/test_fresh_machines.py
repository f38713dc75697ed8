"""The notes of a block after which, or before which, a reader has another machine."""

from project import alone

NEW, LEAVES = "新しいマシンで進めます", "マシンを作り直します: 消せない"


def test_a_block_says_where_the_machine_is_new_or_will_be() -> None:
    page = alone(
        "```console new vm:a\n$ id\n```\n\n"
        "[//]: # (leaves: 消せない <鍵>)\n```console\n$ id\n```\n\n```text new\nx\n```\n"
    )
    first, second, third = page.split('class="block"')[1:]
    assert NEW in first
    assert first.index(NEW) < first.index("<pre")
    assert LEAVES not in first
    assert f"{LEAVES} &lt;鍵&gt;" in second
    assert second.index("<pre") < second.index(LEAVES)
    assert NEW not in second + third
    assert LEAVES not in third
