//! What the server around Orbis' plugins does with a plugin's route, whatever the plugin says: one
//! rule for `check`, `manifest --check`, `pack` and the harness's own host.
//!
//! Read in cyberpath-HQ/orbis at a8ec672: `crates/orbis-server/src/routes/plugin_management.rs`,
//! `plugins.rs` and `static_files.rs`, and `middleware.rs` for CORS.

/// A request below a plugin that the server answers itself, before it looks for a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reserved {
    /// The plugin's pages.
    Pages,
    /// Switches the plugin on.
    Enable,
    /// Switches the plugin off.
    Disable,
    /// The server's own page.
    Root,
}

impl Reserved {
    /// What answers this path, as it was sent: `/p%61ges` reaches the plugin.
    pub(crate) fn of(path: &str) -> Option<Reserved> {
        match path {
            "/pages" => Some(Reserved::Pages),
            "/enable" => Some(Reserved::Enable),
            "/disable" => Some(Reserved::Disable),
            "/" => Some(Reserved::Root),
            _ => None,
        }
    }

    /// Why a route with this path is never called, and what to do.
    pub(crate) fn reason(self) -> &'static str {
        match self {
            Reserved::Pages => "the server answers /pages itself, with the plugin's pages: choose another path",
            Reserved::Enable => {
                "the server answers /enable itself, and an administrator's POST switches the plugin on: choose another path"
            }
            Reserved::Disable => {
                "the server answers /disable itself, and an administrator's POST stops the plugin and deletes its \
                 state: choose another path"
            }
            Reserved::Root => "the server answers / itself, with a page of its own: choose another path",
        }
    }
}

/// What is worth knowing of routes that some servers answer and others do not.
pub(crate) fn cautions<'a>(routes: impl Iterator<Item = Route<'a>> + Clone) -> Vec<Caution> {
    let mut cautions = Vec::new();
    let mut add = |routes: Vec<Route<'_>>, what: fn(&str) -> String, fix| {
        let names = routes.iter().map(|route| format!("{} {}", route.method, route.path)).collect::<Vec<_>>();
        if !names.is_empty() {
            cautions.push(Caution { what: what(&names.join(", ")), fix });
        }
    };
    add(
        routes.clone().filter(|route| route.path.contains(':') || route.path.contains('{')).collect(),
        |names| {
            format!("has parameters in the path of {names}, and the shipped server compares paths letter by letter")
        },
        "put the values in the query or the body",
    );
    add(
        routes.clone().filter(|route| route.method.eq_ignore_ascii_case("OPTIONS")).collect(),
        |names| {
            format!(
                "has the route {names}, and with CORS on, as it is unless its configuration says otherwise, the server \
                 answers every OPTIONS itself"
            )
        },
        "use another method, or say in your documentation that the server must switch CORS off",
    );
    add(
        routes.filter(|route| route.requires_auth).collect(),
        |names| {
            format!(
                "requires a login for {names}, and in the server's default mode, without authentication, nobody can \
                 log in: they answer 401 to everyone"
            )
        },
        "write `requires_auth = false` on what anyone may call, or say in your documentation that the server must \
         switch authentication on",
    );
    cautions
}

/// What [`cautions`] looks at.
#[derive(Clone, Copy)]
pub(crate) struct Route<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) requires_auth: bool,
}

/// What may surprise in a server of some configuration.
pub(crate) struct Caution {
    pub(crate) what: String,
    pub(crate) fix: &'static str,
}
