"""Devices: programs in C++ and CUDA that are compiled once, and Brian2's runtime."""
