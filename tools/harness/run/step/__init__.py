"""Is it so, what the text says of a step beside its output?"""
