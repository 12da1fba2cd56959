// The npm package `@extism/extism` as the host, its functions written by hand.
//
// usage: node run.mjs <the package's folder> <cases.json> <folder with the release artifacts>
// CONFORMANCE_HTTP is the address of the server that `conformance serve` runs.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

import { storageFunctions } from "./storage.mjs";

const [, , packageFolder, casesFile, artifacts, alone] = process.argv;
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

/** A folder with the case's files, or none. */
function folderOf({ files }) {
  if (!files) return undefined;
  const folder = mkdtempSync(join(tmpdir(), "conformance-"));
  for (const [name, contents] of Object.entries(files)) writeFileSync(join(folder, name), contents);
  return folder;
}

function load(given, folder) {
  const encode = (text) => new TextEncoder().encode(text);
  const kv = new Map(Object.entries(given.kv ?? {}).map(([key, value]) => [key, encode(value)]));
  const storage = new Map(Object.entries(given.storage ?? {}).map(([key, value]) => [key, [encode(value), null]]));
  const functions = {
    ...kvFunctions(kv),
    ...storageFunctions(storage, given.refusal),
    ...peerFunctions(given.peers),
  };
  const limits = given.memory ?? {};
  return createPlugin(wasm(given.artifact), {
    useWasi: given.wasi ?? false,
    config: given.config ?? {},
    functions: given.bare ? {} : { "extism:host/user": functions },
    memory: {
      maxPages: limits.max_pages,
      maxVarBytes: limits.max_var_bytes,
      maxHttpResponseBytes: limits.max_http_response_bytes,
    },
    timeoutMs: given.timeout_ms,
    allowedHosts: given.allowed_hosts ?? [],
    allowHttpResponseHeaders: given.response_headers ?? false,
    // The one version asks for a folder by its path in the plugin.
    allowedPaths: folder ? { "/data": given.read_only ? `ro:${folder}` : folder } : {},
    runInWorker: Boolean(given.worker || given.peers || given.timeout_ms),
    // A host's own log is no output of ours.
    logger: { trace() {}, debug() {}, info() {}, warn() {}, error() {} },
  });
}

/** What comes of a case; each answer is told as it comes. */
async function run(given, tell = () => {}) {
  const outcome = { case: given.name, calls: [] };
  if (given.timeout_ms && version.startsWith("1.")) {
    return { ...outcome, refused: "this version has no timeout" };
  }
  const folder = folderOf(given);
  let plugin;
  try {
    plugin = await load(given, folder);
  } catch (error) {
    return { ...outcome, refused: error.message };
  }
  const outputs = [];
  for (const call of given.calls ?? []) {
    const given = call.input.replaceAll("{http}", process.env.CONFORMANCE_HTTP);
    const input = outputs.reduce((text, output, index) => text.replaceAll(`{${index}}`, output), given);
    try {
      const output = await plugin.call(call.function, input);
      outcome.calls.push({ output: { text: output?.text() ?? "", bytes: output?.byteLength ?? 0 } });
    } catch (error) {
      outcome.calls.push({ error: error.message });
    }
    tell(outcome.calls.at(-1));
    outputs.push(outcome.calls.at(-1).output?.text ?? `{${outputs.length}}`);
  }
  await plugin.close();
  if (folder) rmSync(folder, { recursive: true });
  return outcome;
}

/**
 * Runs a case in a process of its own: a worker that fails can end the whole process, or leave a call
 * without an answer for ever.
 */
function runAlone(given, index) {
  const child = spawnSync(process.execPath, [...process.argv.slice(1, 5), String(index)], {
    encoding: "utf8",
    maxBuffer: 64 << 20,
    timeout: 10_000,
  });
  const calls = child.stdout.split("\n").filter(Boolean).map((line) => JSON.parse(line));
  const last = calls.at(-1);
  if (last?.case) return last;
  // 13 is node's own code for what waits and will never go on.
  const why = child.error || child.status === 13 ? "the call does not end" : `the process ends: ${child.stderr}`;
  if (calls.length === 0) return { case: given.name, refused: why, calls };
  return { case: given.name, calls: given.calls.map((_, call) => calls[call] ?? { error: why }) };
}

if (alone) {
  console.log(JSON.stringify(await run(cases[Number(alone)], (answer) => console.log(JSON.stringify(answer)))));
  process.exit(0);
}
console.log(JSON.stringify({ version }));
for (const [index, given] of cases.entries()) {
  console.log(JSON.stringify(given.worker ? runAlone(given, index) : await run(given)));
}
process.exit(0);
