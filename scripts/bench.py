"""``apical bench``: recipes that measure speed, and the page with what they found."""

import json
import os
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apical.networks.errors import UserError

app = typer.Typer(no_args_is_help=True, help="Measure speed and memory; writes JSON and a page with the tables.")

Out = Annotated[Path, typer.Option(help="Folder of the results, one JSON file per recipe.")]
Page = Annotated[
    Path | None, typer.Option(help="Page to write from all results in --out. Default: benchmarks.md in --out.")
]
RESULTS = Path("results/bench")


@app.command()
def cortex(
    neurons: Annotated[str, typer.Option(help="Sizes to measure.")] = "1000,3000,10000,30000,77759",
    in_degree: Annotated[float, typer.Option(help="Of the synapses of a neuron in the full network; 1: all.")] = 0.05,
    engines: Annotated[str, typer.Option(help="Of cpp1, cpp2, runtime; ratios are to the first.")] = "cpp1,cpp2",
    seconds: Annotated[float, typer.Option(help="Biological time of a run.", min=0.1)] = 10.0,
    repeats: Annotated[int, typer.Option(help="Runs of which the median counts.", min=1)] = 5,
    out: Out = RESULTS,
    page: Page = None,
) -> None:
    """Time the cortical network over its size, at a fixed number of synapses per neuron.

    Building, connecting and simulating are timed apart. Do it with nothing else running. Half an hour on two cores;
    a first look: apical bench cortex --neurons 1000,4000 --seconds 1 --repeats 3
    """
    from apical.benchmarks import cortex as recipe
    from apical.benchmarks.engines import ENGINES

    chosen = engines.split(",")
    if unknown := [name for name in chosen if name not in ENGINES]:
        raise UserError(f"--engines: {unknown[0]} is not one of {', '.join(ENGINES)}")
    sizes = _numbers("--neurons", neurons, "1000,10000")
    if min(sizes) < 300 or not 0 < in_degree <= 1:
        raise UserError("--neurons start at 300, --in-degree lies above 0 and is at most 1")
    about = _about()
    with Console().status("") as status:
        measured, left_out = recipe.measure(sizes, in_degree, chosen, seconds, repeats, status.update)
    if not measured:
        raise UserError(f"no size fits in memory ({left_out[0]}); choose smaller --neurons or --in-degree")
    result = {
        "recipe": "cortex",
        "title": f"{in_degree:g} of the full in-degree",
        **about,
        "repeats": repeats,
        "rows": [recipe.row(m) for m in measured],
        "fits": recipe.fits(measured),
        "ratios": recipe.ratios(measured),
        "bytes_per_synapse_computed": recipe.BYTES_PER_SYNAPSE,
        "left_out": left_out,
    }
    _write(out, f"cortex-{in_degree:g}", result, page)


@app.command()
def nest(
    neurons: Annotated[str, typer.Option(help="Sizes to measure.")] = "1000,5000",
    in_degree: Annotated[int, typer.Option(help="Synapses onto a neuron, on average.", min=2)] = 500,
    threads: Annotated[str, typer.Option(help="Threads of both engines.")] = "1,2",
    seconds: Annotated[float, typer.Option(help="Biological time of a run.", min=0.1)] = 10.0,
    repeats: Annotated[int, typer.Option(help="Runs of which the median counts.", min=1)] = 5,
    out: Out = RESULTS,
    page: Page = None,
) -> None:
    """Time Brian2's C++ beside NEST on the same network of two-compartment pyramidal cells.

    Brian2 by Runge-Kutta of fourth order (like for like) and by Euler's method (what the model uses), NEST by its
    adaptive Runge-Kutta method. Both get the same cells, background and synapses and take turns, so that the ratio of
    each round is of a pair. Before, their spikes are recorded and compared; a ratio counts only if they are equal.

    Needs NEST (pip install 'apical\\[nest]', or make nest). Do it with nothing else running. An hour on two cores; a
    first look: apical bench nest --neurons 300 --in-degree 100 --seconds 1 --repeats 3
    """
    from time import perf_counter

    from apical.benchmarks import nest as recipe
    from apical.benchmarks.cortex import free_memory, row
    from apical.scripts.nest import built_module

    sizes, counts = _numbers("--neurons", neurons, "1000,5000"), _numbers("--threads", threads, "1,2")
    if min(sizes) < 100 or in_degree > min(sizes):
        raise UserError("--neurons start at 100 and are no fewer than --in-degree")
    if not 1 <= min(counts) <= max(counts) <= (os.cpu_count() or 1):
        raise UserError(f"--threads {threads}: this machine has {os.cpu_count()} processors")
    if (needed := recipe.NEEDED * max(sizes) * in_degree) > free_memory():
        raise UserError(f"{max(sizes):,} neurons need about {needed / 2**30:.0f} GiB; choose fewer --neurons")
    about = _about()
    started = perf_counter()
    module = built_module()
    module_s = None if module.was_cached else perf_counter() - started
    with Console().status("") as status:
        measured, verdicts = recipe.measure(module, sizes, in_degree, counts, seconds, repeats, status.update)
        memory = recipe.bytes_per_synapse(module, max(sizes), in_degree, status.update)
    result = {
        "recipe": "nest",
        **about,
        "in_degree": in_degree,
        "repeats": repeats,
        "module_s": module_s,
        "rows": [row(m) for m in measured],
        "ratios": recipe.ratios(measured, verdicts),
        "verdicts": [v.row() for v in verdicts],
        "bytes_per_synapse": memory,
    }
    _write(out, f"nest-{in_degree}", result, page)


@app.command()
def study(
    mice: Annotated[int | None, typer.Option(help="Mice side by side. Default: one per core.")] = None,
    protocol: Annotated[str, typer.Option(help="full; short for a first look.")] = "full",
    cells: Annotated[int, typer.Option(help="Pyramidal cells per mouse.", min=10)] = 310,
    out: Out = RESULTS,
    page: Page = None,
) -> None:
    """Time one day of the full protocol, and extrapolate to the whole study: 15 mice, 14 days."""
    from apical.benchmarks import study as recipe
    from apical.networks.training.protocols import PROTOCOLS

    if protocol not in PROTOCOLS:
        raise UserError(f"--protocol {protocol} is not one of {', '.join(PROTOCOLS)}")
    about = _about()
    with Console().status("") as status:
        found = recipe.measure(mice, protocol, cells, status.update)
    _write(out, "study", {"recipe": "study", **about, **found}, page)


@app.command()
def profile(
    neurons: Annotated[int, typer.Option(help="Of the cortical network.", min=300)] = 10000,
    in_degree: Annotated[float, typer.Option(help="Of the synapses of a neuron in the full network.")] = 0.05,
    seconds: Annotated[float, typer.Option(help="Biological time.", min=0.1)] = 10.0,
    out: Out = RESULTS,
    page: Page = None,
) -> None:
    """Find where the time of the cortical network goes, and what this machine's memory would allow. Needs Linux perf.

    Times are of the processor, so that other programs disturb them little.
    """
    from apical.benchmarks import profile as recipe

    if not 0 < in_degree <= 1:
        raise UserError("--in-degree lies above 0 and is at most 1")
    about = _about()
    with Console().status("") as status:
        found = recipe.measure(neurons, in_degree, seconds, status.update)
    _write(out, f"profile-{neurons}-{in_degree:g}", {"recipe": "profile", **about, **found}, page)


def _numbers(option: str, text: str, example: str) -> list[int]:
    try:
        return [int(number) for number in text.split(",")]
    except ValueError:
        raise UserError(f"{option} {text}: write numbers with commas, like {example}") from None


def _about() -> dict:
    from apical.networks.provenance import environment

    return {**environment(), "date": date.today().isoformat(), "load_before": os.getloadavg()[0]}


def _write(out: Path, name: str, result: dict, page: Path | None) -> None:
    from apical.benchmarks.page import write_page
    from apical.networks.files import cannot_write, written_whole

    page = page or out / "benchmarks.md"
    try:
        out.mkdir(parents=True, exist_ok=True)
        with written_whole(out / f"{name}.json") as partial:
            partial.write_text(json.dumps(result, indent=1))
        write_page(out, page)
    except OSError as error:
        raise cannot_write(out, error) from None
    Console().print(f"{page} has the tables, {out}/{name}.json all numbers.", highlight=False, soft_wrap=True)
