"""`python -m tradeoms` is the command `tradeoms`."""

from tradeoms.cli import main

main()
