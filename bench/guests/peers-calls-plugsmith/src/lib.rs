//! What a call of another plugin costs, and what its copies alone do.
//!
//! The input of both is a count in four digits, and then what is sent so many times.

use plugsmith::{HostError, function, host_functions, peers};

#[host_functions]
trait Exchange {
    fn second(&self, name: &str, block: &[u8]) -> Vec<u8>;
}

/// Another plugin's `echo`.
#[function]
fn relay(input: &[u8]) -> Result<String, HostError> {
    let (count, payload) = parts(input);
    let peer = peers().load("echo")?;
    let mut bytes = 0;
    for _ in 0..count {
        bytes += peer.call::<_, Vec<u8>>("echo", payload)?.len();
    }
    Ok(bytes.to_string())
}

/// A host function's, with as many blocks in and out as a call of a plugin has.
#[function]
fn copies(input: &[u8]) -> String {
    let (count, payload) = parts(input);
    let bytes: usize = (0..count).map(|_| ExchangeHost.second("echo", payload).len()).sum();
    bytes.to_string()
}

fn parts(input: &[u8]) -> (usize, &[u8]) {
    let (count, payload) = input.split_at(input.len().min(4));
    (count.iter().fold(0, |count, digit| count * 10 + usize::from(digit - b'0')), payload)
}
