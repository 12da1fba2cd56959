//! What a call costs: nothing, an echo, many host calls.

use plugsmith::{function, host_functions};

#[host_functions]
trait Exchange {
    fn exchange(&self, block: &[u8]) -> Vec<u8>;
}

#[function]
fn empty() {}

#[function]
fn echo(input: Vec<u8>) -> Vec<u8> {
    input
}

/// As many host calls as the input says, each with a block in and a block out.
#[function]
fn host_calls(count: String) -> Result<String, std::num::ParseIntError> {
    let exchange = ExchangeHost;
    let count: usize = count.parse()?;
    let bytes: usize = (0..count).map(|_| exchange.exchange(b"sixteen bytes in").len()).sum();
    Ok(bytes.to_string())
}
