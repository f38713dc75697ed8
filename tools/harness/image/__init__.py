"""What is a machine made from? A Debian by a recipe, and kernels; all of it kept in a cache."""


class MachineError(Exception):
    """No machine could be made (or it can't be ended); one sentence that says what to do."""


class NoPackageError(MachineError):
    """Debian has no such package for a guest."""
