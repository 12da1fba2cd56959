// A storage as a Redis-like host has one: values are RESP2 as they came, replies are RESP2.

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder().decode(bytes);
const integer = (n) => `:${n}\r\n`;
const join = (...parts) => Buffer.concat(parts.map((part) => (typeof part === "string" ? encode(part) : part)));
const bulk = (bytes) => join(`$${bytes.length}\r\n`, bytes, "\r\n");

/** The text of a RESP integer, simple string or bulk string. */
function text(value) {
  const start = value[0] === 0x24 ? value.indexOf(0x0a) + 1 : 1;
  return value.subarray(start, value.length - 2);
}

const wrongType = "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n";

/** A value of a data type: its type's name, and the reply to who asks for it. */
class Typed {
  constructor(name, reply) {
    Object.assign(this, { name, reply });
  }
}

/** What the host answers for data types, and for the keys that hold one; `undefined` for all others. */
function typedReply(operation, storage, key, name, version, bytes) {
  const held = storage.get(key);
  if (operation.endsWith("_typed")) {
    if (held && !(held instanceof Typed && held.name === name)) return wrongType;
    if (operation === "storage_get_typed") return held?.reply ?? "$-1\r\n";
    storage.set(key, new Typed(name, join(`*2\r\n:${version}\r\n`, bulk(bytes))));
    return "+OK\r\n";
  }
  if (!(held instanceof Typed)) return undefined;
  return { storage_type_of: `+${held.name}\r\n`, storage_exists: integer(1) }[operation] ?? wrongType;
}

/** What the host answers; `rest` is what follows the key. */
const replies = {
  storage_get: (storage, key) => storage.get(key)?.[0] ?? "$-1\r\n",
  storage_exists: (storage, key) => integer(Number(storage.has(key))),
  storage_type_of: (storage, key) => (storage.has(key) ? "+string\r\n" : "+none\r\n"),
  storage_ttl: (storage, key) => integer(storage.has(key) ? (storage.get(key)[1] ?? -1) : -2),
  storage_delete: (storage, key) => integer(Number(storage.delete(key))),
  storage_keys(storage, pattern) {
    // The table asks for a prefix and a star.
    const prefix = pattern.replace(/\*$/, "");
    const keys = [...storage.keys()].filter((key) => key.startsWith(prefix)).sort();
    return join(`*${keys.length}\r\n`, ...keys.map((key) => bulk(encode(key))));
  },
  storage_set(storage, key, value) {
    storage.set(key, [value, null]);
    return "+OK\r\n";
  },
  storage_set_ex(storage, key, value, seconds) {
    if (seconds <= 0) return "-ERR invalid expire time\r\n";
    storage.set(key, [value, Number(seconds)]);
    return "+OK\r\n";
  },
  storage_expire(storage, key, seconds) {
    if (storage.has(key)) storage.get(key)[1] = Number(seconds);
    return integer(Number(storage.has(key)));
  },
  storage_incr(storage, key, by) {
    const [value, seconds] = storage.get(key) ?? [encode(":0\r\n"), null];
    const old = decode(text(value));
    if (!/^-?\d+$/.test(old)) return "-ERR value is not an integer or out of range\r\n";
    const total = BigInt(old) + by;
    storage.set(key, [encode(integer(total)), seconds]);
    return integer(total);
  },
  // `typedReply` answers these two.
  storage_get_typed() {},
  storage_set_typed() {},
  storage_read_range(storage, key, start, end) {
    const whole = storage.has(key) ? text(storage.get(key)[0]) : new Uint8Array();
    return bulk(whole.subarray(Number(start), end === -1n ? undefined : Number(end) + 1));
  },
};

/** The storage functions, over `storage`; all of them answer with the refusal, if there is one. */
export function storageFunctions(storage, refusal) {
  const functions = Object.entries(replies).map(([name, reply]) => [
    name,
    (plugin, key, ...rest) => {
      if (refusal) return plugin.store(`-${refusal}\r\n`);
      // The value of `set` and the name of a type are blocks, other arguments are numbers.
      const block = (offset) => new Uint8Array(plugin.read(offset)?.bytes() ?? []).slice();
      if (name.endsWith("_typed")) {
        rest[0] = decode(block(rest[0]));
        if (rest.length > 1) rest[2] = block(rest[2]);
      } else if (name.startsWith("storage_set")) {
        rest[0] = block(rest[0]);
      }
      const keyText = plugin.read(key).text();
      const answer = typedReply(name, storage, keyText, ...rest) ?? reply(storage, keyText, ...rest);
      return plugin.store(typeof answer === "string" ? answer : new Uint8Array(answer));
    },
  ]);
  return Object.fromEntries(functions);
}
