"""``apical cuda-report``: what the compiler and the code of a CUDA program say about its speed, without a GPU."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich import box
from rich.console import Console
from rich.table import Table

from apical.networks.devices.cuda.occupancy import ARCHITECTURES
from apical.networks.devices.cuda.report import LAUNCH, KernelReport, Prediction, Report, make_report
from apical.networks.errors import UserError
from apical.networks.training.config import load_config
from apical.scripts.options import given, option


def cuda_report(
    program: Annotated[
        Path | None,
        typer.Option(help="Folder that apical build made. Without it, a program is made and kept in cache."),
    ] = None,
    mice: Annotated[int | None, option("mice")] = None,
    cells: Annotated[int | None, option("cells")] = None,
    record: Annotated[str | None, option("record")] = None,
    precision: Annotated[str | None, option("precision")] = None,
    math: Annotated[str | None, option("math")] = None,
    arch: Annotated[
        str | None,
        typer.Option(
            help="GPU to report, such as sm_90, of those the program is compiled for. Default: the newest of them."
        ),
    ] = None,
    cortex: Annotated[
        list[str] | None,
        typer.Option(
            help="Predict a cortical network: SCALE or SCALE:IN-DEGREE of apical cortex. Can be given more than once.",
            show_default=False,
        ),
    ] = None,
    launch_us: Annotated[
        float, typer.Option(min=0.01, help="Microseconds to launch a kernel or clear memory.")
    ] = LAUNCH * 1e6,
    json_file: Annotated[Path | None, typer.Option("--json", help="Also write all numbers to this file.")] = None,
) -> None:
    """Report registers, occupancy, launches, memory traffic and speed limits of a CUDA program, without a GPU.

    Registers and spills (registers that went to slow memory) are the compiler's. A GPU multiprocessor
    has a fixed number of registers: kernels with many leave room for few threads (the occupancy).

    All else is counted in the generated code, by these rules. What only the first call does is not
    counted. Spikes are pushed into queues only for pathways with different delays. What monitors do
    when their memory may be full has a row of its own. Every other branch is taken to run each time.

    Limits: each launch costs the host some microseconds, however many mice there are, and each byte
    goes through the memory of the GPU. Few mice are limited by launches, many by bytes. Arithmetic
    is not counted.

    With --cortex nothing is compiled: memory and limits of cortical networks, from their generated code. Each synapse
    of a neuron that fires is one event, at the rates that the network aims at.

    Example: apical build --out gpu --arch sm_80,sm_90; apical cuda-report --program gpu --arch sm_80
    """
    options = given(mice=mice, cells=cells, record=record, precision=precision, math=math)
    if cortex:
        if program or options or arch:
            raise UserError("--cortex takes --launch-us and --json, no option of the programs of cohorts")
        predict(cortex, launch_us, json_file)
        return
    if program is not None and options:
        raise UserError(f"--{next(iter(options))} is fixed by the program in {program}; leave one of the two out")
    if arch is not None and arch not in ARCHITECTURES:
        raise UserError(f"unknown architecture {arch}; known: {', '.join(ARCHITECTURES)}")
    compiled = _built(program) if program else _compiled(options | ({"arch": arch} if arch else {}))
    report = make_report(compiled.folder, compiled.structure, compiled.arrays, arch)
    if report.arch is None:
        raise UserError(f"{compiled.folder} has no logs of the compiler; make it again with: apical build --out DIR")
    _write(json_file, as_dict(report, launch_us))
    show(report, launch_us, Console())


def predict(cortex: list[str], launch_us: float, json_file: Path | None) -> None:
    """Print what networks need of a GPU, as a table in Markdown, and write it. Raises UserError."""
    from apical.networks.experiments.cortex_on_gpu import report_network, sizes

    networks = sizes(cortex)
    with Console(stderr=True).status("generating code"):
        reports = [report_network(s, launch_us * 1e-6) for s in networks]
    described = [asdict(r) | {"predictions": [_prediction(p) for p in r.predictions]} for r in reports]
    _write(json_file, {"launch_us": launch_us, "networks": described})
    table = Table(box=box.MARKDOWN)
    headings = ("GPU", "scale", "in-degree", "neurons", "synapses", "memory", "events/s", "operations/step")
    for heading in (*headings, "launching, s", "moving bytes, s", "of real time"):
        table.add_column(heading, justify="left" if heading == "GPU" else "right")
    rows = [(prediction, network) for network in reports for prediction in network.predictions]
    for p, r in sorted(rows, key=lambda row: row[0].card):
        size = f"{r.scale:g}", f"{r.in_degree:g}", f"{r.neurons:,}", f"{r.synapses / 1e6:,.1f} M"
        work = f"{r.memory / 2**30:.1f} GiB", f"{r.synaptic_events / 1e6:,.0f} M", str(r.operations)
        limits = f"{p.launching:.2f}", f"{p.moving:.3f}", f"{p.slowest:.2f} to {p.fastest:.2f}"
        table.add_row(p.card, *size, *work, *limits)
    Console(width=200).print(table)


def _write(json_file: Path | None, numbers: dict) -> None:
    if json_file:
        try:
            json_file.write_text(json.dumps(numbers, indent=1))
        except OSError as error:
            raise UserError(f"cannot write {json_file}: {error.strerror}") from None


def _built(folder: Path):
    from apical.networks.devices.program import CompiledProgram

    compiled = CompiledProgram.built(folder)
    if compiled.blueprint.target.device != "cuda_standalone":
        raise UserError(f"{folder} holds a C++ program; make one for GPUs: apical build --device cuda_standalone")
    return compiled


def _compiled(options: dict):
    from apical.networks.devices.program import CompiledProgram
    from apical.networks.training.cohort import blueprint_of

    settings = load_config(device="cuda_standalone", **options)
    with Console(stderr=True).status("compiling, which takes minutes unless the program is in the cache"):
        return CompiledProgram(blueprint_of(settings))


def short(name: str) -> str:
    """The name of a kernel or host function without what all share."""
    return name.removeprefix("_run_").removeprefix("kernel_").removesuffix("_codeobject")


def as_dict(report: Report, launch_us: float) -> dict:
    """All numbers of `report` for a JSON file; units are in the names, else counts and bytes."""
    kinds = ("launch", "memset", "transfer", "growth", "wait")
    return asdict(report) | {
        "kernels": [asdict(k) | {"bytes_per_mouse_second": k.bytes_per_second} for k in report.kernels],
        "totals": {
            kind: {clock: report.count(kind, clock) for clock in report.dt} | {"per_second": report.per_second(kind)}
            for kind in kinds
        },
        "launch_us": launch_us,
        "predictions": [_prediction(p) for p in report.predictions(launch_us * 1e-6)],
    }


def _prediction(p: Prediction) -> dict:
    return asdict(p) | {"fastest_mouse_seconds_per_s": p.fastest, "slowest_mouse_seconds_per_s": p.slowest}


def show(report: Report, launch_us: float, console: Console) -> None:
    """Print the tables."""
    console.print(f"[bold]Kernels as compiled for {report.arch} ({report.mice} mice); stack, spilled, shared in bytes")
    console.print(_compiler_table(report))
    spilled = sum(r.spill_stores + r.spill_loads for r in report.outside.values())
    console.print(f"{len(report.outside)} kernels outside the time loop spill {spilled} bytes.\n", highlight=False)
    console.print("[bold]Bytes read + written by a thread, for a spike, for each synapse; kB/s of a mouse")
    console.print(_traffic_table(report), "\n[bold]What the host asks of the GPU")
    console.print(_host_table(report))
    console.print(f"\n[bold]Limits for one biological second, {launch_us:g} µs a launch; overlap: mouse-seconds/s")
    console.print(_limit_table(report, launch_us))


def _table(*headings: str) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column(headings[0], overflow="fold")
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    return table


def _compiler_table(report: Report) -> Table:
    headings = ("kernel", "registers", "stack", "spilled", "shared", "block", "occupancy")
    table = _table(*headings)
    compiled = [(k, k.resources, k.occupancy) for k in report.kernels if k.resources and k.occupancy]
    for k, r, o in sorted(compiled, key=lambda row: -row[1].registers):
        spilled = r.spill_stores + r.spill_loads
        full = f"{o.fraction:.0%} {o.limit}"
        table.add_row(short(k.name), *map(str, (r.registers, r.stack, spilled, r.shared, k.block, full)))
    return table


def _traffic_table(report: Report) -> Table:
    table = _table("kernel", "clock", "thread", "spike", "synapse", "kB/s", "share")
    total = sum(k.bytes_per_second for k in report.kernels)

    def both(k: KernelReport, level: str) -> str:
        return f"{k.traffic.read[level]} + {k.traffic.written[level]}" if k.traffic.total(level) else ""

    for k in sorted(report.kernels, key=lambda k: -k.bytes_per_second):
        levels = (both(k, level) for level in ("cell", "event", "synapse"))
        rate = k.bytes_per_second
        table.add_row(
            short(k.name), k.clock.removesuffix("_clock"), *levels, f"{rate / 1e3:,.0f}", f"{rate / total:.1%}"
        )
    table.add_row("all", "", "", "", "", f"{total / 1e3:,.0f}", "")
    return table


def _host_table(report: Report) -> Table:
    table = _table("", "launches", "memory clears", "host transfers", "waits")
    kinds = ("launch", "memset", "transfer", "wait")
    for clock, dt in sorted(report.dt.items(), key=lambda item: item[1]):
        name = f"every tick of {clock} ({dt * 1e3:.4g} ms)"
        table.add_row(name, *(str(report.count(kind, clock)) for kind in kinds))
    table.add_row("per biological second", *(f"{report.per_second(kind):,.0f}" for kind in kinds))
    if report.rare_interval:
        rare = (str(sum(call.rare.get(kind, 0) for call in report.calls)) for kind in kinds)
        table.add_row(f"when monitors may be full, once in {report.rare_interval} steps or rarer", *rare)
    return table


def _limit_table(report: Report, launch_us: float) -> Table:
    table = _table("GPU", "mice", "launching, s", "moving bytes, s", "no overlap", "full overlap")
    for p in report.predictions(launch_us * 1e-6):
        speeds = (f"{p.slowest:,.0f}", f"{p.fastest:,.0f}")
        table.add_row(p.card, f"{p.mice:,}", f"{p.launching:.3g}", f"{p.moving:.3g}", *speeds)
    return table
