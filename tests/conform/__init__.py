"""Published cases, played through the code that a user runs: `python -m tests.conform KIND FILE`."""
