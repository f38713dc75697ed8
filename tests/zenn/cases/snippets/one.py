"""One."""

# --8<-- [start:body]
print(1)
print(2)
# --8<-- [end:body]
