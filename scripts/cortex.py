"""``apical cortex``: a large cortical network of our cells, its spikes, plateaus and rates."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

OPTION = typer.Option


def cortex(
    scale: Annotated[float, OPTION(help="Of the 77,759 neurons under 1 mm² of cortex.")] = 0.1,
    in_degree: Annotated[
        float | None,
        OPTION(help="Of the synapses of a neuron in the full network. Default: --scale, at least 0.1 and at most 1."),
    ] = None,
    seconds: Annotated[float, OPTION(help="Biological time; the first 0.3 s count in no rate.")] = 2.0,
    device: Annotated[
        str, OPTION(help="cpp_standalone (compiled), cuda_standalone (NVIDIA GPU) or runtime (slow).")
    ] = "cpp_standalone",
    threads: Annotated[int, OPTION(help="Processor threads; spikes do not depend on them.")] = 1,
    gpu: Annotated[int, OPTION(help="Number of the GPU, as nvidia-smi counts or in $CUDA_VISIBLE_DEVICES.")] = 0,
    seed: Annotated[int, OPTION(help="Of synapses, background and start.")] = 1,
    thalamus: Annotated[
        float, OPTION(help="Rate (Hz) of 902 axons of first-order thalamus onto layers 4 and 6.")
    ] = 0.0,
    top_down: Annotated[float, OPTION(help="Rate (Hz) of axons onto tufts of layer 5 cells and onto layer 1.")] = 8.0,
    out: Annotated[Path | None, OPTION(help="Folder of the run. Default: results/cortex-SCALE-seedSEED.")] = None,
    overwrite: Annotated[bool, OPTION("--overwrite", help="Replace an earlier run in --out.")] = False,
) -> None:
    """Run a cortical network: layers 1 to 6, with two-compartment pyramidal cells in layer 5.

    Numbers and connections of Potjans & Diesmann 2014, with PV and SOM cells, thick and thin tufts, and layer 1 added;
    with fewer synapses than the full network, weights and background make up for them. The first run of a size compiles
    it (about a minute; for a GPU many); seeds and rates need no compilation.

    Writes OUT/cortex.zarr (spikes, plateaus, populations, roles), OUT/run.json (rates beside published ranges, wall
    times) and OUT/figures. Example: apical cortex --scale 0.1 --seconds 2 --threads 2
    """
    from apical.analysis.figures.cortical_activity import save_figures
    from apical.networks.experiments.spontaneous.options import checked
    from apical.networks.experiments.spontaneous.run import run

    options = dict(scale=scale, in_degree=in_degree, seconds=seconds, seed=seed, thalamus=thalamus, top_down=top_down)
    config = checked(**options, device=device, threads=threads, gpu=gpu)
    out = out or Path("results") / f"cortex-{scale:g}-seed{seed}"
    console = Console()
    with console.status("building") as status:
        found = run(config, out, overwrite, status.update)
        status.update("figures")
        save_figures(out, found)
    console.print(_table(found))
    console.print(f"{out}/figures has the raster, {out}/cortex.zarr the data.", highlight=False, soft_wrap=True)


def _table(found: dict) -> Table:
    synapses = sum(found["synapses"].values())
    table = Table(title=f"{found['neurons']:,} neurons, {synapses:,} synapses")
    for column in (
        "population",
        "neurons",
        "Hz",
        "aimed at",
        "in vivo, Hz",
        "verdict",
        "CV of intervals",
        "plateaus/s",
    ):
        table.add_column(column, justify="left" if column == "population" else "right")
    for row in found["populations"]:
        table.add_row(
            row["population"],
            f"{row['neurons']:,}",
            f"{row['rate']:.2f}",
            f"{row['aim']:.2f}",
            f"{row['low']:g}-{row['high']:g}",
            "[green]holds[/]" if row["in_range"] else "[bold red]fails[/]",
            _number(row["irregularity"]),
            _number(row["plateau_rate"]),
        )
    wall = ", ".join(f"{phase} {seconds:.1f} s" for phase, seconds in found["wall_seconds"].items())
    table.caption = f"{wall}; {found['realtime_factor']:.2f} of real time"
    return table


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"
