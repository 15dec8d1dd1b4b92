"""Shared by all tests: the device is made ready before anything imports MLX."""

from server.engine.mlx.device import prepare_device

DEVICE = prepare_device()
