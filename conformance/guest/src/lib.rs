//! One entry point for each operation of each service, so that a host shows whether it knows them all.

#![forbid(unsafe_code)]

use plugsmith::{
    Bytes, CommandError, HostError, HttpRequest, PluginContext, Ttl, Value, clock, command, data_type, function, http,
    random, vars,
};

type Result<T, E = CommandError> = std::result::Result<T, E>;

/// The value of a key.
#[command(name = "GET", flags = ["read"])]
fn get(ctx: &PluginContext, key: &str) -> Result<Option<Value>> {
    Ok(ctx.storage().get(key)?)
}

/// Sets a key to text or bytes.
#[command(name = "SET", flags = ["write"])]
fn set(ctx: &PluginContext, key: &str, value: Bytes) -> Result<()> {
    Ok(ctx.storage().set(key, Value::BulkString(value.0))?)
}

/// Sets a key for a while.
#[command(name = "SETEX", flags = ["write"])]
fn set_ex(ctx: &PluginContext, key: &str, seconds: u64, value: Bytes) -> Result<()> {
    Ok(ctx.storage().set_ex(key, Value::BulkString(value.0), seconds)?)
}

/// Removes a key.
#[command(name = "DEL", flags = ["write"])]
fn delete(ctx: &PluginContext, key: &str) -> Result<bool> {
    Ok(ctx.storage().delete(key)?)
}

/// Whether a key is there.
#[command(name = "EXISTS", flags = ["read"])]
fn exists(ctx: &PluginContext, key: &str) -> Result<bool> {
    Ok(ctx.storage().exists(key)?)
}

/// Adds to an integer.
#[command(name = "INCRBY", flags = ["write"])]
fn incr_by(ctx: &PluginContext, key: &str, by: i64) -> Result<i64> {
    Ok(ctx.storage().incr_by(key, by)?)
}

/// Lets a key end.
#[command(name = "EXPIRE", flags = ["write"])]
fn expire(ctx: &PluginContext, key: &str, seconds: u64) -> Result<bool> {
    Ok(ctx.storage().expire(key, seconds)?)
}

/// How long a key has left.
#[command(name = "TTL", flags = ["read"])]
fn ttl(ctx: &PluginContext, key: &str) -> Result<String> {
    Ok(match ctx.storage().ttl(key)? {
        Ttl::Absent => "absent".to_owned(),
        Ttl::Forever => "for ever".to_owned(),
        Ttl::Seconds(seconds) => format!("{seconds} s"),
    })
}

/// The keys that match a pattern.
#[command(name = "KEYS", flags = ["read"])]
fn keys(ctx: &PluginContext, pattern: &str) -> Result<Vec<String>> {
    Ok(ctx.storage().keys(pattern)?)
}

/// The type of a key's value.
#[command(name = "TYPE", flags = ["read"])]
fn type_of(ctx: &PluginContext, key: &str) -> Result<String> {
    Ok(ctx.storage().type_of(key)?)
}

/// A part of a string.
#[command(name = "RANGE", flags = ["read"])]
fn range(ctx: &PluginContext, key: &str, start: u64, end: u64) -> Result<Bytes> {
    Ok(Bytes(ctx.storage().read_range(key, start..end)?))
}

/// A value of a type that no host knows.
#[data_type(name = "COUNTER")]
#[derive(Debug, Default, PartialEq)]
struct Counter {
    hits: u64,
    label: String,
}

/// A value of another such type.
#[data_type(name = "GAUGE")]
#[derive(Debug, PartialEq)]
struct Gauge {
    level: i32,
}

/// Adds to a counter; its hits and its label.
#[command(name = "COUNTER.ADD", flags = ["write"])]
fn counter_add(ctx: &PluginContext, key: &str, by: u64, label: &str) -> Result<String> {
    let mut counter = ctx.storage().get_typed::<Counter>(key)?.unwrap_or_default();
    counter.hits += by;
    counter.label.push_str(label);
    ctx.storage().set_typed(key, &counter)?;
    Ok(format!("{} {}", counter.hits, counter.label))
}

/// The hits and the label of a counter.
#[command(name = "COUNTER.GET", flags = ["read"])]
fn counter_get(ctx: &PluginContext, key: &str) -> Result<Option<String>> {
    let counter = ctx.storage().get_typed::<Counter>(key)?;
    Ok(counter.map(|counter| format!("{} {}", counter.hits, counter.label)))
}

/// Sets a gauge.
#[command(name = "GAUGE.SET", flags = ["write"])]
fn gauge_set(ctx: &PluginContext, key: &str, level: i32) -> Result<()> {
    Ok(ctx.storage().set_typed(key, &Gauge { level })?)
}

/// Makes the request of the first line, `GET http://..`, with the rest as its body: the status and the
/// response's body, or the error.
#[function]
fn request(input: &str) -> String {
    let (head, body) = input.split_once('\n').unwrap_or((input, ""));
    let (method, url) = head.split_once(' ').unwrap_or(("GET", head));
    let request = HttpRequest::new(method, url).header("x-token", "t0k3n").body(body);
    match http().send(&request) {
        Ok(response) => format!("{} {}", response.status, String::from_utf8_lossy(&response.body)),
        Err(error) => format!("error: {error}"),
    }
}

/// The input, whatever it is.
#[function]
fn echo(input: &[u8]) -> Vec<u8> {
    input.to_vec()
}

/// So many bytes.
#[function]
fn fill(length: &str) -> Result<Vec<u8>, std::num::ParseIntError> {
    Ok(vec![b'x'; length.parse()?])
}

/// Sets the variable `v` to the input, or removes it; what it was before.
#[function]
fn swap(input: &[u8]) -> Result<String, HostError> {
    let old = vars().get("v");
    if input.is_empty() {
        vars().remove("v");
    } else {
        vars().set("v", input)?;
    }
    Ok(old.map_or_else(|| "none".to_owned(), |old| format!("{} bytes", old.len())))
}

/// An error without a text.
#[function]
fn refuse_silently() -> Result<(), &'static str> {
    Err("")
}

/// A panic without a text.
#[function]
fn panic_silently() {
    std::panic::panic_any(7);
}

/// Whether the host's time is later than 2020, and does not run backwards.
#[function]
fn time_passes() -> String {
    let start = clock().monotonic();
    (clock().since_epoch().as_secs() > 1_577_836_800 && clock().monotonic() >= start).to_string()
}

/// Whether the host's time is later than 2024.
#[function]
fn time_is_now() -> String {
    (clock().since_epoch().as_secs() >= 1_735_689_600).to_string()
}

/// Eight random bytes, in hexadecimal digits.
#[function]
fn random_bytes() -> Result<String, HostError> {
    Ok(random().bytes::<8>()?.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Does not end.
#[function]
fn spin() {
    loop {
        std::hint::black_box(());
    }
}
