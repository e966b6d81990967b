"""Experiments without learning: single cells under current clamp, spontaneous activity of the cortical network."""
