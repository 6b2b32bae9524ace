"""The rules of RNS2xx to RNS5xx: what must never happen to an axis, a file for each family, named like the catalogue's.

They are functions of what an operation does with axes (`operations.uses`) and of what was seen before (`step`); see `registry`.
"""
