//! An Orbis plugin under test.

mod call;
mod load;
mod runner;

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use call::Call;
use serde::Serialize;
use serde_json::Value as Json;

use self::runner::{Linked, Ran, Runner, of_the_host};
use super::deadline::Deadline;
use super::host::Orbis;
use super::manifest::Manifest;
use super::package::Package;
use super::record::{self, Served};
use super::request::Request;
use super::response::Response;
use super::router;
use super::server::Server;
use super::services::{Emitted, Services};
use super::{check, compiled};
use crate::artifact::build::Features;
use crate::artifact::module::Module;
use crate::artifact::source::Source;
use crate::engine::ledger::Ledger;
use crate::engine::subject::{Origin, Subject};
use crate::engine::watch::{Both, Watch};
use crate::error::{Error, Result};
use crate::trace::again::Again;
use crate::trace::call::{Shown, What};
use crate::trace::outcome::Outcome;
use crate::trace::render::{render_bytes, render_json};

/// A plugin in an Orbis host of its own: each call gets a fresh instance, state and database stay.
pub struct App {
    server: Server,
    runner: Runner,
    subject: Subject,
    served: Option<Served>,
    /// Who sees all calls besides the test's own watch.
    recorder: Option<Arc<dyn Watch>>,
    /// What the last call counted; empty unless the artifact was instrumented.
    pub(super) edges: Vec<u8>,
}

impl App {
    pub(super) fn load(source: Source, host: Orbis) -> Result<App> {
        if let Some(mistake) = host.mistake {
            return Err(mistake);
        }
        let (subject, origin) = (Subject::new(Again::from(source.label())), Origin::of(&source));
        let (wasm, manifest) = Package::find(source, host.manifest.clone())?;
        let module = Module::parse(&wasm)?;
        let abi = host.mode.abi();
        check::artifact(&module, abi)?;
        let linked = compiled::compile(&module, &wasm, abi)?;
        let services = Arc::new(Mutex::new(Services::new(&host, &manifest)?));
        let wasm: Arc<[u8]> = wasm.into();
        let ledger = Ledger::of(&wasm, origin.file.as_deref());
        let plugin = Arc::new(Linked { wasm, linked, module, manifest, ledger });
        let (mode, limits) = (host.mode, host.limits);
        Ok(App {
            server: Server::new(host.auth, host.cors),
            runner: Runner { mode, limits, plugin, services, origin, watch: None },
            subject,
            served: None,
            recorder: None,
            edges: Vec::new(),
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
        match self.prepare(request) {
            Prepared::Answered(outcome) => *outcome,
            Prepared::Handled { what, handler, context } => {
                let ran = self.runner.respond(&handler, &context);
                self.finish(what, ran, Response::shown)
            }
        }
    }

    /// As [`App::send`], for a server whose requests must not wait for each other: the app is locked before the
    /// plugin runs and after it, and not meanwhile.
    pub fn send_shared(app: &Mutex<App>, request: &Request) -> Outcome<Response> {
        let locked = || app.lock().unwrap_or_else(PoisonError::into_inner);
        let (prepared, runner) = {
            let mut app = locked();
            (app.prepare(request), app.runner.clone())
        };
        match prepared {
            Prepared::Answered(outcome) => *outcome,
            Prepared::Handled { what, handler, context } => {
                let ran = runner.respond(&handler, &context);
                locked().finish(what, ran, Response::shown)
            }
        }
    }

    /// How many bytes of a request's body a server needs to read: none where no route takes the request,
    /// whatever its body, and else one more than are taken.
    pub fn wanted_body(&self, request: &Request) -> usize {
        let (mode, manifest) = (self.runner.mode, self.manifest().parsed());
        match router::route(mode, &manifest.name, &manifest.routes, request, self.server.user(request)) {
            Ok(_) => self.runner.limits.body_bytes.saturating_add(1),
            Err(_) => 0,
        }
    }

    /// The answer, if it is not the plugin's, or what the plugin is to answer.
    fn prepare(&mut self, request: &Request) -> Prepared {
        let what = What::Request { shown: request.shown(), replay: Some(self.again(request)) };
        let Runner { mode, limits, plugin, services, .. } = self.runner.clone();
        let own = self.server.answer(
            mode,
            request,
            &plugin.manifest,
            &mut services.lock().unwrap_or_else(PoisonError::into_inner),
        );
        if let Some(response) = own {
            return Prepared::Answered(Box::new(self.finish_by_server(what, response)));
        }
        let manifest = plugin.manifest.parsed();
        let user = self.server.user(request);
        let matched = router::find(mode, limits, &manifest.name, &manifest.routes, request, user);
        match matched.and_then(|matched| self.server.stopped(&manifest.name).map_or(Ok(matched), Err)) {
            Ok(matched) => {
                let (handler, context) = (matched.route.handler.clone(), matched.context(mode, request, user));
                Prepared::Handled { what, handler, context }
            }
            Err(response) => {
                Prepared::Answered(Box::new(self.finish(what, Ran::without_plugin(response), Response::shown)))
            }
        }
    }

    /// Calls a handler with this input, past the router: its answer as it is. What says that it failed
    /// undoes an open transaction, as for [`App::send`].
    pub fn handle(&mut self, handler: &str, input: impl Serialize) -> Outcome<Json> {
        let input = serde_json::to_value(input).unwrap_or_else(|error| panic!("the input has no JSON form: {error}"));
        let what = What::Request { shown: format!("{handler} {}", render_json(&input)), replay: None };
        let mode = self.runner.mode;
        let ran = self.runner.run(handler, &input, |answer| {
            let failed = Response::of(mode, answer.clone()).is_ok_and(|response| response.status >= 400);
            Ok((answer, failed))
        });
        self.finish(what, ran, render_json)
    }

    /// As [`App::handle`], with the bytes of the input and those of the answer.
    pub(super) fn handle_raw(&mut self, handler: &str, input: &[u8]) -> Outcome<Vec<u8>> {
        let what = What::Request { shown: format!("{handler} {}", render_bytes(input)), replay: None };
        let (mode, runner) = (self.runner.mode, &self.runner);
        let ran = match check::handler(handler, self.module()) {
            Err(error) => Ran::failed(error),
            Ok(()) => runner.settle(handler, runner.called(handler, input), |answer| {
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
        let runner = &self.runner;
        let ran = match check::lifecycle(name, self.module()) {
            Err(error) => Ran::failed(error),
            Ok(()) => runner.settle(name, runner.loaded().lifecycle(name), |code| Ok((code, code != 0))),
        };
        self.finish(what, ran, i32::to_string)
    }

    /// Sends the requests that [`record`](super::record()) has written to a file, one after the other.
    ///
    /// # Errors
    /// [`Error::File`] if the file is not such a recording.
    pub fn replay(&mut self, file: impl AsRef<Path>) -> Result<Vec<Outcome<Response>>> {
        let requests = record::read(file.as_ref())?;
        Ok(requests.iter().map(|request| self.send(request)).collect())
    }

    /// What happened in all calls so far; see [`Outcome::trace`].
    pub fn trace(&self) -> String {
        self.subject.trace()
    }

    /// The value of a key of state, now.
    pub fn state(&self, key: &str) -> Option<Json> {
        self.services().state.get(key).cloned()
    }

    /// The events that the plugin has emitted so far.
    pub fn events(&self) -> Vec<Emitted> {
        self.services().emitted.iter().cloned().collect()
    }

    /// The rows of a query on the plugin's database, now.
    ///
    /// # Errors
    /// SQLite's, and that the shipped host has no database.
    pub fn query(&self, sql: &str) -> Result<Vec<Json>> {
        let services = self.services();
        let failed = |message| Error::HostFailed { function: "db_query".to_owned(), message };
        match &services.database {
            Some(shared) => shared.look(|database| {
                database.until(Deadline::after(self.runner.limits.time));
                database.query(sql, &[]).map_err(failed)
            }),
            None => Err(failed("the shipped host has no database: use Orbis::as_documented".to_owned())),
        }
    }

    /// Its manifest.
    pub fn manifest(&self) -> &Manifest {
        &self.runner.plugin.manifest
    }

    /// What the artifact is made of.
    pub fn module(&self) -> &Module {
        &self.runner.plugin.module
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
        let abi = self.runner.mode.abi();
        check::artifact(&module, abi)?;
        let linked = compiled::compile(&module, &wasm, abi)?;
        let database = self.services().database.clone();
        if let Some(database) = database {
            database.migrate()?;
        }
        self.services().adopt(&manifest);
        let wasm: Arc<[u8]> = wasm.into();
        let ledger = Ledger::of(&wasm, None);
        self.runner.plugin = Arc::new(Linked { wasm, linked, module, manifest, ledger });
        Ok(())
    }

    /// Notes where a server makes it answer (`http://127.0.0.1:8787`) and the token that logs in, for
    /// the command that makes a failed request again.
    pub fn served_at(&mut self, origin: &str, token: &str) {
        self.served = Some(Served { origin: origin.to_owned(), token: token.to_owned() });
    }

    /// Notes the crate that this is the plugin of.
    pub(crate) fn belongs_to(&mut self, folder: &Path, features: &Features) {
        if let Some(name) = self.runner.origin.belongs_to(folder, features) {
            self.subject.again = Again::from(name).into();
        }
    }

    /// The command that makes a request again.
    fn again(&self, request: &Request) -> String {
        record::curl(request, &self.manifest().parsed().name, &self.subject.again.plugin, self.served.as_ref())
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
        self.edges = ran.edges;
        let result = ran.result.map(|value| {
            let shown = Shown::Text(shown(&value));
            (value, shown)
        });
        self.subject.finish("", what, result, ran.events, ran.spent)
    }

    pub(super) fn services(&self) -> MutexGuard<'_, Services> {
        self.runner.services()
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.runner.plugin.ledger
    }

    pub(super) fn set_watch(&mut self, watch: Option<Arc<dyn Watch>>) {
        self.runner.watch = Both::of(watch, self.recorder.as_ref());
    }

    /// The artifact's bytes, and its file, if it came from one.
    pub(crate) fn wasm(&self) -> (&[u8], Option<&Path>) {
        (&self.runner.plugin.wasm, self.runner.origin.file.as_deref())
    }

    /// Lets `recorder` see all calls from now on, whoever else watches them.
    pub(crate) fn record(&mut self, recorder: Arc<dyn Watch>) {
        self.recorder = Some(recorder);
        self.set_watch(None);
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App")
            .field("plugin", &self.subject.again.plugin)
            .field("mode", &self.runner.mode)
            .finish_non_exhaustive()
    }
}

/// A request that the server has looked at.
enum Prepared {
    /// It is answered.
    Answered(Box<Outcome<Response>>),
    /// A handler is to answer it, given this context.
    Handled { what: What, handler: String, context: Json },
}
