"""Appends records to a module: python3 add-records.py plugin.wasm records.jsonl"""
import sys


def leb128(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + leb128(n >> 7)


with open(sys.argv[2], "rb") as records:
    body = leb128(9) + b"plugsmith" + records.read()
with open(sys.argv[1], "ab") as module:
    module.write(b"\0" + leb128(len(body)) + body)
