//! Text in, text out, with nothing but the kernel's functions: the least that this work takes.

#[link(wasm_import_module = "extism:host/env")]
unsafe extern "C" {
    safe fn input_length() -> u64;
    safe fn input_load_u8(offset: u64) -> u8;
    safe fn alloc(length: u64) -> u64;
    safe fn store_u8(offset: u64, byte: u8);
    safe fn output_set(offset: u64, length: u64);
}

#[unsafe(no_mangle)]
extern "C" fn hello() -> i32 {
    let name: Vec<u8> = (0..input_length()).map(|at| input_load_u8(at)).collect();
    let Ok(name) = String::from_utf8(name) else { return 1 };
    let greeting = format!("Hello, {name}!");
    let offset = alloc(greeting.len() as u64);
    for (at, byte) in (offset..).zip(greeting.bytes()) {
        store_u8(at, byte);
    }
    output_set(offset, greeting.len() as u64);
    0
}
