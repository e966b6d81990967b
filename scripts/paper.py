"""``apical paper``: the whole study, trained, analysed and held against the paper."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from analysis.plan import ABLATIONS, DARK, STUDY, Arm
from networks.config import Config, load_config
from networks.errors import UserError
from networks.protocols import PROTOCOLS
from networks.store import read_description
from scripts.build import option

#: Called with the work done so far, all work (both in mouse-days) and what is under way.
Show = Callable[[float, float, str], None]


def paper(
    protocol: Annotated[str | None, option(f"Length of the days: {', '.join(PROTOCOLS)}.", "protocol")] = None,
    seed: Annotated[int | None, option("Seed of all noise.", "seed")] = None,
    device: Annotated[str | None, option("cpp_standalone, cuda_standalone or runtime.", "device")] = None,
    threads: Annotated[int | None, option("Shards of a cohort, and processes of the analyses.", "threads")] = None,
    out: Annotated[Path, typer.Option(help="Folder of the study: a folder per arm.")] = Path("results/paper"),
    ablations: Annotated[bool, typer.Option("--ablations", help="Also what each part of the model is for.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted study in --out.")] = False,
) -> None:
    """Train and analyse all mice of the paper and the null, and hold them against it: the study in one command.

    Six mice learn, the same without teaching, four under NDNF activation, five with light alone. Writes
    OUT/report.html, OUT/paper.json, OUT/claims.md and a run per arm. Example: apical paper --protocol short
    """
    from analysis.claims_page import claims_page
    from analysis.report import study_of, write_report, write_text
    from scripts.analyse import progress_bar, statistics_table

    options = dict(protocol=protocol, seed=seed, device=device, threads=threads)
    given = {name: value for name, value in options.items() if value is not None}
    settings = load_config(None, _begun(out) if resume else None, record="imaging", **given)
    arms = STUDY + (ABLATIONS if ablations else ())
    console = Console()
    with progress_bar(console) as bar:
        task = bar.add_task("building", total=None)
        try:
            run_study(arms, settings, out, resume, lambda done, all, what: _show(bar, task, done, all, what))
        except KeyboardInterrupt:
            raise UserError(f"stopped; go on with: {_again(given, out, ablations)}") from None
    runs = [out / arm.name for arm in arms if arm.name != DARK]
    study = study_of(runs)
    write_text(out / "paper.json", json.dumps(study.as_plain(), indent=1, allow_nan=False))
    write_text(out / "claims.md", claims_page(study))
    write_report(runs, out / "report.html")
    console.print(statistics_table(study.statistics, "the study beside the paper"))
    counts = study.counts
    console.print(
        f"{counts.same_sign} of {counts.with_sign} statistics have the paper's sign, "
        f"{counts.within_2_sem} of {counts.with_sem} lie within 2 s.e.m.",
        highlight=False,
    )
    for criterion in study.criteria["control"]:
        console.print(f"{criterion.name}: {criterion.verdict}", highlight=False)
    console.print(f"{out}/report.html opens in any browser.", highlight=False, soft_wrap=True)


def run_study(arms: tuple[Arm, ...], settings: Config, out: Path, resume: bool, show: Show) -> None:
    """Train and analyse `arms` in the folder `out`, one after the other; what is done already is left as it is.

    settings : of all arms, but for what an arm says
    Raises UserError: `out` has something else in it, or (``resume``) runs of other settings.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is no folder; choose another --out")
    if not resume and out.is_dir() and any(out.iterdir()):
        raise UserError(f"{out} exists; go on with it (--resume) or choose another --out")
    work = {arm.name: arm.mice * (arm.days or settings.days) for arm in arms}
    whole, done = 2 * sum(work.values()), 0.0
    for n, arm in enumerate(arms, 1):
        label = f"{arm.name} ({n}/{len(arms)})"
        for step in (_train, _analyse):
            own = work[arm.name]

            def within(part: float, phase: str, done=done, own=own, label=label) -> None:
                show(done + part * own, whole, f"{label} {phase}")

            step(arm, settings, out, within)
            done += own
    show(done, whole, "report")


def config_of(arm: Arm, settings: Config) -> Config:
    """The configuration of an arm."""
    own = {"condition": arm.condition, "mice": arm.mice, "first_mouse": arm.first_mouse}
    return load_config(None, settings.model_dump(), **own, **({"days": arm.days} if arm.days else {}))


def _train(arm: Arm, settings: Config, out: Path, show: Callable[[float, str], None]) -> None:
    import networks.training as training
    from analysis import save_figures, write_summary
    from analysis.report_figures import TRAINED, missing_figures

    run, config = out / arm.name, config_of(arm, settings)
    begun = (run / "run.json").is_file()
    training.train(config, run, begun, progress=lambda day, phase: show(day / config.days, f"day {day + 1} {phase}"))
    if missing_figures(run, TRAINED) or not (run / "summary.json").is_file():
        show(1, "figures")
        save_figures(run)
        write_summary(run)


def _analyse(arm: Arm, settings: Config, out: Path, show: Callable[[float, str], None]) -> None:
    from analysis import analyse, figures_study
    from analysis.report_figures import ANALYSED, missing_figures

    run, reference = out / arm.name, out / arm.reference if arm.reference else None
    if not (finished := _analysed(run, reference)):
        jobs = settings.threads
        analyse.analyse(run, reference, jobs, lambda done, all: show(done / all, f"analysis {done}/{all}"))
    if not finished or missing_figures(run, ANALYSED):
        show(1, "figures")
        figures_study.save_study_figures(run)


def _analysed(run: Path, reference: Path | None) -> bool:
    """Whether ``analysis.json`` fits the run, and has what it is compared with."""
    from analysis.analyse import read_analysis

    try:
        found = read_analysis(run)
    except UserError:
        return False
    return reference is None or "residual_shift" in found["values"]


def _show(bar, task, done: float, whole: float, what: str) -> None:
    bar.update(task, completed=round(done, 1), total=whole, description=what)


def _again(given: dict, out: Path, ablations: bool) -> str:
    words = ["apical", "paper", "--resume", *(["--ablations"] if ablations else [])]
    words += [word for name, value in given.items() for word in (f"--{name}", str(value))]
    return shlex.join([*words, "--out", str(out)])


def _begun(out: Path) -> dict:
    """Options with which the study in `out` was begun, by its first arm; none when there is none yet."""
    if not (out / STUDY[0].name / "run.json").is_file():
        return {}
    config = read_description(out / STUDY[0].name)["config"]
    return {name: config[name] for name in ("protocol", "seed", "device", "threads")}
