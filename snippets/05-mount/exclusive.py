"""mkfsなどと同じように、ブロックデバイスを「ほかで使われていなければ」という条件で開く。

実行: sudo python3 exclusive.py DEVICE
"""

import os
import sys

if len(sys.argv) != 2:
    sys.exit(f"usage: {sys.argv[0]} DEVICE")
try:
    os.close(os.open(sys.argv[1], os.O_RDONLY | os.O_EXCL))
    print("ok")
except OSError as e:
    sys.exit(f"{e.filename}: {e.strerror}")
