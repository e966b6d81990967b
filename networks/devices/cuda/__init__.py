"""CUDA programs by brian2cuda: toolchain, preferences, guards, templates and the static report."""
