"""What a run is told besides its recipe; free of torch, so that `--help` answers at once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from gan.config import DatasetName
from gan.errors import UserError
from gan.hub.card_options import CardOptions

RUNS = Path("runs")


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """Where a run finds its data, where it writes, and on what it computes."""

    data_dir: Path = Path("data")
    """Folder of the data set: its files, or torchvision's layout; downloaded there if missing. For `folder`: the
    images."""
    dataset: DatasetName = "mnist"
    """What to draw; `folder` reads images of one's own, labelled by subfolders 0 … 9 if there are any."""
    output_dir: Path | None = None
    """The run folder; runs/RECIPE by default."""
    seed: int = 0
    """Determines the initial weights, the order of the data and all random numbers, 0 … 2³²−1."""
    device: str = "auto"
    """auto, cpu, cuda, cuda:1, mps, xpu."""
    dry_run: bool = False
    """Print networks, schedule, memory and expected time, and train nothing."""
    resume: bool = False
    """Continue the run in the run folder exactly where its last checkpoint was taken. Its settings are the run's own;
    a finished run gets more epochs with --epochs."""
    init_from: str | None = None
    """Begin with the weights of a trained model instead of random ones: a run's folder, a bundled name, or
    user/repo[@revision]. Its networks must be the recipe's."""
    keep: Literal["last", "best"] = "last"
    """Which epoch's generator the run's model is: the last one's, or the one nearest to the data, which stands in the
    folder best/ in any case."""
    mixed_precision: Literal["no", "bf16", "fp16"] = "no"
    """Compute in half precision where the device has it, through accelerate. fp16's loss scale starts anew when a run
    is resumed."""
    cuda_graph: bool = True
    """On a CUDA device, replay the step as one graph. Off: for a driver that can't, or to debug."""
    report_to: Literal["none", "trackio", "tensorboard", "wandb"] = "none"
    """Also log to a tracker, through accelerate; trackio's dashboard runs on this machine (pip install trackio)."""
    push_to_hub: str | None = None
    """Publish the finished run as this Hub repository, USER/REPO; the right to write is checked before training."""
    private: bool = False
    """Make that repository private."""
    hub_tag: str | None = None
    """Tag the published commit, say v1."""
    overwrite: bool = False
    """Publish into a repository that isn't ours too, and replace what others wrote under our files' names."""
    checkpoint_steps: int = 0
    """Save a checkpoint every so many steps, besides the one at the end of each epoch; 0 = only those."""
    card: CardOptions = field(default_factory=CardOptions)

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**32:
            raise UserError(f"seed must be from 0 to {2**32 - 1} (2³²−1), not {self.seed}")
        if self.checkpoint_steps < 0:
            raise UserError(f"checkpoint_steps must be 0 or more, not {self.checkpoint_steps}")
        if not self.push_to_hub and (self.private or self.overwrite or self.hub_tag is not None):
            flag = f"--hub-tag {self.hub_tag}" if self.hub_tag is not None else "--overwrite"
            flag = "--private" if self.private else flag
            raise UserError(f"{flag} says how a run is published: add --push-to-hub USER/REPO, or leave {flag} out")
        if self.card.given() and not self.push_to_hub:
            flags = ", ".join(f"--{name.replace('_', '-')}" for name in self.card.given())
            raise UserError(f"{flags} says something about a published model: add --push-to-hub USER/REPO")

    def folder(self, name: str) -> Path:
        """The run folder of a recipe's run."""
        return self.output_dir or RUNS / name
