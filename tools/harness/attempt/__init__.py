"""Has a reader solved an exercise? Their own attempt, in the machine of the solution."""
