"""Asks a Ferrite server by Python's redis client, in both protocols."""

import sys

import redis

port = int(sys.argv[1])
for protocol in (2, 3):
    client = redis.Redis(port=port, protocol=protocol, decode_responses=True)
    assert client.ping()
    client.flushall()
    assert client.execute_command("JSON.SET", "doc", "$", '{"name": "Alice"}') == "OK"
    assert client.execute_command("JSON.GET", "doc", "$.name") == '"Alice"'
    assert client.hset("h", mapping={"a": 1, "b": 2}) == 2
    assert client.hgetall("h") == {"a": "1", "b": "2"}
    assert client.sadd("s", 1, 2, 3) == 3
    assert client.smembers("s") == {"1", "2", "3"}
    with client.pipeline(transaction=True) as pipeline:
        pipeline.set("n", 1).incr("n").get("n")
        assert pipeline.execute() == [True, 2, "2"]
    client.mset({f"key:{n}": n for n in range(1000)})
    assert len(list(client.scan_iter("key:*"))) == 1000
    listener = client.pubsub(ignore_subscribe_messages=True)
    listener.subscribe("news")
    listener.get_message(timeout=5)
    assert client.publish("news", "hello") == 1
    message = None
    while message is None:
        message = listener.get_message(timeout=5)
    assert message["data"] == "hello", message
    try:
        client.execute_command("NOSUCH")
        raise AssertionError("there is no such command")
    except redis.ResponseError as error:
        assert "unknown command" in str(error)
    assert any(entry["id"] == str(client.client_id()) for entry in client.client_list())
print("Python's redis agrees")
