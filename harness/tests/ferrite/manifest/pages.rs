//! The manifests of the Ferrite pages, as they stand there.

/// The Ferrite plugin page's own.
pub(crate) const PAGE: &str = r#"[package]
name = "redis-json"
version = "1.0.0"
description = "JSON data type support for Ferrite"
author = "Ferrite Team"
license = "Apache-2.0"
homepage = "https://github.com/ferrite/plugin-json"

[package.ferrite]
min_version = "0.1.0"

# Custom commands
[[commands]]
name = "JSON.SET"
description = "Set JSON value at path"
min_args = 3
max_args = 4
flags = ["write"]
acl_categories = ["write", "json"]

[[commands]]
name = "JSON.GET"
description = "Get JSON value at path"
min_args = 2
max_args = 3
flags = ["read"]
acl_categories = ["read", "json"]

# Custom data types
[[data_types]]
name = "JSON"
description = "JSON document structure"
encoding = "json"

# Event hooks
[[hooks]]
event = "OnKeyWrite"
priority = 0

# Required permissions
[[permissions]]
resource = "storage"
action = "read"

[[permissions]]
resource = "storage"
action = "write"

# Dependencies
[[dependencies]]
name = "serde-json"
version = "1.0"
optional = false
"#;

/// The parts that the page's siblings add, and the page's other permissions.
pub(crate) const SIBLINGS: &str = r#"[package]
name = "siblings"
version = "1.0.0"

[[commands]]
name = "MYPREFIX.COMMAND"
description = "Description of what the command does"
min_args = 1
max_args = 3
flags = ["read", "write"]
acl_categories = ["read", "write", "custom"]

# Key specification
first_key = 1
last_key = 1
step = 1

# Complexity info
complexity = "O(1)"

# Documentation
since = "1.0.0"
tips = ["Tip 1", "Tip 2"]

[[commands]]
name = "ADMIN.COMMAND"
acl_categories = ["admin", "dangerous"]

[[data_types]]
name = "BLOOM"
description = "Bloom filter probabilistic data structure"
encoding = "bloom-v1"
version = 1

# Associated commands
commands = [
    "BF.ADD",
    "BF.EXISTS"
]

# Network access (restricted)
[[permissions]]
resource = "network"
action = "http_get"
hosts = ["api.example.com"]

# File system (restricted)
[[permissions]]
resource = "filesystem"
action = "read"
paths = ["/data/plugins/myplugin"]
"#;
