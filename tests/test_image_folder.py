"""Pictures as people have them: each kind of file comes out as ink on paper, or is refused by its name."""

import io
import os
import warnings
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gan.data import load_image_folder
from gan.errors import UserError
from gan.image_folder import read_image_folder, readable_suffixes


def seven(size: int = 64) -> np.ndarray:
    """Ink on paper, `uint8 [size, size]`: 0 = paper, 255 = ink."""
    picture = Image.new("L", (size, size))
    strokes = [(0.25, 0.2), (0.75, 0.2), (0.45, 0.85)]
    ImageDraw.Draw(picture).line([(x * size, y * size) for x, y in strokes], fill=255, width=size // 8)
    return np.asarray(picture)


INK = seven()
WANTED = np.asarray(Image.fromarray(INK.astype(np.float32)).resize((28, 28), Image.Resampling.LANCZOS)).clip(0, 255)


def read_one(folder: Path) -> np.ndarray:
    """The only picture of a folder, `float32 [28, 28]`."""
    found = read_image_folder(folder)
    assert len(found.paths) == 1
    return found.images[0].astype(np.float32)


def decoded_as(picture: Image.Image, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file in the folder that a decoder gives back as this picture: Pillow writes no file of some modes."""
    Image.new("L", picture.size).save(folder / "a.png")
    monkeypatch.setattr("gan.image_folder.ImageOps.exif_transpose", lambda image: picture)


def is_the_seven(image: np.ndarray, tolerance: float = 2.0) -> bool:
    return bool(np.abs(image - WANTED).mean() < tolerance)


# Transparency


@pytest.mark.parametrize("mode", ["LA", "La", "PA", "RGBA", "RGBa"])
@pytest.mark.parametrize("ink", [0, 255])
def test_ink_on_a_transparent_canvas_of_any_mode(
    tmp_path: Path, mode: str, ink: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    alpha = Image.fromarray(INK)
    canvas = Image.merge("LA", [Image.new("L", alpha.size, ink), alpha])
    if mode == "PA":
        canvas = Image.merge("PA", [Image.new("P", alpha.size, 1), alpha])
        canvas.putpalette([9, 9, 9, ink, ink, ink])
    else:
        canvas = canvas.convert("RGBA" if "RGB" in mode else "LA").convert(mode)
    decoded_as(canvas, tmp_path, monkeypatch)
    assert is_the_seven(read_one(tmp_path))


@pytest.mark.parametrize(("mode", "colour"), [("1", 0), ("L", 255), ("P", 1), ("RGB", (255, 255, 255)), ("I;16", 0)])
def test_a_transparent_entry_or_colour(tmp_path: Path, mode: str, colour: object) -> None:
    there = INK > 127
    if mode == "I;16":
        picture = Image.fromarray(there.astype(np.uint16) * 65535)
    elif mode == "P":
        picture = Image.fromarray(np.where(there, 0, 1).astype(np.uint8))
        picture.putpalette([0, 0, 0, 0, 0, 0])  # both entries are black
    else:
        picture = Image.fromarray(np.where(there, 0, 255).astype(np.uint8)).convert(mode)
        colour = 255 if mode == "1" else colour
    picture.save(tmp_path / "a.png", transparency=colour)
    assert Image.open(tmp_path / "a.png").has_transparency_data
    assert is_the_seven(read_one(tmp_path), 6)


def test_a_card_with_round_transparent_corners_goes_on_as_its_own_paper(tmp_path: Path) -> None:
    alpha = Image.new("L", (64, 64))
    ImageDraw.Draw(alpha).rounded_rectangle([0, 0, 63, 63], 20, fill=255)
    card = Image.fromarray(255 - INK).convert("RGBA")
    card.putalpha(alpha)
    card.save(tmp_path / "a.webp", lossless=True)
    assert is_the_seven(read_one(tmp_path))


# Depth


@pytest.mark.parametrize(
    ("values", "suffix"),
    [
        (INK.astype(np.uint16) * 257, "png"),
        ((INK / 255 * 4095).astype(np.uint16), "tif"),  # a sensor of twelve bits
        (INK.astype(np.uint16), "tif"),  # bytes in wider numbers
        (INK.astype(np.int32) * 257, "tif"),
        (INK.astype(np.int32) * 8_421_504, "tif"),
        ((INK > 127).astype(np.int32), "tif"),  # a mask
        (INK.astype(np.float32) / 255, "tif"),
        (INK.astype(np.float32) / 127.5 - 1, "tif"),
        (INK.astype(np.float32), "tif"),
        (INK.astype(np.float32) * 1e3 - 7e5, "tif"),
        (INK.astype(np.float32) / 255, "pfm"),
    ],
)
def test_values_of_any_depth_fill_the_range_from_paper_to_ink(tmp_path: Path, values: np.ndarray, suffix: str) -> None:
    Image.fromarray(values).save(tmp_path / f"a.{suffix}")
    image = read_one(tmp_path)
    assert (image.min(), image.max()) == (0, 255)
    assert is_the_seven(image, 6)


def test_pictures_of_one_depth_keep_their_proportions(tmp_path: Path) -> None:
    for name, brightest in ("dim", 10_000), ("bright", 60_000):
        Image.fromarray((INK / 255 * brightest).astype(np.uint16)).save(tmp_path / f"{name}.png")
    bright, dim = read_image_folder(tmp_path).images.astype(float)
    assert dim.max() / bright.max() == pytest.approx(1 / 6, rel=0.03)


def test_grey_paper_of_16_bits_is_not_clipped(tmp_path: Path) -> None:
    Image.fromarray((15_420 + INK / 255 * (65_535 - 15_420)).astype(np.uint16)).save(tmp_path / "a.png")
    image = read_one(tmp_path)
    assert (image.min(), image.max()) == (60, 255)
    assert np.abs(image - (60 + WANTED * 195 / 255)).max() <= 1.5


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_not_finite_are_refused(tmp_path: Path, bad: float) -> None:
    values = INK.astype(np.float32)
    values[3, 3] = bad
    Image.fromarray(values).save(tmp_path / "a.tif")
    with pytest.raises(UserError, match="a.tif is not an image that Pillow can read .its values are not finite"):
        read_image_folder(tmp_path)


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "CMYK", "YCbCr", "LAB", "HSV", "RGBX"])
def test_every_colour_mode_is_made_grey(tmp_path: Path, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if mode == "LAB":
        picture = Image.merge("LAB", [Image.fromarray(INK), *(Image.new("L", (64, 64), 128) for _ in range(2))])
    else:
        picture = Image.fromarray(INK).convert("RGB").convert(mode)
    decoded_as(picture, tmp_path, monkeypatch)
    assert is_the_seven(read_one(tmp_path), 8)


# Shape and orientation


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_of_a_camera_comes_out_upright(tmp_path: Path, suffix: str, orientation: int) -> None:
    turn = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,  # stored so that turning it by 270 degrees makes it upright
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    picture = Image.fromarray(INK).convert("RGB")
    stored = picture.transpose(turn[orientation]) if orientation in turn else picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / f"a.{suffix}", exif=exif)
    assert is_the_seven(read_one(tmp_path), 8)
    assert any("turned upright" in note for note in read_image_folder(tmp_path).notes) == (orientation > 1)


@pytest.mark.parametrize("size", [(128, 32), (32, 128), (1000, 28), (5, 5), (29, 28)])
@pytest.mark.parametrize("paper", [255, 200, 30])
def test_a_circle_stays_round_on_its_own_paper(tmp_path: Path, size: tuple[int, int], paper: int) -> None:
    picture, radius = Image.new("L", size, paper), min(size) / 2 - 1
    x, y = size[0] / 2, size[1] / 2
    ImageDraw.Draw(picture).ellipse([x - radius, y - radius, x + radius, y + radius], fill=0 if paper > 127 else 255)
    picture.save(tmp_path / "a.png")
    image = read_one(tmp_path)
    level = 255 - paper if paper > 127 else paper
    assert (image[0, 0], image[-1, -1]) == (level, level)
    drawn = np.argwhere(image > (level + 255) / 2)
    if len(drawn):
        height, width = np.ptp(drawn, axis=0)
        assert abs(height - width) <= 1


@pytest.mark.parametrize("size", [(900, 1), (1, 900)])
def test_a_picture_of_one_line_is_no_crash(tmp_path: Path, size: tuple[int, int]) -> None:
    values = np.zeros(size[::-1], np.uint8)
    values.flat[300:600] = 255
    Image.fromarray(values).save(tmp_path / "a.png")
    assert read_one(tmp_path).max() > 128


def test_a_large_photograph_is_read_in_a_smaller_size(tmp_path: Path) -> None:
    Image.fromarray(255 - seven(2000)).convert("RGB").save(tmp_path / "a.jpg", quality=95)
    assert is_the_seven(read_one(tmp_path), 8)


# Light and dark


def test_each_picture_is_judged_by_its_own_border(tmp_path: Path) -> None:
    papers = [(255, 0), (250, 60), (140, 20), (0, 255), (60, 255), (110, 250), (120, 0)]  # paper and ink
    for i, (paper, ink) in enumerate(papers):
        Image.fromarray(np.where(INK > 127, ink, paper).astype(np.uint8)).save(tmp_path / f"{i}.png")
    found = read_image_folder(tmp_path)
    assert all(image[8, 14] < image[6, 14] for image in found.images)  # the bar of the seven is the ink
    assert "4 inverted, from dark ink on lighter paper" in found.notes


def test_what_touches_the_border_does_not_change_the_paper(tmp_path: Path) -> None:
    values = np.full((28, 28), 255, np.uint8)
    values[:, 12:17] = 0
    Image.fromarray(values).save(tmp_path / "1.png")
    assert read_one(tmp_path)[:, 14].min() == 255


def test_mnists_own_pictures_come_back_byte_by_byte(tmp_path: Path) -> None:
    Image.fromarray(seven(28)).save(tmp_path / "7.png")
    found = read_image_folder(tmp_path)
    np.testing.assert_array_equal(found.images[0], seven(28))
    assert found.notes == ()


@pytest.mark.parametrize("level", [0, 128, 255])
def test_blank_pictures_are_refused_by_name(tmp_path: Path, level: int) -> None:
    Image.fromarray(INK).save(tmp_path / "good.png")
    noise = np.random.RandomState(0).randint(-3, 4, (40, 40))
    for name in "abcde":
        Image.fromarray((level + noise).clip(0, 255).astype(np.uint8)).save(tmp_path / f"{name}.png")
    with pytest.raises(UserError, match=r"a\.png, \S*b\.png, \S*c\.png and 2 more are blank: remove them"):
        read_image_folder(tmp_path)


def test_a_wholly_transparent_picture_is_blank(tmp_path: Path) -> None:
    Image.fromarray(np.dstack([INK, INK, INK, np.zeros_like(INK)])).save(tmp_path / "a.png")
    with pytest.raises(UserError, match=r"a\.png is blank: remove it"):
        read_image_folder(tmp_path)


# Which files


def save(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(INK).save(path)


def test_hidden_files_and_folders_are_skipped_wherever_they_are(tmp_path: Path) -> None:
    root = tmp_path / ".cache" / "mine"  # a hidden folder above is no reason
    for name in ("0/a.png", "0/b.png", "1/deep/c.png"):
        save(root / name)
    for name in ("._a.png", "0/._a.png", ".DS_Store", "__MACOSX/0/._a.png"):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"\0\5\x16\7 of macOS")
    for name in ("0/.ipynb_checkpoints/a-checkpoint.png", ".git/x.png", ".thumbnails/0/y.png"):
        save(root / name)
    data = load_image_folder(root)
    assert len(data) == 3
    assert data.labels is not None
    assert data.labels.tolist() == [0, 0, 1]
    assert data.description() == "folder: 3 images, 2 classes of 1 … 2 (only 0, 1); scaled from 64×64"


def test_links_are_followed_once_and_circles_end(tmp_path: Path) -> None:
    save(tmp_path / "elsewhere" / "a.png")
    save(tmp_path / "mine" / "3" / "b.png")
    (tmp_path / "mine" / "7").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "mine" / "3" / "up").symlink_to(tmp_path / "mine")
    (tmp_path / "mine" / "3" / "self").symlink_to(".")
    (tmp_path / "elsewhere" / "back").symlink_to(tmp_path / "mine" / "3")
    (tmp_path / "mine" / "3" / "c.png").symlink_to(tmp_path / "elsewhere" / "a.png")
    data = load_image_folder(tmp_path / "mine")
    assert data.labels is not None
    assert data.labels.tolist() == [3, 3, 7]


def test_links_beside_a_folder_and_before_it_do_not_read_it_again(tmp_path: Path) -> None:
    save(tmp_path / "mine" / "0" / "a.png")
    save(tmp_path / "mine" / "1" / "b.png")
    save(tmp_path / "elsewhere" / "c.png")
    (tmp_path / "mine" / "0" / "also").symlink_to("../1")
    (tmp_path / "mine" / "2").symlink_to("1")
    for name in ("3", "4"):
        (tmp_path / "mine" / name).symlink_to(tmp_path / "elsewhere")
    data = load_image_folder(tmp_path / "mine")
    assert data.labels is not None
    assert data.labels.tolist() == [0, 1, 3]


def test_a_link_to_nothing_and_a_pipe(tmp_path: Path) -> None:
    save(tmp_path / "a.png")
    os.mkfifo(tmp_path / "pipe.png")  # nobody writes into it: to open it would be to wait
    assert len(load_image_folder(tmp_path)) == 1
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(UserError, match=r"gone\.png is not an image"):
        load_image_folder(tmp_path)


def test_the_innermost_folder_named_by_a_digit_is_the_label(tmp_path: Path) -> None:
    for name in ("7/0/alice/a.png", "7/bob/b.png"):
        save(tmp_path / "9" / name)
    data = load_image_folder(tmp_path / "9")  # the folder itself is no class
    assert data.labels is not None
    assert data.labels.tolist() == [0, 7]
    save(tmp_path / "9" / "c.png")
    with pytest.raises(UserError, match=r"some don't \(.*c\.png\)"):
        load_image_folder(tmp_path / "9")


def test_every_suffix_that_pillow_writes_and_reads_counts(tmp_path: Path) -> None:
    assert {
        ".png",
        ".jfif",
        ".jpe",
        ".pgm",
        ".pbm",
        ".pnm",
        ".jp2",
        ".avif",
        ".tga",
        ".ico",
        ".qoi",
        ".mpo",
    } <= readable_suffixes()
    assert not {".h5", ".hdf", ".grib", ".mpg", ".pdf", ".csv", ""} & readable_suffixes()
    written = 0
    for suffix in sorted(readable_suffixes()):
        file = io.BytesIO()
        try:
            picture = Image.fromarray(255 - INK)
            picture.save(file, Image.registered_extensions()[suffix])
            Image.open(io.BytesIO(file.getvalue())).load()
        except (OSError, KeyError, ValueError):  # Pillow can't write it as grey, or here not read it (EPS)
            continue
        (tmp_path / f"{suffix[1:]}{suffix.upper()}").write_bytes(file.getvalue())
        written += 1
    (tmp_path / "labels.csv").write_text("a,b")
    found = read_image_folder(tmp_path)
    assert written > 25
    assert len(found.paths) == written
    assert "left out: 1 .csv" in found.notes
    wrong = [p.name for p, image in zip(found.paths, found.images, strict=True) if not is_the_seven(image, 12)]
    assert wrong == []


def test_a_folder_of_other_files_is_refused_with_what_there_is(tmp_path: Path) -> None:
    for name in ("a.heic", "b.heic", "README"):
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(UserError, match=r"holds no images \(.png.*, but 2 .heic, 1 without suffix: name a folder"):
        load_image_folder(tmp_path)


# Damaged files


def damaged_files() -> dict[str, list[bytes]]:
    """For each format that Pillow writes and reads, files with bytes cut off, turned over or made up."""
    random, files = np.random.RandomState(0), {}
    for suffix in sorted(readable_suffixes()):
        file = io.BytesIO()
        try:
            Image.fromarray(INK).convert("RGB").save(file, Image.registered_extensions()[suffix])
        except (OSError, KeyError, ValueError):
            file = io.BytesIO()
        whole = bytearray(file.getvalue() or random.bytes(400))
        bad = [bytes(whole[: len(whole) // 3]), bytes(whole[:12]), b""]
        for _ in range(12):
            torn = bytearray(whole)
            for at in random.randint(0, min(len(torn), 300), 6):
                torn[at] = random.randint(256)
            bad.append(bytes(torn))
        files[suffix] = bad
    return files


def refusal(folder: Path) -> str | None:
    """Why a folder is refused; None if it is read."""
    try:
        read_image_folder(folder)
    except UserError as error:
        return str(error)
    return None


def test_damaged_files_of_every_decoder_are_one_sentence_with_their_names(tmp_path: Path) -> None:
    refused = 0
    for suffix, contents in damaged_files().items():
        for i, content in enumerate(contents):
            folder = tmp_path / f"{suffix[1:]}-{i}"
            folder.mkdir()
            (folder / f"torn{suffix}").write_bytes(content)
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                said = refusal(folder)
            if said is not None:  # some damage leaves a picture
                refused += 1
                assert f"torn{suffix}" in said
                assert len(said.splitlines()) == 1
    assert refused > 400


def test_a_damaged_chunk_and_a_bomb(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "b.png")
    Image.fromarray(np.random.RandomState(0).randint(0, 256, (300, 300), np.uint8)).save(tmp_path / "a.png")
    content = bytearray((tmp_path / "a.png").read_bytes())
    second = content.rindex(b"IDAT")
    content[second : second + 4] = b"\1\2\xff\xfe"  # no chunk is called so: Pillow raises a SyntaxError
    (tmp_path / "a.png").write_bytes(content)
    with pytest.raises(
        UserError, match=r"a\.png is not an image that Pillow can read \(broken PNG file.*: mend or remove it"
    ):
        load_image_folder(tmp_path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    with pytest.raises(
        UserError, match=r"a\.png has more pixels than 200.*b\.png has more pixels than 200, .*: shrink or remove them"
    ):
        load_image_folder(tmp_path)


def test_a_name_of_two_lines_stays_in_one(tmp_path: Path) -> None:
    (tmp_path / "two\nlines.png").write_bytes(b"no picture")
    with pytest.raises(UserError) as told:
        read_image_folder(tmp_path)
    assert r"two\nlines.png' is not an image" in str(told.value)
    assert "\n" not in str(told.value)


def test_pillow_warns_nobody(tmp_path: Path) -> None:
    """Of a large picture that is taken, or of odd metadata."""
    assert (Image.MAX_IMAGE_PIXELS or 0) < 9600**2
    drawn = Image.new("1", (9600, 9600), 1)
    drawn.paste(0, (3000, 1000, 5000, 8000))
    drawn.save(tmp_path / "a.png")
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        assert len(read_image_folder(tmp_path).paths) == 1
    assert said == []


def test_an_unreadable_folder_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "a.png")
    (tmp_path / "closed").mkdir()
    scan = os.scandir

    def refuse(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UserError, match=r"closed can't be listed \(Permission denied\)"):
        load_image_folder(tmp_path)
