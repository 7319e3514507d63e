"""Models as they do in service: whether the data moved, how good they are, and who is to serve."""
