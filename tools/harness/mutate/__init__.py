"""How much is caught? Texts changed by a letter, a digit, a line or a value, and the outputs of the
last run compared with each: a change that would pass is a survivor, by some rule."""
