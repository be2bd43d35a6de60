"""Pictures as people have them, of any format, depth and size, as ink on paper.

A picture is made grey, turned upright, put on its own paper where it is transparent or not square, scaled to 28×28, and
inverted where its paper is light. Where values have no fixed range (16 bits, 32 bits, float), the range is that of all
pictures of that kind together, so that they keep their proportions.
"""

import os
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, ImageOps

from gan.config import IMAGE_SIZE
from gan.errors import UserError, listed, one_line

NO_PICTURES = {"BUFR", "GRIB", "HDF5", "MPEG"}  # formats that Pillow recognises, and can't decode
DRAFT = 4 * IMAGE_SIZE  # a JPEG photograph is decoded in an eighth of its size where that is still this large
BLANK = 16  # grey levels: where a picture varies by less, nothing is drawn on it
NAMED = 3  # files that a message names; the others are counted
INTEGER_BITS = (1, 8, 10, 12, 14, 16, 31)  # ranges of whole numbers, 0 … 2ⁿ − 1: masks, bytes, sensors
FLOAT_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 255.0), (0.0, 65535.0))
OVERSHOOT = 0.1  # of a float range: sharpening and resampling leave it by a little


@dataclass(frozen=True)
class ImageFolder:
    """The pictures of a folder, in the order of their paths."""

    paths: tuple[Path, ...]
    images: np.ndarray
    """`uint8 [N, 28, 28]`, 0 = paper, 255 = ink"""
    labels: np.ndarray | None
    """`int64 [N]`: the digits of the folders that they lie in; None where none lies in such a folder"""
    notes: tuple[str, ...]
    """What was left out and what was converted, in a few words each"""


def read_image_folder(folder: Path) -> ImageFolder:
    """Every picture in a folder and below it that Pillow reads. Hidden files and folders are skipped; links are
    followed, each folder once.

    Raises:
        UserError: no such folder, no pictures in it, damaged or blank ones, or only some with a label. The message
            names them.
    """
    if os.path.isfile(folder):
        raise UserError(f"{folder} is a file: name the folder that it lies in with --data-dir")
    if not os.path.isdir(folder):
        raise UserError(f"there is no folder {folder}: name a folder of pictures with --data-dir")
    suffixes = readable_suffixes()
    paths, others = [], Counter[str]()
    for path in sorted(_files(folder)):
        if path.suffix.lower() in suffixes:
            paths.append(path)
        else:
            others[path.suffix.lower() or "without suffix"] += 1
    if not paths:
        there = f", but {_counts(others)}" if others else ""
        raise UserError(
            f"{folder} holds no images (.png, .jpg, .tif, .webp and whatever else Pillow reads){there}: name a folder "
            f"of images with --data-dir"
        )
    pictures, damaged, remedy = [], [], "shrink"
    for path in paths:
        try:
            pictures.append(_read(path))
        except Image.DecompressionBombError:
            damaged.append(
                f"{_shown(path)} has more pixels than {2 * (Image.MAX_IMAGE_PIXELS or 0):,}, the most that are taken"
            )
        except Exception as error:  # a decoder raises whatever its damaged file leads to, not OSError alone
            reason = one_line(error).replace(f" '{path}'", "").replace(f" {str(path)!r}", "")
            damaged.append(f"{_shown(path)} is not an image that Pillow can read ({reason})")
            remedy = "mend"
    if damaged:
        raise UserError(f"{listed(damaged, NAMED)}: {remedy} or remove {_it(damaged)}")
    labels = _labels(folder, paths)
    images, notes = _as_ink_on_paper(paths, pictures)
    if others:
        notes.append(f"left out: {_counts(others)}")
    return ImageFolder(tuple(paths), images, labels, tuple(notes))


def _shown(path: Path) -> str:
    """A file's name in a sentence, in one line whatever it holds."""
    return str(path) if str(path).isprintable() else repr(str(path))


def first_picture(folder: Path) -> Path | None:
    """Some picture in a folder or below it, by its suffix; None if there is none."""
    suffixes = readable_suffixes()
    return next((path for path in _files(folder) if path.suffix.lower() in suffixes), None)


def readable_suffixes() -> frozenset[str]:
    """The suffixes of every format that Pillow decodes here, in small letters, with their dots."""
    formats = Image.registered_extensions()  # by suffix; asking for them loads every decoder
    decoded = {*Image.OPEN, "MPO"} - NO_PICTURES  # several JPEGs in one file, which the JPEG decoder opens
    return frozenset(suffix for suffix, name in formats.items() if name in decoded)


def _files(folder: Path) -> Iterator[Path]:
    """The files below a folder that aren't hidden. Each folder is read once, however many links lead to it, so that
    links in a circle come to an end; and links last, so that a folder that lies there itself is read as what it is
    called there."""
    visited: set[str] = set()

    def refuse(error: OSError) -> None:
        raise UserError(f"{error.filename} can't be listed ({error.strerror}): make it readable or move it away")

    starts = [str(folder)]  # grows by the links
    for start in starts:
        for place, folders, files in os.walk(start, followlinks=True, onerror=refuse):
            real = os.path.realpath(place)
            if real in visited:
                folders.clear()
                continue
            visited.add(real)
            shown = sorted(name for name in folders if name[0] != ".")
            starts += [path for path in (os.path.join(place, name) for name in shown) if os.path.islink(path)]
            folders[:] = [name for name in shown if not os.path.islink(os.path.join(place, name))]
            paths = (Path(place, name) for name in files if name[0] != ".")
            for path in paths:
                if os.path.isfile(path) or os.path.islink(path):  # no pipe, which would be waited for
                    yield path


def _labels(folder: Path, paths: Sequence[Path]) -> np.ndarray | None:
    """The digit of each path: the name of the innermost folder below `folder` that is called 0 … 9."""
    digits = [
        next((int(n) for n in reversed(path.relative_to(folder).parts[:-1]) if n in set("0123456789")), None)
        for path in paths
    ]
    strays = [str(path) for path, digit in zip(paths, digits, strict=True) if digit is None]
    if len(strays) == len(paths):
        return None
    if strays:
        raise UserError(
            f"some pictures of {folder} lie in folders 0 … 9 and some don't ({listed(strays, NAMED)}): move or remove "
            f"those"
        )
    return np.array(digits, dtype=np.int64)


# One picture


@dataclass(frozen=True)
class _Picture:
    """A picture of 28×28 in the units of its file."""

    values: np.ndarray
    """`float32 [28, 28]`"""
    kind: str
    """What the values' range hangs on: 8 bit, 16 bit, 32 bit, float"""
    size: tuple[int, int]
    """Width and height of the file's picture"""
    extremes: tuple[float, float]
    """The least and the greatest value of the file"""
    paper: float
    """The median of its border"""
    notes: tuple[str, ...]


def _read(path: Path) -> _Picture:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata and large pictures: what is read is shown
        return _decoded(path)


def _decoded(path: Path) -> _Picture:
    with Image.open(path) as image:
        frames = getattr(image, "n_frames", 1)
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) in range(2, 9)
        size = image.size
        image.draft(None, (DRAFT, DRAFT))
        upright = ImageOps.exif_transpose(image)
        values, kind, transparent = _grey(upright)
    if not np.isfinite(values).all():
        raise ValueError("its values are not finite")
    height, width = values.shape
    border = np.concatenate([values[0], values[-1], values[:, 0], values[:, -1]])
    paper, extremes = float(np.median(border)), (float(values.min()), float(values.max()))
    notes = {
        "transparent, put on paper": transparent,
        "turned upright as their cameras say": turned,
        "padded to a square": height != width,
        "several frames, the first taken": frames > 1,
        f"from {kind}": kind != "8 bit",
    }
    done = tuple(note for note, applies in notes.items() if applies)
    return _Picture(_fitted(values, paper).clip(*extremes), kind, size, extremes, paper, done)


def _grey(image: Image.Image) -> tuple[np.ndarray, str, bool]:
    """The grey values `float32 [H, W]` of a picture of any mode, their kind, and whether it was transparent."""
    mode = image.mode
    if mode == "F" or mode.startswith("I"):
        kind = "float" if mode == "F" else "16 bit" if ";16" in mode else "32 bit"
        values = np.asarray(image).astype(np.float32)
        clear = image.info.get("transparency")
        return values, kind, isinstance(clear, int) and _on_paper(values, (values != clear).astype(np.float32), 65535)
    if mode == "LAB":  # its first channel is the lightness
        return np.asarray(image.getchannel(0)).astype(np.float32), "8 bit", False
    if image.has_transparency_data:
        rgba = image.convert({"La": "LA"}.get(mode, "RGBA")).convert("RGBA")
        alpha = np.asarray(rgba.getchannel("A")).astype(np.float32) / 255
        values = np.asarray(rgba.convert("RGB").convert("L")).astype(np.float32)
        return values, "8 bit", _on_paper(values, alpha, 255)
    colours = image if mode in ("1", "L") else image.convert("RGB")
    return np.asarray(colours.convert("L")).astype(np.float32), "8 bit", False


def _on_paper(values: np.ndarray, alpha: np.ndarray, white: float) -> bool:
    """Put paper under the transparent parts of grey values, in place; False where nothing is transparent.

    Ink alone is put on the paper that it stands out from. Where most of the picture is there and has several tones, it
    brings paper of its own, and that is continued.
    """
    if alpha.min() == 1:
        return False
    visible = max(float(alpha.sum()), 1e-6)
    mean = float((values * alpha).sum() / visible)
    deviation = float(np.sqrt((np.square(values - mean) * alpha).sum() / visible))
    if visible > alpha.size / 2 and deviation > white / 8:
        paper = float(np.median(values[alpha > 0.5]))
    else:
        paper = 0.0 if mean > white / 2 else white
    values[:] = values * alpha + paper * (1 - alpha)
    return True


def _fitted(values: np.ndarray, paper: float) -> np.ndarray:
    """Grey values `float32 [H, W]` scaled to fit 28×28 as they are, in the middle of their paper."""
    height, width = values.shape
    scale = IMAGE_SIZE / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    scaled = np.asarray(Image.fromarray(values).resize(size, Image.Resampling.LANCZOS))
    square = np.full((IMAGE_SIZE, IMAGE_SIZE), paper, dtype=np.float32)
    left, top = (IMAGE_SIZE - size[0]) // 2, (IMAGE_SIZE - size[1]) // 2
    square[top : top + size[1], left : left + size[0]] = scaled
    return square


# All together


def _as_ink_on_paper(paths: Sequence[Path], pictures: Sequence[_Picture]) -> tuple[np.ndarray, list[str]]:
    """The pictures as `uint8 [N, 28, 28]`, 0 = paper, and what was done to how many of them."""
    ranges = _ranges(pictures)
    images, blank = np.empty((len(pictures), IMAGE_SIZE, IMAGE_SIZE), dtype=np.uint8), []
    done = Counter(note for picture in pictures for note in picture.notes)
    for i, picture in enumerate(pictures):
        low, high = ranges[picture.kind]
        grey = ((picture.values - low) * (255 / (high - low))).clip(0, 255)
        paper = (picture.paper - low) * (255 / (high - low))
        if grey.max() - grey.min() < BLANK:
            blank.append(str(paths[i]))
        if paper - grey.min() > grey.max() - paper:  # what is drawn is darker than its paper
            grey = 255 - grey
            done["inverted, from dark ink on lighter paper"] += 1
        images[i] = np.rint(grey)
    if blank:
        raise UserError(f"{listed(blank, NAMED)} {'is' if len(blank) == 1 else 'are'} blank: remove {_it(blank)}")
    return images, [*_scaling(pictures), *(f"{count:,} {note}" for note, count in sorted(done.items()))]


def _scaling(pictures: Sequence[_Picture]) -> list[str]:
    sizes = sorted({picture.size for picture in pictures}, key=lambda size: (size[0] * size[1], size))
    if sizes == [(IMAGE_SIZE, IMAGE_SIZE)]:
        return []
    return [f"scaled from {' … '.join(f'{width}×{height}' for width, height in dict.fromkeys([sizes[0], sizes[-1]]))}"]


def _ranges(pictures: Sequence[_Picture]) -> dict[str, tuple[float, float]]:
    """For each kind of values the range of black to white: the usual one that holds all of them, or their own."""
    extremes = defaultdict(list)
    for picture in pictures:
        extremes[picture.kind].append(picture.extremes)
    ranges = {}
    for kind, pairs in extremes.items():
        low, high = min(low for low, _ in pairs), max(high for _, high in pairs)
        if kind == "float":
            fits = [
                (a, b) for a, b in FLOAT_RANGES if a - OVERSHOOT * (b - a) <= low and high <= b + OVERSHOOT * (b - a)
            ]
        else:
            fits = [(0.0, 2.0**n - 1) for n in INTEGER_BITS if low >= 0 and high < 2**n]
        ranges[kind] = (0.0, 255.0) if kind == "8 bit" else fits[0] if fits else (low, high if high > low else low + 1)
    return ranges


# Words


def _counts(suffixes: Counter[str]) -> str:
    return ", ".join(f"{count:,} {suffix}" for suffix, count in suffixes.most_common(NAMED))


def _it(files: Sequence[str]) -> str:
    return "it" if len(files) == 1 else "them"
