//! Typed JSON in and out, with nothing but the kernel's functions and serde_json.

use serde::{Deserialize, Serialize};

#[derive(Deserialize)]
struct Request {
    name: String,
    times: u32,
}

#[derive(Serialize)]
struct Response {
    greeting: String,
    length: usize,
}

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn input_length() -> u64;
    safe fn input_load_u8(offset: u64) -> u8;
    safe fn alloc(length: u64) -> u64;
    safe fn store_u8(offset: u64, byte: u8);
    safe fn output_set(offset: u64, length: u64);
    safe fn error_set(offset: u64);
}

fn handle(input: &[u8]) -> Result<Vec<u8>, String> {
    let request: Request = serde_json::from_slice(input).map_err(|error| error.to_string())?;
    let greeting = format!("Hello, {}! ", request.name).repeat(request.times as usize);
    serde_json::to_vec(&Response { length: greeting.len(), greeting }).map_err(|error| error.to_string())
}

fn block(bytes: &[u8]) -> u64 {
    let offset = alloc(bytes.len() as u64);
    for (at, byte) in (offset..).zip(bytes) {
        store_u8(at, *byte);
    }
    offset
}

#[unsafe(export_name = "handle")]
extern "C" fn export() -> i32 {
    let input: Vec<u8> = (0..input_length()).map(|at| input_load_u8(at)).collect();
    match handle(&input) {
        Ok(output) => {
            output_set(block(&output), output.len() as u64);
            0
        }
        Err(error) => {
            error_set(block(error.as_bytes()));
            1
        }
    }
}
