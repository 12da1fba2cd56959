//! What is under test, whatever its ABI: its artifact, what a shell calls it, and what came of its calls.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::artifact::build::{self, Features};
use crate::artifact::source::Source;
use crate::artifact::symbols;
use crate::engine::failure;
use crate::error::{Error, Result};
use crate::trace::again::Again;
use crate::trace::call::{Call, Shown, What};
use crate::trace::event::Event;
use crate::trace::history::History;
use crate::trace::outcome::Outcome;
use crate::trace::spent::Spent;

/// Where an artifact came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Its file, if it came from one.
    pub(crate) file: Option<PathBuf>,
    /// The folder of its crate, if that is known.
    folder: Option<PathBuf>,
}

impl Origin {
    pub(crate) fn of(source: &Source) -> Origin {
        match source {
            Source::Path(path) => Origin { file: Some(path.clone()), folder: None },
            Source::Bytes(_) => Origin::default(),
        }
    }

    /// Notes the folder of its crate; what a shell calls the crate's plugin, where it is known.
    pub(crate) fn belongs_to(&mut self, folder: &Path, features: &Features) -> Option<String> {
        self.folder = Some(folder.to_owned());
        build::label(folder, features)
    }

    /// Names the frames of a trap by line tables, if there are any: the artifact's, or its twin's.
    pub(crate) fn name_frames(&self, wasm: &[u8], error: &mut Error, addresses: &[u64]) {
        let Error::Trapped { frames, .. } = error else { return };
        let mut found = symbols::frames(wasm, addresses);
        if let (true, Some(file)) = (found.is_empty(), &self.file) {
            found = symbols::frames_of_twin(wasm, file, self.folder.as_deref(), addresses).unwrap_or_default();
        }
        if !found.is_empty() {
            *frames = failure::of_the_author(found);
        }
    }
}

/// What is under test, and what came of its calls so far.
#[derive(Debug, Default)]
pub(crate) struct Subject {
    /// What a shell calls it, and its host.
    pub(crate) again: Arc<Again>,
    /// Whether no call depends on those before it, so that one can be made again alone.
    forgets: bool,
    traces: History,
}

impl Subject {
    pub(crate) fn new(again: Again) -> Subject {
        Subject { again: again.into(), ..Subject::default() }
    }

    /// As [`Subject::new`], of calls that do not depend on those before them.
    pub(crate) fn without_memory(again: Again) -> Subject {
        Subject { forgets: true, ..Subject::new(again) }
    }

    /// The outcome of a call, given its output and how a trace shows it; it is added to the traces.
    pub(crate) fn finish<T>(
        &mut self,
        name: &str,
        what: What,
        result: Result<(T, Shown)>,
        events: Vec<Event>,
        spent: Spent,
    ) -> Outcome<T> {
        let (result, shown) = match result {
            Ok((output, shown)) => (Ok(output), shown),
            Err(error) => (Err(error), Shown::Text(String::new())),
        };
        let earlier = if self.forgets { 0 } else { self.traces.len() };
        let outcome = Outcome {
            result,
            call: Call { again: Arc::clone(&self.again), earlier, name: name.into(), what },
            shown,
            events,
            fuel: spent.fuel,
            pages: spent.pages,
            duration: spent.duration,
            crossed: spent.crossed,
        };
        self.traces.push(outcome.past());
        outcome
    }

    /// The traces of the calls so far.
    pub(crate) fn trace(&self) -> String {
        self.traces.render()
    }
}
