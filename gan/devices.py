"""Which device runs the networks."""

import torch

from gan.errors import UserError


def available_devices() -> list[str]:
    """The devices this machine has, best first: CUDA, Apple's MPS, Intel's XPU, and always the CPU."""
    devices = [f"cuda:{i}" for i in range(torch.cuda.device_count())] if torch.cuda.is_available() else []
    if torch.backends.mps.is_available():
        devices.append("mps")
    if torch.xpu.is_available():
        devices += [f"xpu:{i}" for i in range(torch.xpu.device_count())]
    return [*devices, "cpu"]


def choose_device(name: str | None = None) -> torch.device:
    """The named device, or the best one if none is named.

    Raises:
        UserError: the device is unknown or missing; the message lists those that exist.
    """
    devices = available_devices()
    if name is None or name == "auto":
        return torch.device(devices[0])
    matches = [d for d in devices if d == name or d.split(":")[0] == name]
    if not matches:
        raise UserError(f"device {name!r} is not on this machine, which has: {', '.join(devices)}")
    return torch.device(matches[0])


def describe_device(device: torch.device) -> str:
    """A device as a person would call it: 'cpu', or 'cuda (NVIDIA H200)'."""
    if device.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(device)})"
    if device.type == "xpu":
        return f"xpu ({torch.xpu.get_device_name(device)})"
    return device.type
