"""The bus: the only package that knows ZeroMQ. ROUTER/DEALER with CURVE keys."""
