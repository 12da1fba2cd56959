//! An Orbis plugin under test.

mod call;
mod load;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use call::Call;
use serde::Serialize;
use serde_json::Value as Json;
use wasmtime::InstancePre;

use super::deadline::Deadline;
use super::failure::Trapped;
use super::host::Orbis;
use super::instance::{Finished, Loaded};
use super::limits::Limits;
use super::manifest::Manifest;
use super::mode::Mode;
use super::package::Package;
use super::record::{self, Served};
use super::request::Request;
use super::response::Response;
use super::router;
use super::running::Running;
use super::server::Server;
use super::services::{Emitted, Services};
use super::{check, compiled};
use crate::artifact::build::{self, Features};
use crate::artifact::ledger;
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::artifact::symbols;
use crate::engine::failure;
use crate::engine::watch::Watch;
use crate::error::{Error, Result};
use crate::trace::call::{self as traced, Past, Shown, What};
use crate::trace::event::{Event, HostCall};
use crate::trace::outcome::Outcome;
use crate::trace::render::{render_bytes, render_json};

/// A plugin in an Orbis host of its own: each call gets a fresh instance, state and database stay.
pub struct App {
    mode: Mode,
    limits: Limits,
    server: Server,
    wasm: Arc<[u8]>,
    linked: Arc<InstancePre<Running>>,
    module: Module,
    manifest: Manifest,
    services: Arc<Mutex<Services>>,
    traces: Vec<Past>,
    label: Arc<str>,
    /// The artifact's file, if it came from one.
    artifact: Option<PathBuf>,
    /// The folder of the artifact's crate, if that is known.
    folder: Option<PathBuf>,
    served: Option<Served>,
    /// Who watches its host calls.
    pub(super) watch: Option<Arc<dyn Watch>>,
}

impl App {
    pub(super) fn load(source: Source, host: Orbis) -> Result<App> {
        if let Some(mistake) = host.mistake {
            return Err(mistake);
        }
        let label = source.label().into();
        let artifact = match &source {
            Source::Path(path) => Some(path.clone()),
            Source::Bytes(_) => None,
        };
        let (wasm, manifest) = Package::find(source, host.manifest.clone())?;
        let module = Module::parse(&wasm)?;
        let abi = host.mode.abi();
        check::artifact(&module, abi)?;
        let linked = compiled::compile(&module, &wasm, abi)?;
        let services = Arc::new(Mutex::new(Services::new(&host, &manifest)?));
        Ok(App {
            mode: host.mode,
            limits: host.limits,
            server: Server::new(host.auth, host.cors),
            wasm: wasm.into(),
            linked,
            module,
            manifest,
            services,
            traces: Vec::new(),
            label,
            artifact,
            folder: None,
            served: None,
            watch: None,
        })
    }

    /// A GET request for this path within the plugin.
    pub fn get(&mut self, path: &str) -> Call<'_> {
        Call::new(self, "GET", path)
    }

    /// A POST request.
    pub fn post(&mut self, path: &str) -> Call<'_> {
        Call::new(self, "POST", path)
    }

    /// A PUT request.
    pub fn put(&mut self, path: &str) -> Call<'_> {
        Call::new(self, "PUT", path)
    }

    /// A PATCH request.
    pub fn patch(&mut self, path: &str) -> Call<'_> {
        Call::new(self, "PATCH", path)
    }

    /// A DELETE request.
    pub fn delete(&mut self, path: &str) -> Call<'_> {
        Call::new(self, "DELETE", path)
    }

    /// A request of any method.
    pub fn request(&mut self, method: &str, path: &str) -> Call<'_> {
        Call::new(self, method, path)
    }

    /// Sends a request; see [`Call::send`].
    pub fn send(&mut self, request: &Request) -> Outcome<Response> {
        let what = What::Request { shown: request.shown(), replay: Some(self.again(request)) };
        let own = self.server.answer(
            self.mode,
            request,
            &self.manifest,
            &mut self.services.lock().unwrap_or_else(PoisonError::into_inner),
        );
        if let Some(response) = own {
            return self.finish_by_server(what, response);
        }
        let manifest = self.manifest.parsed();
        let user = self.server.user(request);
        let matched = router::find(self.mode, self.limits, &manifest.name, &manifest.routes, request, user);
        let matched = match matched.and_then(|matched| self.server.stopped(&manifest.name).map_or(Ok(matched), Err)) {
            Ok(matched) => matched,
            Err(response) => return self.finish(what, Ran::without_plugin(response), Response::shown),
        };
        let handler = matched.route.handler.clone();
        let context = matched.context(self.mode, request, user);
        let mode = self.mode;
        let ran = self.run(&handler, &context, |answer| {
            let response = Response::of(mode, answer)?;
            let failed = response.status >= 400;
            Ok((response, failed))
        });
        self.finish(what, ran, Response::shown)
    }

    /// Calls a handler with this input, past the router: its answer as it is. What says that it failed
    /// undoes an open transaction, as for [`App::send`].
    pub fn handle(&mut self, handler: &str, input: impl Serialize) -> Outcome<Json> {
        let input = serde_json::to_value(input).unwrap_or_else(|error| panic!("the input has no JSON form: {error}"));
        let what = What::Request { shown: format!("{handler} {}", render_json(&input)), replay: None };
        let mode = self.mode;
        let ran = self.run(handler, &input, |answer| {
            let failed = Response::of(mode, answer.clone()).is_ok_and(|response| response.status >= 400);
            Ok((answer, failed))
        });
        self.finish(what, ran, render_json)
    }

    /// As [`App::handle`], with the bytes of the input and those of the answer.
    pub(super) fn handle_raw(&mut self, handler: &str, input: &[u8]) -> Outcome<Vec<u8>> {
        let what = What::Request { shown: format!("{handler} {}", render_bytes(input)), replay: None };
        let mode = self.mode;
        let ran = match check::handler(handler, &self.module) {
            Err(error) => Ran::failed(error),
            Ok(()) => self.settle(handler, self.loaded().call(handler, input), |answer| {
                let bytes = answer.to_string().into_bytes();
                let failed = Response::of(mode, answer).is_ok_and(|response| response.status >= 400);
                Ok((bytes, failed))
            }),
        };
        self.finish(what, ran, |bytes| render_bytes(bytes))
    }

    /// Calls `init`, `execute` or `cleanup`. The shipped host never does, so what they make must not be
    /// needed; a number other than 0 is an error, as the page has it, though Orbis' own SDK answers 1
    /// for success.
    pub fn lifecycle(&mut self, name: &str) -> Outcome<i32> {
        let what = What::Request { shown: name.to_owned(), replay: None };
        let ran = match check::lifecycle(name, &self.module) {
            Err(error) => Ran::failed(error),
            Ok(()) => self.settle(name, self.loaded().lifecycle(name), |code| Ok((code, code != 0))),
        };
        self.finish(what, ran, i32::to_string)
    }

    /// Sends the requests that [`record`](super::record()) has written to a file, one after the other.
    ///
    /// # Errors
    /// [`Error::File`], for what is no such file.
    pub fn replay(&mut self, file: impl AsRef<Path>) -> Result<Vec<Outcome<Response>>> {
        let requests = record::read(file.as_ref())?;
        Ok(requests.iter().map(|request| self.send(request)).collect())
    }

    /// What happened in all calls so far; see [`Outcome::trace`].
    pub fn trace(&self) -> String {
        self.traces.iter().map(Past::render).collect::<Vec<_>>().join("\n\n")
    }

    /// The value of a key of state, now.
    pub fn state(&self, key: &str) -> Option<Json> {
        self.services().state.get(key).cloned()
    }

    /// The events that the plugin has emitted so far.
    pub fn events(&self) -> Vec<Emitted> {
        self.services().emitted.clone()
    }

    /// The rows of a query on the plugin's database, now.
    ///
    /// # Errors
    /// SQLite's, and that the shipped host has no database.
    pub fn query(&self, sql: &str) -> Result<Vec<Json>> {
        let services = self.services();
        let failed = |message| Error::HostFailed { function: "db_query".to_owned(), message };
        match &services.database {
            Some(database) => {
                database.until(Deadline::after(self.limits.time));
                database.query(sql, &[]).map_err(failed)
            }
            None => Err(failed("the shipped host has no database: use Orbis::as_documented".to_owned())),
        }
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What the artifact is made of.
    pub fn module(&self) -> &Module {
        &self.module
    }

    /// Puts another artifact in its place: state, database and traces stay. New files among its
    /// migrations run first.
    ///
    /// # Errors
    /// As [`Orbis::load`]; then the app is as it was, but for the migrations that ran before one that
    /// failed.
    pub fn reload(&mut self, source: impl Into<Source>, manifest: Option<Manifest>) -> Result<()> {
        let (wasm, manifest) = Package::find(source.into(), manifest)?;
        let module = Module::parse(&wasm)?;
        let abi = self.mode.abi();
        check::artifact(&module, abi)?;
        let linked = compiled::compile(&module, &wasm, abi)?;
        let mut services = self.services();
        if let Some(database) = &mut services.database {
            database.migrate()?;
        }
        services.adopt(&manifest);
        drop(services);
        self.linked = linked;
        (self.wasm, self.module, self.manifest) = (wasm.into(), module, manifest);
        Ok(())
    }

    /// Notes where a server makes it answer (`http://127.0.0.1:8787`) and the token that logs in, for
    /// the command that makes a failed request again.
    pub fn served_at(&mut self, origin: &str, token: &str) {
        self.served = Some(Served { origin: origin.to_owned(), token: token.to_owned() });
    }

    /// Notes the crate that this is the plugin of.
    pub(crate) fn belongs_to(&mut self, folder: &Path, features: &Features) {
        if let Some(name) = build::label(folder, features) {
            self.label = name.into();
        }
        self.folder = Some(folder.to_owned());
    }

    /// The command that makes a request again.
    fn again(&self, request: &Request) -> String {
        record::curl(request, &self.manifest.parsed().name, &self.label, self.served.as_ref())
    }

    /// One call of the plugin. `convert` says what a host makes of the answer, and whether the
    /// plugin calls it a failure: then what it did in an open transaction is undone.
    fn run<T>(&self, handler: &str, input: &Json, convert: impl FnOnce(Json) -> Result<(T, bool), String>) -> Ran<T> {
        if let Err(error) = check::handler(handler, &self.module) {
            return Ran::failed(error);
        }
        self.settle(handler, self.loaded().call(handler, input.to_string().as_bytes()), convert)
    }

    fn loaded(&self) -> Loaded<'_> {
        let watch = self.watch.as_ref();
        Loaded { artifact: &self.linked, services: &self.services, limits: self.limits, abi: self.mode.abi(), watch }
    }

    /// What a call came to, once what it left open is undone.
    fn settle<A, T>(
        &self,
        handler: &str,
        finished: Finished<A>,
        convert: impl FnOnce(A) -> Result<(T, bool), String>,
    ) -> Ran<T> {
        let bad = |reason| Error::BadOutput { function: handler.to_owned(), reason };
        let result =
            finished.result.map_err(|trapped| self.explain(trapped)).and_then(|answer| convert(answer).map_err(bad));
        if let (Some(artifact), Some(_)) = (&self.artifact, &self.folder) {
            ledger::note(artifact, &self.wasm, handler, finished.fuel);
        }
        let mut events = finished.events;
        let rolled_back = self.roll_back();
        if rolled_back == Ok(true) {
            events.push(of_the_host("rollback", Ok(None)));
        }
        // The plugin does not hear of it, as in the real host.
        if let Err(reason) = self.services().state.save() {
            events.push(of_the_host("save_state", Err(reason)));
        }
        let result = match (rolled_back, result) {
            (Ok(false), result) => result.map(|(value, _)| value),
            (Ok(true), Ok((_, false))) => {
                Err(bad("it has left a transaction open: COMMIT or ROLLBACK before it answers".to_owned()))
            }
            (Ok(true), result) => result.map(|(value, _)| value),
            (Err(reason), _) => Err(bad(format!("the transaction that it left open cannot be undone: {reason}"))),
        };
        Ran { result, events, fuel: finished.fuel, pages: finished.pages, duration: finished.duration }
    }

    /// Undoes what the plugin has left open; whether it had.
    fn roll_back(&self) -> Result<bool, String> {
        self.services().database.as_ref().map_or(Ok(false), |database| database.roll_back())
    }

    /// The error, with its frames named by line tables: the artifact's, or its twin's.
    fn explain(&self, trapped: Trapped) -> Error {
        let Trapped { mut error, addresses } = trapped;
        if let Error::Trapped { frames, .. } = &mut error {
            let mut found = symbols::frames(&self.wasm, &addresses);
            if let (true, Some(artifact)) = (found.is_empty(), &self.artifact) {
                let folder = self.folder.as_deref();
                found = symbols::frames_of_twin(&self.wasm, artifact, folder, &addresses).unwrap_or_default();
            }
            if !found.is_empty() {
                *frames = failure::of_the_author(found);
            }
        }
        error
    }

    /// What the server answered itself; it may have deleted the state.
    fn finish_by_server(&mut self, what: What, response: Response) -> Outcome<Response> {
        let mut ran = Ran::without_plugin(response);
        if let Err(reason) = self.services().state.save() {
            ran.events.push(of_the_host("save_state", Err(reason)));
        }
        self.finish(what, ran, Response::shown)
    }

    fn finish<T>(&mut self, what: What, ran: Ran<T>, shown: impl FnOnce(&T) -> String) -> Outcome<T> {
        let shown = ran.result.as_ref().map(shown).unwrap_or_default();
        let outcome = Outcome {
            result: ran.result,
            call: traced::Call { label: Arc::clone(&self.label), name: String::new(), what },
            shown: Shown::Text(shown),
            events: ran.events,
            fuel: ran.fuel,
            pages: ran.pages,
            duration: ran.duration,
        };
        self.traces.push(outcome.past());
        outcome
    }

    pub(super) fn services(&self) -> MutexGuard<'_, Services> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("label", &self.label).field("mode", &self.mode).finish_non_exhaustive()
    }
}

/// What the host did of its own accord.
fn of_the_host(name: &str, result: Result<Option<String>, String>) -> Event {
    Event::Call(HostCall::of_the_host("orbis", name, Vec::new(), result, Vec::new()))
}

/// What came of running the plugin, or of not running it.
struct Ran<T> {
    result: Result<T>,
    events: Vec<Event>,
    fuel: u64,
    pages: u64,
    duration: Duration,
}

impl<T> Ran<T> {
    fn without_plugin(value: T) -> Ran<T> {
        Ran { result: Ok(value), events: Vec::new(), fuel: 0, pages: 0, duration: Duration::ZERO }
    }

    fn failed(error: Error) -> Ran<T> {
        Ran { result: Err(error), events: Vec::new(), fuel: 0, pages: 0, duration: Duration::ZERO }
    }
}
