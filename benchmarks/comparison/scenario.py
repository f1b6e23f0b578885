"""What all scenarios share."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from .holdfast import ColdJvm, WarmJvm
from .measuring import Command, output_of
from .programs import Program
from .results import Results


@dataclass
class Bench:
    """Where things are and who takes part."""

    work: Path
    log: Path
    results: Results
    seed: int
    quick: bool
    java: Path
    classes: Path
    cold: ColdJvm
    warm: WarmJvm | None
    programs: list[Program] = field(default_factory=list)
    servers: Path | None = None
    families: set[str] = field(default_factory=set)

    def make(self, what: str, **values: object) -> None:
        """Runs the data maker."""
        words = [str(self.java), "-XX:+UseParallelGC", "-Xmx2g", "-cp", str(self.classes)]
        words += ["io.holdfast.benchmarks.MakeData", what]
        for name, value in values.items():
            words += [f"--{name}", str(value)]
        output_of(Command(words))

    def takes_part(self, family: str) -> bool:
        """Whether tools of this family were asked for."""
        return not self.families or family in self.families

    def jvms(self) -> list[ColdJvm | WarmJvm]:
        """In which Holdfast runs."""
        if not self.takes_part("holdfast"):
            return []
        return [self.cold] + ([self.warm] if self.warm else [])

    def releases(self, name: str) -> list[Program]:
        """All releases of a peer that take part, the oldest first."""
        found = [program for program in self.programs if program.name == name]
        return sorted(found, key=lambda program: program.version) if self.takes_part(name) else []


def in_turn(tools: list, turn: int) -> list:
    """All tools, beginning with another one each time, so that none always comes first."""
    shift = turn % len(tools) if tools else 0
    return tools[shift:] + tools[:shift]
