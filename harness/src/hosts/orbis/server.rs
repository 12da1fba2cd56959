//! What the server answers in the place of its plugins: their pages, the switches of its
//! administrators, its own page, and every `OPTIONS` while CORS is on.
//!
//! As cyberpath-HQ/orbis has it at a8ec672: `crates/orbis-server/src/{app,middleware,extractors}.rs`,
//! `routes/{plugins,plugin_management,static_files}.rs`, and `crates/orbis-plugin/src/lib.rs` at 14dd706.

use std::collections::BTreeMap;

use orbis_plugin_api::PageDefinition;
use serde_json::{Value as Json, json};

use super::manifest::Manifest;
use super::mode::Mode;
use super::request::{Request, User};
use super::response::Response;
use super::services::Services;
use crate::hosts::orbis_rules::Reserved;

/// How the server around a plugin is configured, and what its administrators have done.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server {
    /// Whether anybody can log in.
    pub(super) auth: bool,
    /// Whether other origins may call it.
    pub(super) cors: bool,
    /// What the registry says of the plugin.
    is_enabled: bool,
    /// Whether the runtime has it: what was stopped once is gone until the server starts anew.
    is_loaded: bool,
}

impl Server {
    pub(super) fn new(auth: bool, cors: bool) -> Server {
        Server { auth, cors, is_enabled: true, is_loaded: true }
    }

    /// Who is logged in.
    pub(super) fn user<'a>(&self, request: &'a Request) -> Option<&'a User> {
        request.user.as_ref().filter(|_| self.auth)
    }

    /// The server's own answer, before any plugin's route is looked for.
    pub(super) fn answer(
        &mut self,
        mode: Mode,
        request: &Request,
        manifest: &Manifest,
        services: &mut Services,
    ) -> Option<Response> {
        let name = &manifest.parsed().name;
        let path = request.path.split('?').next().unwrap_or_default();
        let reserved = Reserved::of(path);
        if mode != Mode::Shipped {
            return (reserved == Some(Reserved::Pages)).then(|| pages(manifest, request, self.user(request)));
        }
        if self.cors && request.method == "OPTIONS" {
            return Some(preflight());
        }
        match reserved {
            Some(Reserved::Pages) => return Some(pages(manifest, request, self.user(request))),
            Some(Reserved::Root) => return Some(root(request)),
            Some(Reserved::Enable) => return Some(self.switch(request, name, |server| server.enable(name))),
            Some(Reserved::Disable) => {
                return Some(self.switch(request, name, |server| server.disable(name, services)));
            }
            None => {}
        }
        if percent_encoding::percent_decode_str(path).decode_utf8().is_err() {
            return Some(text(400, "Invalid URL: Invalid UTF-8 in `path`"));
        }
        (!self.is_enabled).then(|| broken(&format!("Plugin '{name}' is not running")))
    }

    /// What a route answers whose plugin was stopped, whatever the registry says.
    pub(super) fn stopped(&self, name: &str) -> Option<Response> {
        (!self.is_loaded).then(|| broken(&format!("Plugin '{name}' not running")))
    }

    /// What only administrators may do, by a POST.
    fn switch(
        &mut self,
        request: &Request,
        name: &str,
        work: impl FnOnce(&mut Server) -> Result<&'static str, String>,
    ) -> Response {
        if request.method != "POST" {
            return not_allowed("POST");
        }
        if !self.auth {
            return Response::refusal(500, "AUTH_NOT_CONFIGURED", "Authentication is not configured");
        }
        match &request.user {
            None => Response::refusal(401, "MISSING_TOKEN", "Authorization token is required"),
            Some(user) if !user.is_admin => Response::refusal(403, "NOT_ADMIN", "Admin privileges required"),
            Some(_) => match work(self) {
                Ok(done) => ok(json!({ "success": true, "message": format!("Plugin '{name}' {done}") })),
                Err(message) => broken(&message),
            },
        }
    }

    fn enable(&mut self, name: &str) -> Result<&'static str, String> {
        self.is_enabled = true;
        if self.is_loaded { Ok("enabled") } else { Err(format!("Plugin '{name}' not initialized")) }
    }

    fn disable(&mut self, name: &str, services: &mut Services) -> Result<&'static str, String> {
        if !self.is_loaded {
            return Err(format!("Plugin '{name}' not running"));
        }
        services.state.clear();
        (self.is_loaded, self.is_enabled) = (false, false);
        Ok("disabled")
    }
}

/// The manifest's pages, those for users to users only.
fn pages(manifest: &Manifest, request: &Request, user: Option<&User>) -> Response {
    match request.method.as_str() {
        "GET" => {}
        "HEAD" => return empty(200, &[]),
        _ => return not_allowed("GET,HEAD"),
    }
    let manifest = manifest.parsed();
    let visible = manifest.pages.iter().filter(|page| user.is_some() || !page.requires_auth);
    let pages = visible.map(|page| shown(page, &manifest.name)).collect::<Vec<_>>();
    ok(json!({ "success": true, "data": { "pages": pages } }))
}

/// A page as the server writes it, without its parent.
fn shown(page: &PageDefinition, plugin: &str) -> Json {
    let mut json = serde_json::to_value(page).unwrap_or_default();
    if let Some(members) = json.as_object_mut() {
        members.remove("parent_route");
    }
    json["route"] = page.full_route(plugin).into();
    json
}

/// The page of the server itself, which its users open.
fn root(request: &Request) -> Response {
    match request.method.as_str() {
        "GET" => {
            let mut page = text(200, "<!DOCTYPE html>\n<title>Orbis</title>\n");
            page.headers.insert("content-type".to_owned(), "text/html; charset=utf-8".to_owned());
            page
        }
        "HEAD" => empty(200, &[]),
        _ => not_allowed("GET,HEAD"),
    }
}

fn preflight() -> Response {
    empty(
        200,
        &[
            ("access-control-allow-origin", "*"),
            ("access-control-allow-methods", "GET,POST,PUT,PATCH,DELETE,OPTIONS"),
            ("access-control-allow-headers", "authorization,content-type,accept"),
        ],
    )
}

fn not_allowed(methods: &str) -> Response {
    empty(405, &[("allow", methods)])
}

fn ok(body: Json) -> Response {
    Response { status: 200, headers: BTreeMap::new(), body }
}

/// The plugin's failure, in the server's own words.
fn broken(message: &str) -> Response {
    Response::refusal(500, "PLUGIN_ERROR", message)
}

fn text(status: u16, body: &str) -> Response {
    let headers = [("content-type".to_owned(), "text/plain; charset=utf-8".to_owned())].into();
    Response { status, headers, body: body.into() }
}

/// A response without a body.
fn empty(status: u16, headers: &[(&str, &str)]) -> Response {
    let headers = headers.iter().chain(&[("content-length", "0")]);
    let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Response { status, headers, body: Json::Null }
}
