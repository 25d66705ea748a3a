"""FIX through quickfix: the only package of the server that knows it."""
