// The worker that finds a picture in a generator (search.js). The page sends one command { wasm, train, weights, config,
// picture, read }, all addresses absolute, and hears
//
//   { kind: "nearest", looked, seed, digit, distance, pixels }     the nearest of the numbers that were looked at
//   { kind: "found", steps, digit, distance, pixels }              where the descent has come to; `done` at its end
//   { kind: "failed", code, message }

import { EngineError } from "./errors.js";
import { Generator } from "./generator.js";
import { Descent, Nearest } from "./search.js";
import { Kernels } from "./training/kernels.js";

const NUMBERS = 8192; // half of them drawn as the digit that the classifier reads, where the model has classes
const LOOK = 700; // milliseconds for the numbers,
const ALL = 1900; // and for everything
const EVERY = 60; // milliseconds from picture to picture
const STEPS = 150; // more bring hardly anything

let files = null;

self.onmessage = async ({ data }) => {
  try {
    files ??= await loaded(data);
    find(data);
  } catch (error) {
    self.postMessage({ kind: "failed", code: error.code ?? "failed", message: error.message });
  }
};

async function loaded({ wasm, train, weights, config }) {
  const [engine, kernels, bytes] = await Promise.all([wasm, train, weights].map(bytesOf));
  return {
    generator: new Generator(await WebAssembly.compile(engine), bytes, config),
    train: await WebAssembly.compile(kernels),
  };
}

function find({ picture, read }) {
  const { generator, train } = files;
  const start = performance.now();
  const passed = () => performance.now() - start;
  const nearest = new Nearest(generator, picture);
  while (nearest.looked < NUMBERS && (passed() < LOOK || !nearest.looked)) {
    nearest.look(nearest.looked < NUMBERS / 2 ? read : null);
    const [{ pixels, ...best }] = nearest.found;
    self.postMessage({ kind: "nearest", looked: nearest.looked, ...best, pixels });
  }
  const descent = new Descent(new Kernels(train), generator, picture, nearest.found);
  let told = passed();
  while (descent.steps < STEPS && passed() < ALL) {
    descent.step();
    if (passed() - told < EVERY) continue;
    told = passed();
    tell(descent, nearest, false);
  }
  tell(descent, nearest, true);
}

// It may be that no step has brought more than the nearest number.
function tell(descent, nearest, done) {
  const { digit, distance, pixels } = [descent.best(), nearest.found[0]].reduce((a, b) =>
    b.distance < a.distance ? b : a,
  );
  self.postMessage({ kind: "found", steps: descent.steps, digit, distance, pixels, done });
}

async function bytesOf(address) {
  const missing = (why) => new EngineError("engine-missing", `${address} didn't arrive: ${why}`);
  const answer = await fetch(address).catch((error) => {
    throw missing(error.message);
  });
  if (!answer.ok) throw missing(answer.status);
  return answer.arrayBuffer();
}
