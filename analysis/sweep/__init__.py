"""What sweeps measured, and figures of it."""
