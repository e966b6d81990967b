"""Protocols of single-cell and synapse physiology, and published values beside the model's."""
