//! The smallest Orbis plugin: a greeting, and how often it was said.

#![forbid(unsafe_code)]

use plugsmith::orbis::{self, Error, route};

/// Greets by name, and counts.
#[route(GET, "/api/greet", requires_auth = false)]
fn greet(name: Option<&str>) -> Result<String, Error> {
    let times = orbis::state().update("greeted", 0, |times| times + 1)?;
    Ok(format!("Hello, {}! You are visitor {times}.", name.unwrap_or("World")))
}

orbis::export_plugin!(greet);

#[cfg(test)]
mod tests {
    use super::*;
    use plugsmith::orbis::testing::{MockHost, call};

    #[test]
    fn greetings_are_counted() {
        let host = MockHost::new();
        greet(Some("Ada")).unwrap();

        assert_eq!(greet(None).unwrap(), "Hello, World! You are visitor 2.");
        assert_eq!(host.state::<u32>("greeted"), Some(2));
    }

    #[test]
    fn the_name_is_that_of_the_query() {
        let host = MockHost::new();

        let response = call!(greet, host.request("GET", "/api/greet").query("name", "Ada"));

        assert_eq!(response.encode(), r#"{"status":200,"body":"Hello, Ada! You are visitor 1."}"#);
    }
}
