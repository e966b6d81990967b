"""Runs in the formats of other tools: NWB files, CSV and Parquet tables, Neo blocks."""

from apical.analysis.export.neo_block import neo_block
from apical.analysis.export.run import export_run

__all__ = ["export_run", "neo_block"]
