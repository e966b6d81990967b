"""``apical paper``: the whole study, trained, analysed and held against the paper."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from apical.analysis.report.plan import ABLATIONS, DARK, STUDY, Arm
from apical.networks.errors import UserError
from apical.networks.training.config import Config, load_config
from apical.networks.training.store import read_description
from apical.scripts.options import Set, given, option, parameters_of
from apical.scripts.progress import progress

#: Called with the work done so far, all work (both in mouse-days) and what is under way.
Show = Callable[[float, float, str], None]


def paper(
    protocol: Annotated[str | None, option("protocol")] = None,
    seed: Annotated[int | None, option("seed")] = None,
    device: Annotated[str | None, option("device")] = None,
    threads: Annotated[int | None, option("threads", more="Also processes of the analyses.")] = None,
    settings: Set = None,
    out: Annotated[Path, typer.Option(help="Folder of the study: a folder per arm.")] = Path("results/paper"),
    ablations: Annotated[bool, typer.Option("--ablations", help="Also what each part of the model is for.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an interrupted study in --out.")] = False,
) -> None:
    """Train and analyse all mice of the paper and the null, and hold them against it: the study in one command.

    Six mice learn, the same without teaching, four under NDNF activation, five with light alone. Writes
    OUT/report.html, OUT/paper.json, OUT/claims.md and a run per arm. Example: apical paper --protocol short
    """
    from apical.analysis.report.claims_page import claims_page
    from apical.analysis.report.page import study_of, write_report, write_text
    from apical.scripts.analyse import statistics_table

    options = given(protocol=protocol, seed=seed, device=device, threads=threads)
    begun = _begun(out) if resume else None
    chosen = load_config(None, begun, record="imaging", parameters=parameters_of(settings), **options)
    arms = STUDY + (ABLATIONS if ablations else ())
    with progress("mouse-days, each twice") as show:
        try:
            run_study(arms, chosen, out, resume, lambda done, all, what: show(what, done, all))
        except KeyboardInterrupt:
            raise UserError(f"stopped; go on with: {_again(options, settings, out, ablations)}") from None
    runs = [out / arm.name for arm in arms if arm.name != DARK]
    study = study_of(runs)
    write_text(out / "paper.json", json.dumps(study.as_plain(), indent=1, allow_nan=False))
    write_text(out / "claims.md", claims_page(study))
    write_report(runs, out / "report.html")
    console = Console()
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

    settings : configuration of all arms, but for what an arm says
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
    import apical.networks.training.run as training
    from apical.analysis.figures.over_days import save_figures
    from apical.analysis.report.panels import TRAINED, missing_figures
    from apical.analysis.statistics.learning import write_summary

    run, config = out / arm.name, config_of(arm, settings)
    begun = (run / "run.json").is_file()
    training.train(config, run, begun, progress=lambda day, phase: show(day / config.days, f"day {day + 1} {phase}"))
    if missing_figures(run, TRAINED) or not (run / "summary.json").is_file():
        show(1, "figures")
        save_figures(run)
        write_summary(run)


def _analyse(arm: Arm, settings: Config, out: Path, show: Callable[[float, str], None]) -> None:
    from apical.analysis.figures import all_analyses as figures_study
    from apical.analysis.report.panels import ANALYSED, missing_figures
    from apical.analysis.statistics import analyse

    run, reference = out / arm.name, out / arm.reference if arm.reference else None
    if not (finished := _analysed(run, reference)):
        jobs = settings.threads
        analyse.analyse(run, reference, jobs, lambda done, all: show(done / all, f"analysis {done}/{all}"))
    if not finished or missing_figures(run, ANALYSED):
        show(1, "figures")
        figures_study.save_study_figures(run)


def _analysed(run: Path, reference: Path | None) -> bool:
    """True when ``analysis.json`` fits the run, and has what it is compared with."""
    from apical.analysis.statistics.analyse import read_analysis

    try:
        found = read_analysis(run)
    except UserError:
        return False
    return reference is None or "residual_shift" in found["values"]


def _again(options: dict, settings: list[str] | None, out: Path, ablations: bool) -> str:
    words = ["apical", "paper", "--resume", *(["--ablations"] if ablations else [])]
    words += [word for name, value in options.items() for word in (f"--{name}", str(value))]
    words += [word for setting in settings or () for word in ("--set", setting)]
    return shlex.join([*words, "--out", str(out)])


def _begun(out: Path) -> dict:
    """Options with which the study in `out` was begun, by its first arm; none when there is none yet."""
    if not (out / STUDY[0].name / "run.json").is_file():
        return {}
    config = read_description(out / STUDY[0].name)["config"]
    return {name: config[name] for name in ("protocol", "seed", "device", "threads", "parameters")}
