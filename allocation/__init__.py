"""Exact splitting of fills, money and tax lots on int64 arrays.

A leaf: it imports numpy and the standard library only and knows no orders. Blocks and
accounts are columns, ragged where needed (``offsets``, see :mod:`allocation.ragged`).
Quantities are whole units at the instrument's scale, money is whole minor units (cents);
no binary float holds or decides an amount. Every function is pure and deterministic.
"""
