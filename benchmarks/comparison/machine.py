"""Describes the machine that a result comes from."""

from __future__ import annotations

import os
import platform
import re
from datetime import datetime, timezone
from pathlib import Path

from .measuring import Command, output_of


def describe(work: Path) -> dict[str, str]:
    """What a reader needs to judge the figures; no names of hosts or people."""
    cpu = Path("/proc/cpuinfo").read_text()
    return {
        "date": datetime.now(timezone.utc).strftime("%Y-%m-%d"),
        "processor": match(r"^model name\s*: (.*)$", cpu),
        "cores": str(os.cpu_count()),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GiB",
        "file system": output_of(Command(["stat", "-f", "-c", "%T", str(work)])),
        "kernel": platform.release(),
        "system": match(r'^PRETTY_NAME="?(.*?)"?$', Path("/etc/os-release").read_text()),
        "load before": f"{os.getloadavg()[0]:.2f}",
    }


def has_sha_instructions() -> bool:
    """Whether SHA-256 is done by the processor: it decides which cipher suite of Borg is faster."""
    return re.search(r"^flags\s*:.*\bsha_ni\b", Path("/proc/cpuinfo").read_text(), re.M) is not None


def match(pattern: str, text: str) -> str:
    """The first group of the first match."""
    found = re.search(pattern, text, re.M)
    return found.group(1) if found else "unknown"
