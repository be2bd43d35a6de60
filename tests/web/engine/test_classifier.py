"""The classifier in JavaScript reads as gan.evaluation.classifier does."""

import json

import numpy as np
import pytest
import torch

from gan.bundled import BUNDLED
from gan.evaluation.classifier import load_classifier
from gan.web import digits
from tests.web.engine.engines import Node

READ = """
    const { Classifier } = await load("classifier.js");
    const { readDigits } = await load("training/digits.js");
    const { readFile } = await import("node:fs/promises");
    const bytes = async (path) => Uint8Array.from(await readFile(path)).buffer;
    const { images } = await readDigits(await bytes(data.digits));
    const classifier = new Classifier(await bytes(data.weights));
    const digit = (i) => images.subarray(i * 784, (i + 1) * 784);
    const logits = data.rows.map((i) => [...classifier.logits(digit(i))]);
    const start = performance.now();
    for (let i = 0; i < 20; i++) classifier.logits(digit(i));
    return { logits, took: (performance.now() - start) / 20, read: classifier.read(digit(7 * 80)) };
"""


def test_it_reads_as_python_does(node: Node) -> None:
    torch.set_num_threads(1)
    rows = list(range(0, 800, 8))
    given = {
        "digits": str(digits.FOLDER / "test-digits.png"),
        "weights": str(BUNDLED / "classifier" / "classifier.safetensors"),
        "rows": rows,
    }
    found = json.loads(node.run(READ, given))
    images, labels = digits.unseen_digits()
    _, logits = load_classifier().features_and_logits(torch.from_numpy(images[rows]))
    assert np.allclose(found["logits"], logits, atol=1e-3)
    print(f"{found['took']:.1f} ms for a digit")
    read = found["read"]
    expected, probability = load_classifier().read(torch.from_numpy(images[560:561]))
    assert (read["digit"], int(expected[0])) == (7, labels[560])
    assert read["probability"] == pytest.approx(float(probability[0]), abs=1e-4)
    assert sum(read["probabilities"]) == pytest.approx(1)


def test_a_file_that_is_not_the_classifiers_is_refused(node: Node) -> None:
    script = """
        const { Classifier } = await load("classifier.js");
        const { readFile } = await import("node:fs/promises");
        try { new Classifier(Uint8Array.from(await readFile(data)).buffer); return null; }
        catch (error) { return error.code; }
    """
    assert json.loads(node.run(script, str(BUNDLED / "relu-2" / "discriminator.safetensors"))) == "classifier-damaged"
