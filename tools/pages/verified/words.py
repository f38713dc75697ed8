"""Reasons in a reader's words: one template for each code of a `Reason`."""

from harness.record import Reason

_IF_MEANT = "（意図したものなら、本文に `exit={status}` と書きます）"
_NOT_AS_SAID = "（本文では {wanted}）"
_KEPT_ALIVE = "（なくなった名前空間の番号は、次にできる名前空間が使います）"
_CHANGED = "{text} に当たる値は {before} でしたが、ここでは {now} です"
_MERGED = "本文では {one} と {other} は別の値ですが、実行結果ではどちらも {run} です"

TEMPLATES = {
    "author": "{why}",
    "machine": "マシンが止まりました: {why}",
    # What becomes of a block or of a scenario.
    "output-differs": "出力が本文と違います",
    "not-reached": "{line}行が失敗したので、ここまで進みませんでした",
    "not-run": "{program} の名前がコマンドにありますが、このプログラムは動いていません",
    "exit-unmet": "`exit={status}` とありますが、その終了ステータスで終わったコマンドがありません",
    "needs-own-kernel": "専用のカーネルが要るので、仮想マシンだけで動かします",
    "needs-newer-kernel": "カーネル {wanted} 以降が要りますが、このマシンでは {kernel} です",
    "needs-older-kernel": "{wanted} より古いカーネルが要りますが、このマシンでは {kernel} です",
    "only-on-guest": "検証用の小さなマシンだけの結果です",
    "only-on-reader": "読者のマシンだけの結果です",
    "left": (
        "片付いていないものがあります: {what}"
        "（片付けるか、残すわけを `[//]: # (leaves: なぜ)` と書きます）"
    ),
    "leaves-nothing": "`leaves:` とありますが、この節は何も残しません",
    # What a comparison notes of a line.
    "value-changed": _CHANGED,
    "inode-changed": _CHANGED + _KEPT_ALIVE,
    "values-merged": _MERGED,
    "inodes-merged": _MERGED + _KEPT_ALIVE,
    "spaces-differ": (
        "空白だけが違います。{column}桁目は、本文では {text}、実行結果では {run} です"
        "（␣ 空白、⇥ タブ、∅ なし）"
    ),
    "typed": (
        "{typed} は本文の入力にある値なので、そのまま比べます"
        "（変わる値なら `[//]: # (varies: {value} {kind})` と書きます）"
    ),
    "wildcard-printed": "本文では何でもよい {sign} を、プログラムがそのまま表示しました",
    "wildcard-typed": "{sign} は本文の入力にもあるので、そのまま比べます",
    "disordered": "1つの出力の中で、日時の前後や、同じ時刻の一致が本文と違います",
    "predicted": "予想では {one} と {other} が違うことになっていますが、実行すると同じでした",
    "too-costly": "本文との比較に、CPUの時間で {seconds} 秒を超えてかかります",
    # Where a scenario can't go on.
    "moves-cursor": "カーソルを動かす制御文字（{sequence}）があり、読者に見える文字が決まりません",
    "too-much-output": "出力が {kib} KiB を超えました",
    "scenario-too-much-output": "マシンを共にするブロックの出力が、合わせて {kib} KiB を超えました",
    "scenario-too-long": "マシンを共にするブロックに、合わせて {minutes} 分を超えてかかりました",
    "ended-before": "この行の前に、端末のシェルが終了ステータス {status} で終わっています",
    "killed-before": "この行の前に、端末のシェルが {signal} で終わっています",
    "still-running": "前のコマンドがまだ動いています",
    "prompt-at-shell": "本文は `{sign} ` ですが、端末を読んでいるのはシェルです",
    "prompt-at-repl": "本文は `{sign} ` ですが、端末を読んでいるのはPythonの対話モードです",
    "prompt-at-more": "本文は `{sign} ` ですが、シェルは前のコマンドの続きを待っています",
    "prompt-at-program": "本文は `{sign} ` ですが、端末を読んでいるのは {program} です",
    "prompt-at-prompt": "本文は `{sign} ` ですが、端末を読んでいるのは {program} の `{at}` です",
    "prompt-at-question": "本文は `{sign} ` ですが、{program} が `{at}` の答えを待っています",
    "prompt-of-root": (
        "本文は root の `# ` ですが、実効UIDは {euid} です（出力やコメントなら、すぐ次の "
        "```text:{output} に分けて書きます）"
    ),
    "prompt-of-user": "本文は一般ユーザーの `$ ` ですが、{line}行のrootのシェルが続いています",
    "prompt-names": "プロンプトは本文では {claimed} ですが、実際は {found} です",
    "timeout": "{seconds}秒たっても終わりませんでした",
    "timeout-waiting": "{seconds}秒たっても終わりませんでした: {processes}",
    "program-reads": "{program} が端末を読んでいます（本文ではシェルに戻っています）",
    "program-asks": "{program} が `{at}` で端末を読んでいます（本文ではシェルに戻っています）",
    "other-prompt": "{program} が `{at}` で端末を読んでいます（本文では {wanted}）",
    "incomplete": "コマンドが途中で終わっています",
    "incomplete-there": "コマンドが途中で終わっています（続きは `{at}` で始めます）",
    "complete-before": "本文では{line}行もコマンドの続きですが、その前で終わっています",
    # How a step ended.
    "running-ended": "動き続けるはずのコマンドが終わりました",
    "ended-early": "動き続けるはずのコマンドが、終了ステータス {status} で終わりました",
    "shell-ended": "端末のシェルが終了ステータス {status} で終わりました" + _IF_MEANT,
    "shell-ended-otherwise": "端末のシェルが終了ステータス {status} で終わりました" + _NOT_AS_SAID,
    "shell-killed": "端末のシェルが {signal} で終わりました" + _IF_MEANT,
    "shell-killed-otherwise": "端末のシェルが {signal} で終わりました" + _NOT_AS_SAID,
    "failed-silently": "何も表示せずに、終了ステータス {status} で終わりました" + _IF_MEANT,
    "failed-silently-otherwise": (
        "何も表示せずに、終了ステータス {status} で終わりました" + _NOT_AS_SAID
    ),
    "failed-elided": "出力をすべて省いたコマンドが、終了ステータス {status} で終わりました"
    + _IF_MEANT,
    "failed-elided-otherwise": (
        "出力をすべて省いたコマンドが、終了ステータス {status} で終わりました" + _NOT_AS_SAID
    ),
    "status-differs": "本文は `[{claimed}]` ですが、終了ステータス {status} で終わりました",
    "status-unsaid": (
        "終了ステータス {status} で終わりました（意図したものなら、出力の後に `[{status}]` と"
        "書きます）"
    ),
    "status-unknown": "本文は `[{claimed}]` ですが、ここで終わったコマンドがありません",
    "program-failed": "プログラムが終了ステータス {status} で終わりました" + _IF_MEANT,
    "program-failed-otherwise": (
        "プログラムが終了ステータス {status} で終わりました" + _NOT_AS_SAID
    ),
}


def words(reason: Reason) -> str:
    """One sentence, without a full stop."""
    try:
        return TEMPLATES[reason.code].format(**reason.arguments)
    except KeyError:  # of a record that no harness has written
        return reason.code


_RULES = {
    "elision": "省略のとなりの行",
    "wildcard": "行の中の省略",
    "columns": "桁をそろえる空白",
    "prefix": "続きを後で見せる出力",
    "measure": "測った値",
    "shape": "形の決まった値",
    "varies": "動かすたびに変わる値",
}


def of_rule(name: str) -> str:
    """A rule by which a change of the text passes (`harness.record.Survivor`)."""
    sort, _, kind = name.partition(" ")
    return f"{_RULES.get(sort, name)}{f'（{kind}）' if kind else ''}"
