//! Artifacts behind URLs.

use super::Server;
use crate::hosts::ferrite::store::Fault;

/// The longest artifact, in bytes.
pub(super) const LONGEST: u64 = 64 * 1024 * 1024;

/// Where a server has the artifacts behind URLs from.
#[derive(Debug, Default)]
pub(super) enum Downloads {
    /// It downloads them itself, and does nothing else meanwhile: in a test, nobody waits.
    #[default]
    Here,
    /// Whoever serves its clients downloads them elsewhere, before the command runs that needs one.
    #[cfg(feature = "serve")]
    Elsewhere(Option<Download>),
}

/// An artifact that was downloaded, or why it was not.
#[cfg(feature = "serve")]
#[derive(Debug)]
pub(crate) struct Download {
    url: String,
    bytes: Result<Vec<u8>, Fault>,
}

#[cfg(feature = "serve")]
impl Download {
    /// Downloads what is behind a URL, which takes up to 30 seconds.
    pub(crate) fn start(url: String) -> Download {
        let bytes = download(&url);
        Download { url, bytes }
    }

    /// The bytes.
    ///
    /// # Errors
    /// Why there are none, as a client is told.
    pub(crate) fn into_bytes(self) -> Result<Vec<u8>, String> {
        self.bytes.map_err(String::from)
    }
}

impl Server {
    /// The URL that this command of a client's loads a plugin from, if the client may run it now.
    #[cfg(feature = "serve")]
    pub(crate) fn wanted_download(&mut self, client: u64, words: &[Vec<u8>]) -> Option<String> {
        let (Some(name), Some(url)) = (words.first(), words.get(2)) else { return None };
        if !name.get(..7).is_some_and(|start| start.eq_ignore_ascii_case(b"plugin.")) || self.is_closing(client) {
            return None;
        }
        let url = std::str::from_utf8(url).ok().filter(|url| is_url(url))?;
        let loads = |name: &str| ["plugin.load", "plugin.reload"].contains(&name);
        let is_wanted =
            self.lookup(words).is_ok_and(|target| loads(&target.spec().name)) && self.may_run(client, words);
        is_wanted.then(|| url.to_owned())
    }

    /// As [`Server::execute_into`], and downloads nothing: what [`Server::wanted_download`] has asked for is given.
    #[cfg(feature = "serve")]
    pub(crate) fn execute_with(
        &mut self,
        client: u64,
        words: Vec<Vec<u8>>,
        out: &mut Vec<u8>,
        download: Option<Download>,
    ) {
        self.downloads = Downloads::Elsewhere(download);
        self.execute_into(client, words, out);
        self.downloads = Downloads::Here;
    }

    /// The artifact behind a URL.
    pub(super) fn fetch(&mut self, url: &str) -> Result<Vec<u8>, Fault> {
        match &mut self.downloads {
            Downloads::Here => download(url),
            #[cfg(feature = "serve")]
            Downloads::Elsewhere(place) => match place.take().filter(|found| found.url == url) {
                Some(found) => found.bytes,
                None => Err(Fault::new(format!(
                    "ERR {url} is not downloaded here: no transaction and no hook can load a plugin from a URL"
                ))),
            },
        }
    }
}

/// Whether an artifact is named by a URL, and not by a path.
pub(super) fn is_url(artifact: &str) -> bool {
    artifact.contains("://")
}

#[cfg(feature = "serve")]
fn download(url: &str) -> Result<Vec<u8>, Fault> {
    let fails = |error: ureq::Error| Fault::new(format!("ERR cannot download {url}: {error}"));
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(Fault::new(format!("ERR cannot download {url}: it starts with neither http:// nor https://")));
    }
    let config = ureq::Agent::config_builder().timeout_global(Some(std::time::Duration::from_secs(30))).build();
    let mut response = ureq::Agent::new_with_config(config).get(url).call().map_err(fails)?;
    response.body_mut().with_config().limit(LONGEST).read_to_vec().map_err(fails)
}

#[cfg(not(feature = "serve"))]
fn download(url: &str) -> Result<Vec<u8>, Fault> {
    Err(Fault::new(format!("ERR cannot download {url}: build plugsmith-harness with the feature `serve`")))
}
