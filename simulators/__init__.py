"""The sell side: simulated brokers that speak FIX 4.4.

Everything a broker here shows (quotes, depth, volume, fills) is SIMULATED. The package imports
nothing of the order management system: its ledger is a second opinion about what happened on the
wire.
"""
