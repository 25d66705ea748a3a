"""The blotter: a terminal screen over the order management server."""
