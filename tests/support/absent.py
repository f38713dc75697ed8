"""A host that lacks commands: they are hidden in a mount namespace, so that nobody finds them."""

_HIDE = """
while [ "$1" != -- ]; do
    while file=$(command -v "$1"); do mount --bind /dev/null "$file"; done
    shift
done
shift
exec "$@"
"""


def without(*commands: str, user: bool = False) -> list[str]:
    """What a command line begins with that is run where `commands` are not installed.

    It takes root. With `user` it is run by uid 1000 of a user namespace, who reads what root may.
    """
    ordinary = ["unshare", "--user", "--map-user=1000", "--map-group=1000"] if user else []
    return ["unshare", "--mount", "sh", "-ec", _HIDE, "sh", *commands, "--", *ordinary]
