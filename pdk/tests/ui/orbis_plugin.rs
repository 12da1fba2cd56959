//! Mistakes in the list of an Orbis plugin.

use plugsmith::command;
use plugsmith::orbis::{lifecycle, route};

#[route(GET, "/api/items")]
fn list() {}

#[route(GET, "/api/items")]
fn same_path() {}

#[command]
fn hello() {}

fn plain() {}

#[lifecycle]
fn start() {}

#[lifecycle(init)]
fn cleanup(_x: u8) {}

mod a {
    plugsmith::orbis::export_plugin!(super::list, super::same_path);
}

mod b {
    plugsmith::orbis::export_plugin!(super::hello, super::plain);
}

mod c {
    plugsmith::orbis::export_plugin!(super::list, super::list);
}

mod d {
    plugsmith::orbis::export_plugin!(
        permissions = ["database:read", "databse_write", "http", "custom:", "network", "network"],
        page = "pages.json",
    );
}

mod e {
    plugsmith::orbis::export_plugin!(config = "Cargo.toml", pages = "Cargo.toml");
}

mod f {
    plugsmith::orbis::export_plugin!(pages = "nowhere.json");
}

mod g {
    plugsmith::orbis::export_plugin!("list");
}

mod h {
    plugsmith::export_plugin!(super::list);
}

mod i {
    fn wrong() -> String {
        String::new()
    }
    plugsmith::orbis::export_plugin!(init = wrong);
}

mod j {
    plugsmith::orbis::export_plugin!(super::list, abi = "pages");
}

fn main() {}
