//! Which hosts a plugin may ask: the patterns of `allowed_hosts`, and those that match nothing.

/// Why these patterns do not allow a request to the URL. Parsed and matched as in extism 1.30.0
/// (src/pdk.rs): by the same two crates, and a broken pattern is a plain name.
pub(super) fn denial(allowed: &[String], url: &str) -> Option<String> {
    let host = match url::Url::parse(url) {
        Ok(parsed) => parsed.host_str().unwrap_or_default().to_owned(),
        Err(error) => return Some(format!("Invalid URL: {error:?}")),
    };
    let matches = |pattern: &String| match glob::Pattern::new(pattern) {
        Ok(glob) => glob.matches(&host),
        Err(_) => *pattern == host,
    };
    (!allowed.iter().any(matches)).then(|| {
        let fix = match allowed {
            [] => Some(format!(
                "allow it with \"allowed_hosts\": [{host:?}] in the manifest or the options, \
                 or `.allowed_hosts([{host:?}])` on the `Host`"
            )),
            patterns => {
                patterns.iter().find_map(|pattern| matches_nothing(pattern)).map(|(why, fix)| format!("{why}: {fix}"))
            }
        };
        let fix = fix.map_or(String::new(), |fix| format!("; {fix}"));
        format!("HTTP request to {url} is not allowed: `{host}` is none of allowed_hosts {allowed:?}{fix}")
    })
}

/// Why no host's name matches a pattern, and what to write: names have no scheme, no port and no
/// path, and are in lower case.
pub(crate) fn matches_nothing(pattern: &str) -> Option<(String, String)> {
    if pattern.is_empty() {
        return Some((format!("{pattern:?} is no host's name"), "leave it out, or write \"*\" for all".to_owned()));
    }
    // Brackets and question marks stand for other letters.
    if pattern.contains(['[', '?']) {
        return None;
    }
    let rest = pattern.split_once("://").map_or(pattern, |(_, rest)| rest);
    let name = rest.split(['/', ':']).next().unwrap_or_default();
    let name = url::Host::parse(name).map_or_else(|_| name.to_lowercase(), |host| host.to_string());
    if name == pattern {
        return None;
    }
    let why = match () {
        () if rest != pattern => "is a URL",
        () if pattern.contains(':') => "has a port",
        () if pattern.contains('/') => "has a path",
        () => "is not written as a URL's host is read",
    };
    Some((format!("{pattern:?} {why}, and a pattern is a host's name alone"), format!("write {name:?}")))
}
