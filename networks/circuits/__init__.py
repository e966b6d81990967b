"""Circuits as Brian2 networks, and the values that they start from."""
