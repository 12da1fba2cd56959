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
      // The value of `set` is a block, all other arguments are numbers.
      if (name.startsWith("storage_set")) rest[0] = new Uint8Array(plugin.read(rest[0])?.bytes() ?? []).slice();
      const answer = reply(storage, plugin.read(key).text(), ...rest);
      return plugin.store(typeof answer === "string" ? answer : new Uint8Array(answer));
    },
  ]);
  return Object.fromEntries(functions);
}
