"""The Python package `extism` as the host, its functions written by hand.

usage: run.py <cases.json> <folder with the release artifacts>
CONFORMANCE_HTTP is the address of the server that `conformance serve` runs.
"""

import importlib.metadata
import json
import os
import pathlib
import sys
import tempfile

import extism

PTR = extism.ValType.I64
I32 = extism.ValType.I32
WRONG_TYPE = b"-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"

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
    "storage_get_typed": [PTR, PTR],
    "storage_set_typed": [PTR, PTR, I32, PTR],
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


def typed_reply(name, storage, typed, key, type_name, version, value):
    """What a Redis-like host answers for a key of a data type; None where the key is none."""
    held = typed.get(key)
    if name.endswith("_typed"):
        if key in storage or (held and held[0] != type_name):
            return WRONG_TYPE
        if name == "storage_get_typed":
            return held[1] if held else b"$-1\r\n"
        typed[key] = (type_name, b"*2\r\n:%d\r\n" % version + bulk(value))
        return b"+OK\r\n"
    if not held:
        return None
    return {"storage_type_of": b"+%s\r\n" % held[0], "storage_exists": b":1\r\n"}.get(name, WRONG_TYPE)


def storage_function(name, parameters, storage, typed, refused):
    @extism.host_fn(name=name, signature=(parameters, [PTR]))
    def call(plugin, inputs, outputs):
        key = plugin.input_string(inputs[0])
        if name.endswith("_typed"):
            setting = name == "storage_set_typed"
            version, value = (inputs[2].value, plugin.input_bytes(inputs[3])) if setting else (0, b"")
            answer = typed_reply(name, storage, typed, key, plugin.input_bytes(inputs[1]), version, value)
        else:
            value = plugin.input_bytes(inputs[1]) if name.startswith("storage_set") else b""
            answer = typed_reply(name, storage, typed, key, b"", 0, b"") or reply(name, storage, key, inputs, value)
        plugin.return_bytes(outputs[0], refused or answer)

    return call


def host_functions(case):
    """kv_read, kv_write and the storage functions, over the case's data."""
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

    functions, typed = [kv_read, kv_write], {}
    for name, parameters in STORAGE.items():
        functions.append(storage_function(name, parameters, storage, typed, refused))
    return functions


def peer_functions(peers, folder):
    """register_plugin and call_plugin, as the demo of plugins that call plugins has them."""
    registry = []

    @extism.host_fn(signature=([PTR], [PTR]))
    def register_plugin(plugin, inputs, outputs):
        artifact = peers[plugin.input_string(inputs[0])]
        registry.append(extism.Plugin({"wasm": [{"path": str(folder / f"{artifact}.wasm")}]}))
        outputs[0].value = len(registry) - 1

    @extism.host_fn(signature=([PTR, PTR, PTR], [PTR]))
    def call_plugin(plugin, inputs, outputs):
        function, data = plugin.input_string(inputs[1]), plugin.input_bytes(inputs[2])
        plugin.return_bytes(outputs[0], registry[inputs[0].value].call(function, data))

    return [register_plugin, call_plugin]


def load(case, folder, files):
    access = "ro:" if case.get("read_only") else ""
    manifest = {
        "wasm": [{"path": str(folder / f"{case['artifact']}.wasm")}],
        "config": case.get("config", {}),
        "memory": case.get("memory", {}),
        "timeout_ms": case.get("timeout_ms"),
        "allowed_hosts": case.get("allowed_hosts", []),
        "allowed_paths": {access + files: "/data"} if "files" in case else None,
    }
    functions = [] if case.get("bare") else host_functions(case) + peer_functions(case.get("peers", {}), folder)
    # The package has no option for a response's headers.
    return extism.Plugin(manifest, wasi=case.get("wasi", False), functions=functions)


def run(case, folder):
    with tempfile.TemporaryDirectory() as files:
        for name, contents in case.get("files", {}).items():
            (pathlib.Path(files) / name).write_text(contents, encoding="utf-8")
        return run_in(case, folder, files)


def run_in(case, folder, files):
    outcome = {"case": case["name"], "calls": []}
    try:
        plugin = load(case, folder, files)
    except extism.Error as error:
        return {**outcome, "refused": str(error)}
    for call in case.get("calls", []):
        text = call["input"].replace("{http}", os.environ["CONFORMANCE_HTTP"])
        for index, answer in enumerate(outcome["calls"]):
            text = text.replace("{%d}" % index, answer["output"]["text"] if "output" in answer else "{%d}" % index)
        try:
            output = plugin.call(call["function"], text.encode())
            answer = {"text": output.decode(errors="replace"), "bytes": len(output)}
            outcome["calls"].append({"output": answer})
        except extism.Error as error:
            outcome["calls"].append({"error": str(error)})
    return outcome


def main():
    table, folder = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8")), pathlib.Path(sys.argv[2])
    version = importlib.metadata.version("extism")
    print(json.dumps({"version": f"{version}, libextism {extism.extism_version()}"}))
    for case in table["cases"]:
        print(json.dumps(run(case, folder)))


if __name__ == "__main__":
    main()
