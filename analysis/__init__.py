"""What the paper's authors did with the data: learning, activity, figures."""

from analysis.example import example_minute
from analysis.figures import activity_by_role, learning_curves, save_figures, weights
from analysis.learning import summary, write_summary

__all__ = [
    "activity_by_role",
    "example_minute",
    "learning_curves",
    "save_figures",
    "summary",
    "weights",
    "write_summary",
]
