"""1分後に再送する約束を、止まるときにファイルへ書き、再開するときに読む。

実行: python3 resend.py save、python3 resend.py load
"""

import sys
import time
from pathlib import Path

STATE = Path("resend.state")


def main() -> None:
    if sys.argv[1:] == ["save"]:
        STATE.write_text(f"{time.monotonic() + 60}\n")
    elif sys.argv[1:] != ["load"]:
        sys.exit(f"usage: {sys.argv[0]} save|load")
    left = float(STATE.read_text()) - time.monotonic()
    print("within a minute" if left <= 60 else f"in {left / 86400:.0f} days")


main()
