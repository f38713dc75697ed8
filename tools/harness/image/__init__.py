"""What is a machine made from? A Debian by a recipe, and kernels; all of it kept in a cache."""
