// The npm package `@extism/extism` as the host, its functions written by hand.
//
// usage: node run.mjs <the package's folder> <cases.json> <folder with the release artifacts>

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { storageFunctions } from "./storage.mjs";

const [, , packageFolder, casesFile, artifacts] = process.argv;
const { version } = JSON.parse(readFileSync(join(packageFolder, "package.json"), "utf8"));
const { createPlugin } = await import(pathToFileURL(join(packageFolder, "dist/esm/mod.js")).href);
const { cases } = JSON.parse(readFileSync(casesFile, "utf8"));

/** The bytes of an artifact. */
const wasm = (name) => ({ wasm: [{ data: new Uint8Array(readFileSync(join(artifacts, `${name}.wasm`))) }] });

/** `kv_read` and `kv_write`. */
function kvFunctions(kv) {
  return {
    kv_read(plugin, key) {
      const name = plugin.read(key).text();
      return kv.has(name) ? plugin.store(kv.get(name)) : 0n;
    },
    kv_write(plugin, key, value) {
      kv.set(plugin.read(key).text(), new Uint8Array(plugin.read(value)?.bytes() ?? []));
    },
  };
}

/** `register_plugin` and `call_plugin`: a guest whose host functions are async must run in a worker. */
function peerFunctions(peers) {
  if (!peers) return {};
  const registry = [];
  return {
    async register_plugin(plugin, name) {
      const artifact = peers[plugin.read(name).text()];
      if (!artifact) throw new Error(`no plugin ${plugin.read(name).text()}`);
      registry.push(await createPlugin(wasm(artifact)));
      return BigInt(registry.length - 1);
    },
    async call_plugin(plugin, id, name, input) {
      const peer = registry[Number(id)];
      if (!peer) throw new Error(`no plugin ${id}`);
      const output = await peer.call(plugin.read(name).text(), new Uint8Array(plugin.read(input)?.bytes() ?? []));
      return plugin.store(new Uint8Array(output?.bytes() ?? []));
    },
  };
}

function load(given) {
  const encode = (text) => new TextEncoder().encode(text);
  const kv = new Map(Object.entries(given.kv ?? {}).map(([key, value]) => [key, encode(value)]));
  const storage = new Map(Object.entries(given.storage ?? {}).map(([key, value]) => [key, [encode(value), null]]));
  const functions = {
    ...kvFunctions(kv),
    ...storageFunctions(storage, given.refusal),
    ...peerFunctions(given.peers),
  };
  const { max_pages: maxPages, max_var_bytes: maxVarBytes } = given.memory ?? {};
  return createPlugin(wasm(given.artifact), {
    useWasi: given.wasi ?? false,
    config: given.config ?? {},
    functions: given.bare ? {} : { "extism:host/user": functions },
    memory: { maxPages, maxVarBytes },
    timeoutMs: given.timeout_ms,
    runInWorker: Boolean(given.peers || given.timeout_ms),
    // A host's own log is no output of ours.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
}

async function run(given) {
  const outcome = { case: given.name, calls: [] };
  if (given.timeout_ms && version.startsWith("1.")) {
    return { ...outcome, refused: "this version has no timeout" };
  }
  let plugin;
  try {
    plugin = await load(given);
  } catch (error) {
    return { ...outcome, refused: error.message };
  }
  const outputs = [];
  for (const call of given.calls ?? []) {
    const input = outputs.reduce((text, output, index) => text.replaceAll(`{${index}}`, output), call.input);
    try {
      const output = await plugin.call(call.function, input);
      outcome.calls.push({ output: { text: output?.text() ?? "", bytes: output?.byteLength ?? 0 } });
    } catch (error) {
      outcome.calls.push({ error: error.message });
    }
    outputs.push(outcome.calls.at(-1).output?.text ?? `{${outputs.length}}`);
  }
  await plugin.close();
  return outcome;
}

console.log(JSON.stringify({ version }));
for (const given of cases) {
  console.log(JSON.stringify(await run(given)));
}
process.exit(0);
