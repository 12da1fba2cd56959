//! The embedded manifest, as Orbis' own parser reads it.

use orbis_plugin_api::{PluginManifest, PluginPermission};
use plugsmith::orbis::{Request, route};

/// Lists "everything"\.
#[route(GET, "/api/items", requires_auth = false, rate_limit = 60)]
fn list() {}

#[route("PATCH", "/api/items/{id}", permissions = ["items:write", "items:\"own\""])]
fn change(_req: &Request) {}

plugsmith::orbis::export_plugin!(
    list,
    change,
    description = "Line 1\nsays \"\\\" \u{1}ü",
    permissions = ["database_read", "network", "custom:reports"],
    pages = "tests/orbis/pages.json",
    config = "tests/orbis/config.json",
);

#[test]
fn the_real_parser_accepts_it() {
    let manifest: PluginManifest = serde_json::from_str(__PLUGSMITH_MANIFEST).unwrap();

    manifest.validate().unwrap();
    assert_eq!((manifest.name.as_str(), manifest.version.as_str()), ("plugsmith", env!("CARGO_PKG_VERSION")));
    assert_eq!(manifest.description, "Line 1\nsays \"\\\" \u{1}ü");
    assert_eq!(
        manifest.permissions,
        [PluginPermission::DatabaseRead, PluginPermission::Network, PluginPermission::Custom("reports".into())]
    );
    assert_eq!((manifest.pages[0].title.as_str(), &manifest.config["color"]), ("Items", &"blue".into()));
    assert_eq!(manifest.author, None);
    insta::assert_debug_snapshot!(manifest.routes);
}

#[test]
fn the_macro_knows_the_permissions_of_the_protocol() {
    mod all {
        plugsmith::orbis::export_plugin!(
            permissions = [
                "database_read",
                "database_write",
                "file_read",
                "file_write",
                "network",
                "system",
                "shell",
                "environment"
            ]
        );
        pub(super) const MANIFEST: &str = __PLUGSMITH_MANIFEST;
    }
    let manifest: serde_json::Value = serde_json::from_str(all::MANIFEST).unwrap();

    assert_eq!(manifest["permissions"], serde_json::json!(plugsmith::protocol::orbis::PERMISSIONS));
}

#[test]
fn our_permissions_are_those_of_the_real_parser() {
    for name in plugsmith::protocol::orbis::PERMISSIONS {
        let permission: PluginPermission = serde_json::from_value((*name).into()).unwrap();
        assert!(!matches!(permission, PluginPermission::Custom(_)));
    }
}

#[test]
fn the_documented_spellings_are_refused_by_the_real_parser_too() {
    for wrong in [serde_json::json!("database:read"), serde_json::json!({ "type": "database", "access": "read" })] {
        assert!(serde_json::from_value::<PluginPermission>(wrong).is_err());
    }
}

#[test]
fn a_plugin_without_options_has_the_least_manifest() {
    mod least {
        plugsmith::orbis::export_plugin!();
        pub(super) const MANIFEST: &str = __PLUGSMITH_MANIFEST;
    }
    let manifest: PluginManifest = serde_json::from_str(least::MANIFEST).unwrap();

    manifest.validate().unwrap();
    assert_eq!(manifest.description, env!("CARGO_PKG_DESCRIPTION"));
    assert!(manifest.routes.is_empty() && manifest.pages.is_empty() && manifest.config.is_null());
}
