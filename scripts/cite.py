"""``apical cite``: the publications that a run stands on, as BibTeX."""

from pathlib import Path
from typing import Annotated

import typer


def cite(run: Annotated[Path, typer.Argument(help="Folder of a run.", show_default=False)]) -> None:
    """Print the BibTeX of what a run used: experiment, cell, rule, indicator, analyses, simulator.

    It follows the sources that the parameters of the run name. Example: apical cite results/first > model.bib
    """
    from apical.equations.bibliography import named_in, publications
    from apical.networks.training.store import read_description

    description = read_description(run)
    known, named = publications(), named_in(_sources(description, run))
    for key in sorted(named.keys() & known.keys()):
        print(known[key].text, end="\n\n")
    print(_SOFTWARE.format(**description["versions"]))
    for key in sorted(named.keys() - known.keys()):
        print(f"% a source of parameters without an entry here: {named[key]}")
    for kind, digest in description.get("brought", {}).items():
        print(f"% {kind} {description['config'][kind]} was brought to this run (sha256 {digest[:12]}): cite its author")


def _sources(description: dict, run: Path) -> list[str]:
    """Texts that name publications: parameters of the run, what its noise and its numbers come from, the engines."""
    from apical.networks.errors import UserError
    from apical.networks.training.config import load_config

    found = ["Francioni et al. 2026", "Stimberg et al. 2019", "Salmon et al. 2011"]
    config = description["config"]
    if config["device"] == "cuda_standalone":
        found.append("Alevi et al. 2022")
    if config["network"] == "cortex":
        found.append("Potjans & Diesmann 2014")
    if (run / "analysis.json").is_file():
        found.append("Friedrich et al. 2017")  # OASIS, `imaging.events`
    own = {name: value for name, value in config.items() if name not in description.get("brought", {})}
    try:
        known = load_config(**own).table
    except UserError:  # values of parameters that a component from outside had
        known = load_config(**{name: value for name, value in own.items() if name != "parameters"}).table
    return found + [parameter.source for parameter in known.values()]


_SOFTWARE = """@software{{apical,
  author = {{{{The apical developers}}}},
  title = {{apical: spiking mice learn a brain-computer interface from vectorized teaching in their apical dendrites}},
  version = {{{apical}}}
}}
"""
