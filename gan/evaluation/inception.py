"""The figures of the literature, from Inception's features instead of our classifier's (Heusel et al. 2017).

Inception learned its features from photographs, but published distances are computed from them. Its weights are not
bundled; `--inception` fetches them once.
"""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from gan.config import IMAGE_SIZE
from gan.console import pip_install
from gan.data import Dataset
from gan.errors import UserError, one_line
from gan.evaluation.metrics import NEIGHBOURS, Moments, frechet_distance, neighbourhood_figures, neighbourhood_radii

NUM_FEATURES = 2048
BATCH = 50  # 299×299 pixels each inside
Extractor = Callable[[Tensor], Tensor]


def load_extractor(weights: Path | None = None, device: torch.device | str = "cpu") -> Extractor:
    """A function `uint8 [N, 28, 28]` → `float32 [N, 2048]` on the CPU: Inception's features, the grey repeated as RGB.

    The network is torch-fidelity's copy of TensorFlow's Inception of 2015. It enlarges the images to 299×299 itself.

    Args:
        weights: the file `weights-inception-2015-12-05-6726825d.pth`; None: fetched into torch's cache.

    Raises:
        UserError: torch-fidelity is not installed, or the weights can't be fetched or read. The message has the remedy.
    """
    try:
        # Optional, so here: only --inception needs it.
        from torch_fidelity.feature_extractor_inceptionv3 import URL_INCEPTION_V3, FeatureExtractorInceptionV3
    except ImportError:
        raise UserError(f"--inception needs torch-fidelity: {pip_install('torch-fidelity')}") from None
    path = weights or _fetch(URL_INCEPTION_V3)
    try:
        torch.load(path, weights_only=True)  # refuses a pickle of anything but tensors; torch-fidelity would run it
        network = FeatureExtractorInceptionV3("inception-v3-compat", [str(NUM_FEATURES)], str(path))
    except (OSError, RuntimeError, TypeError, EOFError, pickle.UnpicklingError) as error:
        raise UserError(
            f"{path} are not Inception's weights ({one_line(error)}): remove them, or name another file"
        ) from None
    network.to(device)

    @torch.inference_mode()
    def extract(images: Tensor) -> Tensor:
        rgb = images.view(-1, 1, IMAGE_SIZE, IMAGE_SIZE).expand(-1, 3, -1, -1)
        return torch.cat([network(batch.to(device))[0].cpu() for batch in rgb.split(BATCH)])

    return extract


def _fetch(url: str) -> Path:
    path = Path(torch.hub.get_dir()) / "checkpoints" / url.rpartition("/")[2]
    if not path.exists():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            torch.hub.download_url_to_file(url, str(path), hash_prefix=path.stem.rpartition("-")[2])
        except (OSError, RuntimeError) as error:
            raise UserError(
                f"Inception's weights can't be fetched from {url} ({one_line(error)}): fetch that file "
                f"elsewhere and name it with --inception-weights"
            ) from None
    return path


def inception_evaluation(images: Tensor, stand_ins: Tensor, test: Dataset, extract: Extractor) -> dict[str, Any]:
    """Figures of generated images `uint8 [N, 28, 28]` against the test digits, and their floor.

    The floor is the same figures of `stand_ins`, as many real training digits. Keys: values, floor, protocol.

    Raises:
        UserError: fewer images than a covariance needs.
    """
    real = extract(test.images.view(-1, IMAGE_SIZE, IMAGE_SIZE))
    moments, radii = Moments.of(real), neighbourhood_radii(real)

    def figures(images: Tensor) -> dict[str, float]:
        features = extract(images)
        return {
            "frechet_test": frechet_distance(Moments.of(features), moments),
            **neighbourhood_figures(real, radii, features),
        }

    return {
        "values": figures(images),
        "floor": figures(stand_ins),
        "protocol": {
            "samples": len(images),
            "data": f"{test.name}: {len(test)} test digits",
            "features": f"{NUM_FEATURES} of Inception v3 (2015), grey as RGB",
            "neighbours": NEIGHBOURS,
            "floor": "as many training digits of the classes asked for",
        },
    }
