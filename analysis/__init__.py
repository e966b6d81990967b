"""Analyses that the paper's authors made of their data, and figures of them."""
