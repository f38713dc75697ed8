"""mybox：本書の小さなコンテナ。

実行: sudo python3 mybox.py run [OPTION]... COMMAND...
"""

import argparse
import os
import signal
import sys

FLAGS = os.CLONE_NEWUTS


def execute(box: argparse.Namespace) -> int:
    """コマンドに変身する。"""
    for number in (signal.SIGPIPE, signal.SIGXFSZ):  # Pythonが無視していたものを戻す
        signal.signal(number, signal.SIG_DFL)
    try:
        os.execvp(box.command[0], box.command)
    except OSError as e:
        e.filename = box.command[0]
        raise


def start(box: argparse.Namespace) -> int:
    """名前空間を分けて、コマンドを動かす。"""
    os.unshare(FLAGS)
    return execute(box)


def main() -> None:
    parser = argparse.ArgumentParser(prog="mybox")
    verbs = parser.add_subparsers(required=True)
    verb = verbs.add_parser("run")
    verb.set_defaults(task=start)
    verb.add_argument("command", nargs=argparse.PARSER)
    box = parser.parse_args()
    try:
        sys.exit(box.task(box))
    except OSError as e:
        sys.exit(f"mybox: {e}")


main()
