"""Is an output what the text shows? Lines, values that vary, and the diff where it is not."""
