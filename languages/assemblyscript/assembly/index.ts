// A Ferrite plugin in AssemblyScript: a command that counts points, and one that reads them.
// AssemblyScript cannot export a name with a dot, so plugin.toml maps the commands to these exports.
import { Host, Memory } from "@extism/as-pdk";

// The kernel's `length`: the size of a block.
@external("extism:host/env", "length")
declare function blockLength(offset: u64): u64;

// The kernel's `error_set`, which the PDK does not wrap.
@external("extism:host/env", "error_set")
declare function errorSet(offset: u64): void;

// The key is the offset of a block, the number is itself; the result is the offset of a block with a RESP reply.
@external("extism:host/user", "storage_incr")
declare function storageIncr(key: u64, by: i64): u64;

// LB.ADD player points
export function lbAdd(): i32 {
  const args = readArguments(Host.inputString());
  const points = I64.parseInt(args[1]);
  if (points.toString() != args[1]) {
    return fail("ERR the points are not a number");
  }
  return incr(args[0], points);
}

// LB.GET player
export function lbGet(): i32 {
  return incr(readArguments(Host.inputString())[0], 0);
}

// The host's reply is the plugin's reply, or its error.
function incr(player: string, points: i64): i32 {
  const offset = storageIncr(Memory.allocateString("lb:" + player).offset, points);
  const reply = new Memory(offset, blockLength(offset)).toString();
  if (reply.startsWith("-")) {
    return fail(reply.substring(1).trimEnd());
  }
  Host.outputString(reply);
  return 0;
}

function fail(message: string): i32 {
  errorSet(Memory.allocateString(message).offset);
  return 1;
}

// A RESP array of bulk strings: *2\r\n$3\r\nada\r\n$1\r\n5\r\n. The lengths count bytes, so it is read as bytes.
function readArguments(input: string): string[] {
  const bytes = Uint8Array.wrap(String.UTF8.encode(input));
  const args: string[] = [];
  let at = lineEnd(bytes, 0);
  while (at < bytes.length) {
    const end = lineEnd(bytes, at);
    const length = <i32>parseInt(String.UTF8.decode(bytes.slice(at + 1, end - 2).buffer));
    args.push(String.UTF8.decode(bytes.slice(end, end + length).buffer));
    at = end + length + 2;
  }
  return args;
}

// The index after the \r\n at the end of the line.
function lineEnd(bytes: Uint8Array, from: i32): i32 {
  return bytes.indexOf(10, from) + 1;
}

// In place of the import env.abort, which no Extism host has: asc --use abort=assembly/index/onAbort
function onAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  fail((message ? message : "aborted") + " at " + (file ? file : "?") + ":" + line.toString());
  unreachable();
}
