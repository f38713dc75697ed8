"""Which program is it really? Asked of the kernel, for a name and an output say what one likes."""
