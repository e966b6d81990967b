"""Measurements of sweeps, and figures of them."""
