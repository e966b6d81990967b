"""Generate, compile and install the module: its own process, because NESTML prints, changes folders and exits.

``python generate.py MODELS MODULE PREFIX VERSION PROCESSES TARGET INSTALL``; imports nothing of apical, whose Brian2
would take seconds.
"""

import sys
from pathlib import Path

#: The synapse reads what the last spike of its neuron asks, as it was at that spike.
OPTIONS = {
    "continuous_state_buffering_method": "post_spike_based",
    "neuron_synapse_pairs": [
        {
            "neuron": "pyramidal_neuron",
            "synapses": {
                "burst_dependent_synapse": {
                    "post_ports": [
                        "post_spikes",
                        ["learning_signal", "learning_signal"],
                        ["decay_signal", "decay_signal"],
                    ]
                }
            },
        }
    ],
    "delay_variable": {"burst_dependent_synapse": "delay"},
    "weight_variable": {"burst_dependent_synapse": "w"},
}


def main(models: str, module: str, prefix: str, nest_version: str, processes: str, target: str, install: str) -> None:
    from pynestml.frontend.pynestml_frontend import generate_nest_target

    generate_nest_target(
        [str(path) for path in sorted(Path(models).glob("*.nestml"))],
        target_path=target,
        install_path=install,
        module_name=module,
        logging_level="WARNING",
        codegen_opts=OPTIONS
        | {"nest_path": prefix, "nest_version": f"v{nest_version}", "max_n_compiler_processes": int(processes)},
    )
    if not (Path(install) / f"{module}.so").is_file():
        sys.exit("[ERROR] NESTML made no module")


if __name__ == "__main__":
    main(*sys.argv[1:])
