//! What a manifest grants, whatever host it is for.

use serde::Serialize;

use super::ability::Ability;

/// What a manifest grants.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Grants {
    /// Where it stands: `plugin.toml`.
    pub place: String,
    /// The grants.
    pub list: Vec<Grant>,
    /// The resources that such a manifest speaks of: what is about another resource needs no grant.
    pub resources: Vec<String>,
}

/// One grant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Grant {
    /// What may be done.
    #[serde(flatten)]
    pub ability: Ability,
    /// The methods of the requests that it is for; none means all of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub methods: Vec<String>,
    /// The hosts that may be reached, with `*` for any letters; none means that it does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// The folders that may be opened.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub paths: Vec<String>,
}

impl Grant {
    /// A grant of this action on this resource, in the words of [`Ability`].
    pub fn new(resource: &str, action: &str) -> Grant {
        let ability = Ability { resource: resource.to_owned(), action: action.to_owned() };
        Grant { ability, methods: Vec::new(), hosts: Vec::new(), paths: Vec::new() }
    }

    /// For requests with these methods alone.
    pub fn methods(mut self, methods: &[&str]) -> Grant {
        self.methods = methods.iter().map(|&method| method.to_owned()).collect();
        self
    }

    /// With these hosts.
    pub fn hosts(mut self, hosts: Vec<String>) -> Grant {
        self.hosts = hosts;
        self
    }

    /// With these folders.
    pub fn paths(mut self, paths: Vec<String>) -> Grant {
        self.paths = paths;
        self
    }
}

impl Grants {
    /// The grants of a manifest at this place, which speaks of these resources.
    pub fn new(place: &str, resources: &[&str], list: Vec<Grant>) -> Grants {
        let resources = resources.iter().map(|&resource| resource.to_owned()).collect();
        Grants { place: place.to_owned(), list, resources }
    }

    /// Whether this is granted; `None` where such a manifest does not speak of it.
    pub(super) fn is_granted(&self, ability: &Ability) -> Option<bool> {
        let is_spoken_of = self.resources.contains(&ability.resource);
        is_spoken_of.then(|| self.list.iter().any(|grant| grant.ability == *ability))
    }
}
