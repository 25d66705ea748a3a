"""Frozen values that every other package speaks: no rules, no I/O."""
