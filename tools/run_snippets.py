"""Run the chapters' blocks in fresh machines, and check the output that the text shows."""

import signal
import sys

if __name__ == "__main__":
    quietly = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if quietly:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ^C shows no traceback of imports
    from zenn.guard.streams import open_streams

    open_streams()
    from harness.cli.main import main

    if quietly:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.exit(main(sys.argv[1:]))
