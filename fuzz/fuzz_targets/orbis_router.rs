//! Any request to any routes has one of them, or the host's own answer.
//!
//! The input is a line `GET /items/{id}` for each route, an empty line, a line for the request, and its body.

#![no_main]

use libfuzzer_sys::fuzz_target;
use plugsmith_harness::fuzzed::find_route;
use plugsmith_harness::hosts::orbis::{Manifest, Mode, Request};
use serde_json::json;

fuzz_target!(|bytes: &[u8]| {
    let mut lines = bytes.splitn(32, |byte| *byte == b'\n');
    let words = |line: &[u8]| {
        let line = String::from_utf8_lossy(line);
        let (method, path) = line.split_once(' ').unwrap_or(("GET", &line));
        (method.to_owned(), path.to_owned())
    };
    let mut routes = Vec::new();
    for line in lines.by_ref().take_while(|line| !line.is_empty()) {
        let (method, path) = words(line);
        routes.push((method, path));
    }
    let (method, path) = words(lines.next().unwrap_or_default());
    let mut request = Request::new(&method, &path);
    request.body = lines.collect::<Vec<_>>().join(&b'\n');
    let listed: Vec<_> = routes
        .iter()
        .enumerate()
        .map(|(index, (method, path))| {
            json!({ "method": method, "path": path, "handler": format!("handler_{index}"), "requires_auth": false })
        })
        .collect();
    let Ok(manifest) = Manifest::from_json(json!({ "name": "fuzz", "version": "1.0.0", "routes": listed })) else {
        return;
    };
    for mode in [Mode::Shipped, Mode::Documented, Mode::PageAbi] {
        match find_route(mode, &manifest, &request) {
            Ok((handler, params)) => {
                let index: usize = handler["handler_".len()..].parse().expect("it is one of ours");
                let (of_route, pattern) = &routes[index];
                assert!(of_route.eq_ignore_ascii_case(&method), "{of_route} {method}");
                assert!(params.len() <= pattern.split('/').count());
                assert!(mode != Mode::Shipped || params.is_empty());
            }
            Err(answer) => assert!([400, 401, 404, 405, 413, 500].contains(&answer.status), "{answer:?}"),
        }
    }
});
