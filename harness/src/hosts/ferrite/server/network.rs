//! A plugin's requests to the network, held to its manifest: by method and by host.

use std::time::Duration;

use plugsmith::testing::HttpFailure;
use plugsmith::{HttpRequest, HttpResponse};
use url::Url;

use crate::engine::host::Host;
use crate::hosts::ferrite::manifest::Permission;
use crate::hosts::ferrite::store::matches;

/// The methods that a host sends.
const METHODS: &[&str] = &["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// Lets the plugin send the requests that its manifest grants.
pub(super) fn connect(mut host: Host, granted: &[Permission], timeout: Duration) -> Host {
    for method in METHODS {
        let granted = granted.to_vec();
        let answer = move |request: &HttpRequest| {
            let allowed = allow(&granted, request).map_err(HttpFailure::Connection);
            allowed.and_then(|()| send(request, timeout).map_err(HttpFailure::Connection))
        };
        host = host.http(format!("{method} *").as_str(), answer);
    }
    host
}

/// The action that a method needs; the page has two.
fn action(method: &str) -> Option<&'static str> {
    match method {
        "GET" | "HEAD" => Some("http_get"),
        "POST" => Some("http_post"),
        _ => None,
    }
}

/// Checks a request against the manifest's permissions.
fn allow(granted: &[Permission], request: &HttpRequest) -> Result<(), String> {
    let method = request.method.to_uppercase();
    let Some(action) = action(&method) else {
        return Err(format!("NOPERM no permission allows {method}: network has http_get and http_post"));
    };
    let mut granted = granted.iter().filter(|granted| granted.resource == "network" && granted.action == action);
    let Some(granted) = granted.next() else {
        return Err(format!("NOPERM the plugin has no permission network {action}"));
    };
    let url = Url::parse(&request.url).map_err(|error| format!("{}: {error}", request.url))?;
    let host = url.host_str().unwrap_or_default().to_lowercase();
    let with_port = url.port_or_known_default().map(|port| format!("{host}:{port}")).unwrap_or_default();
    let allows = |pattern: &String| {
        let pattern = pattern.to_lowercase();
        let wanted = if pattern.contains(':') && !pattern.ends_with(']') { &with_port } else { &host };
        matches(pattern.as_bytes(), wanted.as_bytes())
    };
    match granted.hosts.iter().any(allows) {
        true => Ok(()),
        false => Err(format!(
            "NOPERM {host} is not one of the hosts of the permission network {action}: [{}]",
            granted.hosts.join(", ")
        )),
    }
}

/// Sends a request. A redirect is an answer like any other: it could lead to a host that is not allowed.
#[cfg(feature = "serve")]
fn send(request: &HttpRequest, timeout: Duration) -> Result<HttpResponse, String> {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .timeout_global(Some(timeout))
        .build();
    let mut builder = ureq::http::Request::builder().method(request.method.as_str()).uri(&request.url);
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let sent = builder.body(&request.body[..]).map_err(|error| error.to_string())?;
    let mut response = ureq::Agent::new_with_config(config).run(sent).map_err(|error| error.to_string())?;
    let mut answer = HttpResponse::new(response.status().as_u16(), "");
    let text = response.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    answer.headers = text.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    answer.body = response.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(|error| error.to_string())?;
    Ok(answer)
}

/// The longest body of a response.
#[cfg(feature = "serve")]
const LONGEST: u64 = 50 * 1024 * 1024;

/// Sends a request.
#[cfg(not(feature = "serve"))]
fn send(request: &HttpRequest, _: Duration) -> Result<HttpResponse, String> {
    Err(format!("cannot request {}: build plugsmith-harness with the feature `serve`", request.url))
}

#[cfg(test)]
mod tests {
    use super::{HttpRequest, Permission, allow};

    fn granted(action: &str, hosts: &[&str]) -> Permission {
        Permission {
            resource: "network".to_owned(),
            action: action.to_owned(),
            hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
            ..Permission::default()
        }
    }

    #[test]
    fn requests_are_held_to_method_and_host() {
        let permissions = [granted("http_get", &["api.example.com", "*.example.org", "127.0.0.1:8080"])];
        let may = |method: &str, url: &str| allow(&permissions, &HttpRequest::new(method, url)).is_ok();
        assert!(may("GET", "https://api.example.com/x"));
        assert!(may("HEAD", "https://API.example.com/x"));
        assert!(may("GET", "https://a.example.org/"));
        assert!(may("GET", "http://127.0.0.1:8080/"));
        assert!(!may("GET", "http://127.0.0.1:8081/"));
        assert!(!may("POST", "https://api.example.com/x"));
        assert!(!may("DELETE", "https://api.example.com/x"));
        assert!(!may("GET", "https://example.org/"));
        assert!(!may("GET", "https://api.example.com.evil.net/"));
        assert!(!may("GET", "https://api.example.com@evil.net/"));
        assert!(!may("GET", "https://evil.net/?api.example.com"));
    }

    #[test]
    fn without_hosts_none_is_allowed() {
        let error = allow(&[granted("http_get", &[])], &HttpRequest::new("GET", "https://a.b/")).unwrap_err();
        assert_eq!(error, "NOPERM a.b is not one of the hosts of the permission network http_get: []");
        let error = allow(&[], &HttpRequest::new("GET", "https://a.b/")).unwrap_err();
        assert_eq!(error, "NOPERM the plugin has no permission network http_get");
    }
}
