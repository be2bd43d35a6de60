// Draw a job's requests in Node, without a worker: node node.mjs ENGINE JOB ANSWER
//
// JOB is the JSON of { weights: path, config, requests }; ANSWER gets the pixels of all requests, one after the other.

import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";

const [engine, job, answerPath] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${engine}/${name}`));
const { Generator } = await load("generator.js");
const { answer } = await load("requests.js");
const { weights, config, requests } = JSON.parse(await readFile(job, "utf8"));
const bytes = await readFile(weights);
const module = await WebAssembly.compile(await readFile(`${engine}/engine.wasm`));
const generator = new Generator(module, bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length), config);
await writeFile(answerPath, Buffer.concat(requests.map((request) => answer(generator, request))));
