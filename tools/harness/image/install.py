"""How what is missing is installed on this system: tools/provision.sh knows, and is asked."""

import subprocess
from pathlib import Path

PROVISION = Path(__file__).parents[2] / "provision.sh"


def how_to_install(*packages: str) -> str:
    """The end of a sentence, without its full stop: what to type to have these Debian packages."""
    command = ["/bin/sh", str(PROVISION), "how", *packages]
    said = subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True)
    return said.stdout.strip()
