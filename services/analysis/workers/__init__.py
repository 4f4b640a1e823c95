"""Processes in which the pure halves of the steps run, with limits of time and memory."""
