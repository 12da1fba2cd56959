//! A plugin with one route, `GET /api/greet?name=Ada`.

#![forbid(unsafe_code)]

use plugsmith::orbis::{self, Error, route};

/// Greets by name, and counts the greetings.
// Open to all: a server that was started without authentication, as Orbis is by default, answers 401
// to everyone where a login is required. The name is in the query, since the shipped server compares
// paths letter by letter.
#[route(GET, "/api/greet", requires_auth = false)]
fn greet(name: &str) -> Result<String, Error> {
    let times = orbis::state().update("greeted", 0, |times| times + 1)?;
    Ok(format!("Hello, {name}! You are visitor {times}."))
}

orbis::export_plugin!(greet);

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::orbis::testing::MockHost;

    #[test]
    fn greetings_are_counted() {
        let host = MockHost::new();
        greet("Ada").unwrap();
        greet("Bob").unwrap();
        assert_eq!(host.state::<u32>("greeted"), Some(2));
    }
}
