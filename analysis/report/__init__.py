"""Runs beside the paper: claims, criteria and one page."""
