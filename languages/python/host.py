"""A host in Python for plugins that count: python3 host.py plugin.wasm LB.ADD ada 5"""

import sys

import extism

# What `storage_incr` counts in.
counters = {}


@extism.host_fn(name="storage_incr", namespace="extism:host/user", signature=([extism.ValType.I64] * 2, [extism.ValType.I64]))
def storage_incr(plugin, inputs, outputs):
    """Adds a number to a key. The key is the offset of a block, the number is itself."""
    key = plugin.input_string(inputs[0])
    by = inputs[1].value
    counters[key] = counters.get(key, 0) + by
    plugin.return_string(outputs[0], f":{counters[key]}\r\n")


def command(plugin, name, *args):
    """Calls a command: its arguments and its reply are RESP."""
    request = b"*%d\r\n" % len(args)
    for arg in args:
        text = arg.encode()
        request += b"$%d\r\n%b\r\n" % (len(text), text)
    return bytes(plugin.call(name, request))


if __name__ == "__main__":
    wasm = open(sys.argv[1], "rb").read()
    with extism.Plugin(wasm, wasi=True) as plugin:
        try:
            print(command(plugin, *sys.argv[2:]))
        except extism.Error as error:
            sys.exit(str(error))
