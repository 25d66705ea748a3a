"""The sell side: simulated brokers that speak FIX 4.2, 4.4 and 5.0 SP2.

Everything a broker here shows (quotes, depth, volume, fills) is SIMULATED. The package imports
nothing of the order management system: its ledger is a second opinion about what happened on the
wire.
"""
