"""A model folder comes back as it was written, or with one message that says what is wrong with it."""

import hashlib
import json
import struct
from dataclasses import asdict
from pathlib import Path

import pytest
import safetensors.torch
import torch

from gan import bundled
from gan.bundled import bundled_models
from gan.config import DiscriminatorConfig, GeneratorConfig
from gan.errors import ModelError
from gan.hub.resolve import load_discriminator, load_generator
from gan.model_folder import CONFIG, DISCRIMINATOR, GENERATOR, QUANTIZED, config_from_dict, save_model
from gan.networks import Discriminator, Generator
from gan.recipes import RECIPES

WEIGHTS = {"generator": GENERATOR, "discriminator": DISCRIMINATOR}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A model folder with tiny, untrained, class-conditional networks."""
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(latent_dim=4, widths=(8,), num_classes=10, embedding_dim=3, batch_norm="all"))
    discriminator = Discriminator(DiscriminatorConfig(widths=(8,), num_classes=10))
    save_model(tmp_path / "run", generator, discriminator, recipe="modern", training={"seed": 0})
    return tmp_path / "run"


def change_config(folder: Path, change) -> None:
    config = json.loads((folder / "config.json").read_text())
    change(config)
    (folder / "config.json").write_text(json.dumps(config))


def replace_weights(folder: Path, data: bytes, name: str = GENERATOR) -> None:
    """Other weights with a matching hash, as a hostile repository would ship them."""
    (folder / name).write_bytes(data)
    change_config(folder, lambda c: c["sha256"].update({name: hashlib.sha256(data).hexdigest()}))


# What comes back


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_saved_model_draws_the_same_pixels_when_read_back(recipe, tmp_path):
    generator = Generator(RECIPES[recipe].generator_config())
    discriminator = Discriminator(RECIPES[recipe].discriminator_config())
    save_model(tmp_path, generator, discriminator, recipe=recipe, training={})
    read = Generator.from_pretrained(tmp_path)
    assert torch.equal(read.sample([7, 8]), generator.eval().sample([7, 8]))
    assert read.config == generator.config
    images = torch.rand(4, 784) * 2 - 1
    classes = torch.eye(10)[:4]
    judge = load_discriminator(tmp_path)
    assert torch.equal(judge(images, classes), discriminator.eval()(images, classes))


def test_a_read_model_knows_its_name_and_the_hash_of_its_weights(folder):
    generator = Generator.from_pretrained(folder)
    digests = [hashlib.sha256((folder / name).read_bytes()).hexdigest()[:8] for name in (QUANTIZED, GENERATOR)]
    assert (generator.name, generator.revision) == ("run", None)
    assert [generator.weights, generator.float_weights] == digests


def test_a_read_model_is_ready_to_draw(folder):
    generator = Generator.from_pretrained(folder)
    assert not generator.training
    assert not any(p.requires_grad for p in generator.parameters())
    assert {p.device.type for p in generator.parameters()} == {"cpu"}


def test_the_same_networks_give_the_same_bytes(folder, tmp_path):
    generator, discriminator = Generator.from_pretrained(folder), load_discriminator(folder)
    save_model(tmp_path / "again", generator, discriminator, recipe="modern", training={"seed": 0})
    for name in (CONFIG, GENERATOR, DISCRIMINATOR):
        assert (tmp_path / "again" / name).read_bytes() == (folder / name).read_bytes()


def test_a_bundled_model_is_found_by_its_name(folder, monkeypatch):
    monkeypatch.setattr(bundled, "BUNDLED", folder.parent)
    assert bundled_models() == ["run"]
    assert Generator.from_pretrained("run").name == "run"


# What is refused


@pytest.mark.parametrize("network", WEIGHTS)
class TestDamagedWeights:
    def load(self, folder: Path, network: str):
        return (load_generator if network == "generator" else load_discriminator)(folder)

    def test_missing(self, folder, network):
        (folder / WEIGHTS[network]).unlink()
        with pytest.raises(ModelError, match=f"holds no {WEIGHTS[network]}: the weights are missing"):
            self.load(folder, network)

    def test_one_byte_changed(self, folder, network):
        data = bytearray((folder / WEIGHTS[network]).read_bytes())
        data[-1] ^= 1
        (folder / WEIGHTS[network]).write_bytes(data)
        with pytest.raises(ModelError, match="damaged or was replaced: its sha256 is"):
            self.load(folder, network)

    @pytest.mark.parametrize("length", [0, 7, 100, -1])
    def test_truncated(self, folder, network, length):
        data = (folder / WEIGHTS[network]).read_bytes()
        (folder / WEIGHTS[network]).write_bytes(data[:length])
        with pytest.raises(ModelError, match="damaged or was replaced"):
            self.load(folder, network)

    @pytest.mark.parametrize("length", [0, 7, 100, -1])
    def test_truncated_with_a_matching_hash(self, folder, network, length):
        replace_weights(folder, (folder / WEIGHTS[network]).read_bytes()[:length], WEIGHTS[network])
        with pytest.raises(ModelError, match="is not a whole safetensors file"):
            self.load(folder, network)

    @pytest.mark.parametrize(
        "data", [b"\x80\x04\x95", struct.pack("<Q", 2**62) + b"{}", b"PK\x03\x04" * 50], ids=["pickle", "header", "zip"]
    )
    def test_other_formats_are_not_opened(self, folder, network, data):
        replace_weights(folder, data, WEIGHTS[network])
        with pytest.raises(ModelError, match="is not a whole safetensors file"):
            self.load(folder, network)

    def test_a_tensor_missing(self, folder, network):
        tensors = safetensors.torch.load_file(folder / WEIGHTS[network])
        del tensors["embedding.weight"]
        replace_weights(folder, safetensors.torch.save(tensors), WEIGHTS[network])
        with pytest.raises(ModelError, match=r"missing embedding\.weight"):
            self.load(folder, network)

    def test_a_tensor_too_many(self, folder, network):
        tensors = safetensors.torch.load_file(folder / WEIGHTS[network]) | {"extra": torch.zeros(1)}
        replace_weights(folder, safetensors.torch.save(tensors), WEIGHTS[network])
        with pytest.raises(ModelError, match="unknown extra"):
            self.load(folder, network)

    @pytest.mark.parametrize("change", [lambda t: t.half(), lambda t: t.T.contiguous(), lambda t: t[None]])
    def test_a_tensor_of_another_type_or_shape(self, folder, network, change):
        tensors = safetensors.torch.load_file(folder / WEIGHTS[network])
        tensors["embedding.weight"] = change(tensors["embedding.weight"])
        replace_weights(folder, safetensors.torch.save(tensors), WEIGHTS[network])
        with pytest.raises(ModelError, match=r"tensor embedding\.weight is torch\.float.*asks for torch\.float32"):
            self.load(folder, network)

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
    def test_values_that_are_not_finite(self, folder, network, value):
        tensors = safetensors.torch.load_file(folder / WEIGHTS[network])
        tensors["embedding.weight"][0, 0] = value
        replace_weights(folder, safetensors.torch.save(tensors), WEIGHTS[network])
        with pytest.raises(ModelError, match="not finite"):
            self.load(folder, network)

    def test_no_hash_on_record(self, folder, network):
        change_config(folder, lambda c: c.update(sha256={}))
        with pytest.raises(ModelError, match=f"records no sha256 of {WEIGHTS[network]}"):
            self.load(folder, network)

    def test_weights_of_another_network(self, folder, network):
        change_config(folder, lambda c: c[network].update(widths=[9]))
        with pytest.raises(ModelError, match=r"asks for torch\.float32 \[9"):
            self.load(folder, network)


def test_weights_that_are_too_large_are_not_read(folder, monkeypatch):
    monkeypatch.setattr("gan.model_folder.MAX_WEIGHTS_BYTES", 10)
    with pytest.raises(ModelError, match="is larger than"):
        Generator.from_pretrained(folder)


@pytest.mark.parametrize("change", [{}, {"widths": [16384] * 16}], ids=["sixteen", "giant"])
def test_a_config_that_asks_for_terabytes_allocates_nothing(folder, change):
    change_config(folder, lambda c: c["generator"].update({"widths": [16384] * 15} | change))
    with pytest.raises(ModelError, match="wrong keys|asks for"):
        Generator.from_pretrained(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda c: c.pop("recipe"), "missing recipe"),
        (lambda c: c.update(extra=1), "unknown extra"),
        (lambda c: c.update(format=2), "has format 2; this version reads format 1"),
        (lambda c: c.pop("format"), "has format None"),
        (lambda c: c.update(sha256="abc"), "'sha256' must be a JSON object"),
        (lambda c: c["sha256"].update({GENERATOR: 7}), "records no sha256"),
        (lambda c: c.update(generator=3), "generator in config.json must be a JSON object, not 3"),
        (lambda c: c["generator"].pop("latent_dim"), "missing latent_dim"),
        (lambda c: c["generator"].update(latent=1), "unknown latent"),
        (lambda c: c["generator"].update(latent_dim="4"), "generator.latent_dim in config.json must be of type int"),
        (lambda c: c["generator"].update(latent_dim=True), "must be of type int, not True"),
        (lambda c: c["generator"].update(latent_dim=0), "latent_dim must be from 1 to 1024, not 0"),
        (lambda c: c["generator"].update(widths=[]), "widths must be 1 to 16 whole numbers"),
        (lambda c: c["generator"].update(widths=[-1]), "widths must be whole numbers from 1 to 16384"),
        (lambda c: c["generator"].update(widths=["8"]), "widths must be whole numbers"),
        (lambda c: c["generator"].update(widths=[2**40]), "widths must be whole numbers from 1 to 16384"),
        (lambda c: c["generator"].update(architecture="dcgan"), "widths must be two channel counts for dcgan"),
        (lambda c: c["generator"].update(architecture="unet"), "architecture must be one of mlp, dcgan, not 'unet'"),
        (lambda c: c["generator"].update(activation="gelu"), "activation must be one of relu, leaky_relu, not 'gelu'"),
        (lambda c: c["generator"].update(num_classes=7), "num_classes must be 0 or 10, not 7"),
        (lambda c: c["generator"].update(embedding_dim=0), "embedding_dim must be from 1 to 1024, not 0"),
        (lambda c: c["generator"].update(batch_norm_momentum=2.0), "batch_norm_momentum must be above 0"),
    ],
)
def test_a_config_with_a_fault_is_refused_with_the_value(folder, change, message):
    change_config(folder, change)
    with pytest.raises(ModelError) as error:
        Generator.from_pretrained(folder)
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not valid JSON"),
        (b"{", "is not valid JSON"),
        (b"\xff\xfe", "is not valid JSON"),
        (b"[" * 60_000, "is not valid JSON"),
        (b"[]", "must hold a JSON object, not list"),
        (b" " * (64 * 1024 + 1), "is larger than 65536 bytes"),
    ],
)
def test_a_config_that_is_no_json_object_is_refused(folder, content, message):
    (folder / CONFIG).write_bytes(content)
    with pytest.raises(ModelError, match=message):
        Generator.from_pretrained(folder)


def test_a_folder_without_config_is_refused(tmp_path):
    with pytest.raises(ModelError, match=r"holds no config\.json: it is not a model folder"):
        Generator.from_pretrained(tmp_path)


def test_an_unknown_name_is_refused_with_the_names_that_exist(folder, monkeypatch):
    monkeypatch.setattr(bundled, "BUNDLED", folder.parent)
    with pytest.raises(ModelError, match=r"no folder 'nothing', and no bundled model of that name \(bundled: run\)"):
        Generator.from_pretrained("nothing")


def test_an_installed_package_has_no_bundled_models_and_says_what_to_name_instead(tmp_path, monkeypatch):
    monkeypatch.setattr(bundled, "BUNDLED", tmp_path / "site-packages" / "checkpoints")
    with pytest.raises(ModelError, match="no bundled models in an installed package: name a folder or user/repo"):
        Generator.from_pretrained("modern")


@pytest.mark.parametrize("recipe", RECIPES)
def test_every_recipe_can_be_written_to_a_config_and_read_back(recipe):
    for kind, config in (
        (GeneratorConfig, RECIPES[recipe].generator_config()),
        (DiscriminatorConfig, RECIPES[recipe].discriminator_config()),
    ):
        assert config_from_dict(kind, json.loads(json.dumps(asdict(config))), "network") == config


# The integer generator


def test_the_integer_generator_is_read_as_it_was_written(folder):
    generator = Generator.from_pretrained(folder)
    again = generator.quantized().tensors()
    assert all(torch.equal(t, again[name]) for name, t in safetensors.torch.load_file(folder / QUANTIZED).items())


def test_an_older_folder_without_one_is_quantised_to_the_same_bytes(folder):
    then = Generator.from_pretrained(folder)
    (folder / QUANTIZED).unlink()
    change_config(folder, lambda c: c["sha256"].pop(QUANTIZED))
    now = Generator.from_pretrained(folder)
    assert now.weights == then.weights
    assert torch.equal(now.sample(range(20)), then.sample(range(20)))
    assert not (folder / QUANTIZED).exists(), "reading writes nothing"


def test_inputs_are_bytes_where_an_older_file_records_no_range(tmp_path):
    torch.manual_seed(0)
    generator = Generator(GeneratorConfig(latent_dim=4, widths=(8,)))
    save_model(tmp_path, generator, Discriminator(DiscriminatorConfig(widths=(8,))), recipe="relu-2", training={})
    tensors = safetensors.torch.load_file(tmp_path / QUANTIZED)
    assert tensors.pop("levels").tolist() == [511, 511]
    older = safetensors.torch.save(tensors)
    replace_weights(tmp_path, older, QUANTIZED)
    read = Generator.from_pretrained(tmp_path)
    assert [layer.levels for layer in read.quantized().layers] == [127, 127]
    assert safetensors.torch.save(read.quantized().tensors()) == older, "links that pin it find it"


def changed(folder: Path, **tensors: torch.Tensor) -> bytes:
    return safetensors.torch.save(safetensors.torch.load_file(folder / QUANTIZED) | tensors)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: b"", "not a whole safetensors file"),
        (lambda f: (f / QUANTIZED).read_bytes()[:-7], "not a whole safetensors file"),
        (lambda f: (f / GENERATOR).read_bytes(), "wrong keys"),
        (lambda f: changed(f, **{"layers.0.weight": torch.zeros(8, 6, dtype=torch.int8)}), r"layers\.0\.weight is"),
        (lambda f: changed(f, **{"layers.0.bias": torch.zeros(8, dtype=torch.float64)}), r"layers\.0\.bias is"),
        (lambda f: changed(f, **{"layers.1.multiplier": torch.full((784,), float("nan"))}), "not finite"),
        (lambda f: changed(f, **{"layers.1.multiplier": torch.zeros(784)}), "must be above 0"),
        (lambda f: changed(f, input_scale=torch.tensor(0.0)), "input_scale must be"),
        (lambda f: changed(f, **{"layers.0.weight": torch.full((8, 7), -128, dtype=torch.int8)}), "from -127 to 127"),
    ],
)
def test_an_integer_generator_that_cannot_be_trusted_is_refused(folder, spoil, says):
    replace_weights(folder, spoil(folder), QUANTIZED)
    with pytest.raises(ModelError, match=says) as refused:
        Generator.from_pretrained(folder)
    assert QUANTIZED in str(refused.value)


def test_an_integer_generator_that_is_recorded_must_be_there_and_be_the_one(folder):
    data = (folder / QUANTIZED).read_bytes()
    (folder / QUANTIZED).write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ModelError, match="quantized.safetensors is damaged or was replaced"):
        Generator.from_pretrained(folder)
    (folder / QUANTIZED).unlink()
    with pytest.raises(ModelError, match="holds no quantized.safetensors"):
        Generator.from_pretrained(folder)
