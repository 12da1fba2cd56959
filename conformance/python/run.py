"""The Python package `extism` as the host, its functions written by hand.

usage: run.py <folder with the release artifacts>
"""

import json
import pathlib
import sys

import extism

PTR = extism.ValType.I64
HOST = f"extism (Python, libextism {extism.extism_version()})"


# The storage functions, and what they take.
STORAGE = {
    "storage_get": [PTR],
    "storage_set": [PTR, PTR],
    "storage_set_ex": [PTR, PTR, PTR],
    "storage_delete": [PTR],
    "storage_exists": [PTR],
    "storage_incr": [PTR, PTR],
    "storage_expire": [PTR, PTR],
    "storage_ttl": [PTR],
    "storage_keys": [PTR],
    "storage_type_of": [PTR],
    "storage_read_range": [PTR, PTR, PTR],
}


def bulk(value):
    return b"$%d\r\n%s\r\n" % (len(value), value)


def text(value):
    """The text of a RESP integer, simple string or bulk string."""
    if value[:1] == b"$":
        value = value[value.index(b"\r\n") + 1 :]
    return value[1:-2]


def reply(name, storage, key, inputs, value):
    """What a Redis-like host answers: RESP2."""
    there = key in storage
    old, seconds = storage.get(key, (b"$-1\r\n", None))
    number = inputs[-1].value
    if name == "storage_get":
        return old
    if name == "storage_exists":
        return b":%d\r\n" % there
    if name == "storage_type_of":
        return b"+string\r\n" if there else b"+none\r\n"
    if name == "storage_ttl":
        return b":%d\r\n" % (-2 if not there else -1 if seconds is None else seconds)
    if name == "storage_keys":
        keys = sorted(known.encode() for known in storage if known.startswith(key.rstrip("*")))
        return b"*%d\r\n" % len(keys) + b"".join(bulk(known) for known in keys)
    if name == "storage_delete":
        storage.pop(key, None)
        return b":%d\r\n" % there
    if name == "storage_expire":
        if there:
            storage[key] = (old, number)
        return b":%d\r\n" % there
    if name == "storage_incr":
        try:
            total = int(text(old)) + number if there else number
        except ValueError:
            return b"-ERR value is not an integer or out of range\r\n"
        storage[key] = (b":%d\r\n" % total, seconds)
        return b":%d\r\n" % total
    if name == "storage_read_range":
        start, end = inputs[1].value, inputs[2].value
        whole = text(old) if there else b""
        return bulk(whole[start:] if end == -1 else whole[start : end + 1])
    if name == "storage_set_ex" and number <= 0:
        return b"-ERR invalid expire time\r\n"
    storage[key] = (value, number if name == "storage_set_ex" else None)
    return b"+OK\r\n"


def storage_function(name, parameters, storage, refused):
    @extism.host_fn(name=name, signature=(parameters, [PTR]))
    def call(plugin, inputs, outputs):
        key = plugin.input_string(inputs[0])
        value = plugin.input_bytes(inputs[1]) if name.startswith("storage_set") else b""
        plugin.return_bytes(outputs[0], refused or reply(name, storage, key, inputs, value))

    return call


def host_functions(case):
    """kv_read, kv_write, storage_get and storage_set, over the case's data."""
    kv = {key: value.encode() for key, value in case.get("kv", {}).items()}
    storage = {key: (value.encode(), None) for key, value in case.get("storage", {}).items()}
    refusal = case.get("refusal")
    refused = f"-{refusal}\r\n".encode() if refusal else None

    @extism.host_fn(signature=([PTR], [PTR]))
    def kv_read(plugin, inputs, outputs):
        value = kv.get(plugin.input_string(inputs[0]))
        if value is None:
            outputs[0].value = 0
        else:
            plugin.return_bytes(outputs[0], value)

    @extism.host_fn(signature=([PTR, PTR], []))
    def kv_write(plugin, inputs, outputs):
        kv[plugin.input_string(inputs[0])] = plugin.input_bytes(inputs[1])

    functions = [kv_read, kv_write]
    for name, parameters in STORAGE.items():
        functions.append(storage_function(name, parameters, storage, refused))
    return [] if case["artifact"].startswith("query_") else functions


def load(case, folder):
    manifest = {
        "wasm": [{"path": str(folder / f"{case['artifact']}.wasm")}],
        "config": case.get("config", {}),
        "memory": case.get("memory", {}),
    }
    return extism.Plugin(manifest, wasi=case.get("wasi", False), functions=host_functions(case))


def mistake(call, output, error):
    """What differs from what the call expects, or None."""
    if output is not None:
        if "output" in call and output == call["output"].encode():
            return None
        if "output_starts" in call and output.startswith(call["output_starts"].encode()):
            return None
        if "output_length" in call and len(output) == call["output_length"]:
            return None
        came = f"gave {output!r}"
    else:
        if "error" in call and error == call["error"]:
            return None
        if "error_starts" in call and error.startswith(call["error_starts"]):
            return None
        if call.get("fails"):
            return None
        came = f"failed with {error!r}"
    expected = {key: value for key, value in call.items() if key not in ("function", "input")}
    return f"{call['function']} {came}, expected {expected}"


def run(case, folder):
    """What is wrong in this case, or None."""
    refused = case.get("refused", [])
    try:
        plugin = load(case, folder)
    except extism.Error as error:
        missing = [name for name in refused if name not in str(error)]
        if refused and not missing:
            return None
        return f"it does not load, and the error should name {missing}: {error}"
    if refused:
        return "it loads, and should be refused"
    outputs = []
    for call in case.get("calls", []):
        text = call["input"]
        for index, earlier in enumerate(outputs):
            text = text.replace("{%d}" % index, earlier)
        output, error = None, None
        try:
            output = plugin.call(call["function"], text.encode())
        except extism.Error as raised:
            error = str(raised)
        wrong = mistake(call, output, error)
        if wrong:
            return wrong
        outputs.append((output or b"").decode(errors="replace"))
    return None


def main():
    folder = pathlib.Path(sys.argv[1])
    cases = json.loads((pathlib.Path(__file__).parent.parent / "cases.json").read_text(encoding="utf-8"))
    failed = 0
    for case in cases:
        wrong = run(case, folder)
        if wrong:
            failed += 1
            print(f"{HOST}: {case['name']}: {wrong}")
    print(f"{HOST}: {len(cases) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
