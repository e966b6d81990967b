"""``apical analyse``: the paper's analyses of a run."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console, JustifyMethod
from rich.table import Table

from apical.scripts.progress import progress


def analyse(
    run: Annotated[Path, typer.Argument(help="Run that was trained with --record imaging or traces.")],
    reference: Annotated[
        Path | None, typer.Option(help="Analysed run of the same mice without light: what light changes.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes; each holds one mouse and session in memory.")] = 2,
) -> None:
    """Analyse a run as the paper does: events, somato-dendritic residual, decoders, error table, ground truth.

    Writes RUN/analysis.json, tables in RUN/analysis/ and figures in RUN/figures/. Example: apical train --record
    imaging --protocol short --out results/a; apical analyse results/a
    """
    from apical.analysis.figures.all_analyses import save_study_figures
    from apical.analysis.statistics import analyse
    from apical.analysis.statistics.published import Comparison

    with progress("steps") as show:
        result = analyse.analyse(run, reference, jobs, lambda done, count: show("analysing", done, count))
        show("figures", 1, None)
        save_study_figures(run)
    statistics = [Comparison(**row) for row in result["statistics"]]
    console = Console()
    console.print(statistics_table(statistics, f"{result['condition']}, {len(result['mice'])} mice"))
    console.print(f"{run}/analysis.json has all numbers, {run}/figures the figures.", highlight=False)


def statistics_table(statistics: list, title: str) -> Table:
    """Model beside paper. statistics : list of `statistics.published.Comparison`"""
    from apical.analysis.statistics.published import PUBLISHED

    table = Table(title=title)
    columns: dict[str, JustifyMethod] = {"statistic": "left", "model": "right", "paper": "right"}
    for name, justify in (columns | {"sign": "center", "2 s.e.m.": "center"}).items():
        table.add_column(name, justify=justify, overflow="fold", no_wrap=name != "statistic")
    mark = {True: "same", False: "other", None: ""}
    near = {True: "within", False: "outside", None: ""}
    for row in statistics:
        is_count = PUBLISHED[row.name].is_count
        model = _number(row.model, row.sem, row.n if is_count else None)
        paper = _number(row.published, row.published_sem, row.published_n if is_count else None)
        table.add_row(row.name, model, paper, mark[row.same_sign], near[row.within_2_sem])
    return table


def _number(value: float | None, sem: float | None, out_of: int | None = None) -> str:
    if value is None:
        return "-"
    if out_of is not None:
        return f"{value} of {out_of}"
    return f"{value:.3g}" if sem is None else f"{value:.3g} ± {sem:.2g}"
