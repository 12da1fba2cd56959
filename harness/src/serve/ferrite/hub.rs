//! The thread that owns a server, and the clients that are connected to it.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, oneshot};

use crate::hosts::ferrite::{Download, Server};

/// How often keys expire where no command comes.
const TICK: Duration = Duration::from_millis(50);
/// How many keys expire in one of these steps at most.
const EXPIRED_PER_TICK: usize = 1000;
/// How much may wait for a client that does not read: more ends its connection, as the
/// `client-output-buffer-limit` of Redis does for subscribers.
const UNREAD: usize = 64 * 1024 * 1024;

type Job = Box<dyn FnOnce(&mut Hub) + Send>;

/// The way to the thread that owns a server. The thread ends with the last of these.
#[derive(Clone)]
pub struct Owner {
    jobs: Sender<Job>,
    /// How many connections have not ended yet.
    pub(super) connections: Arc<AtomicUsize>,
    /// The longest that a command may take from its first byte to its last.
    pub(super) patience: Duration,
}

/// How much a client may leave unread before it is read from again.
pub(super) const UNREAD_BY_ITSELF: usize = 1024 * 1024;

/// A command's words.
pub(super) type Words = Vec<Vec<u8>>;

/// What is left of a client's commands.
#[derive(Default)]
pub(super) struct Left {
    pub(super) commands: VecDeque<Words>,
    /// What the first of them needs, and nobody else waits for.
    pub(super) url: Option<String>,
}

/// The server, and where its clients' replies go.
pub(super) struct Hub {
    pub(super) server: Server,
    outputs: HashMap<u64, Output>,
}

/// Where a client's replies go.
#[derive(Clone)]
pub(super) struct Output {
    pub(super) sender: UnboundedSender<Vec<u8>>,
    pub(super) state: Arc<State>,
}

/// What the server's thread and a connection's tasks tell each other.
#[derive(Default)]
pub(super) struct State {
    /// The bytes that wait to be sent.
    pub(super) unread: AtomicUsize,
    pub(super) authenticated: AtomicBool,
    /// Told when something was sent, and when the connection is to end.
    pub(super) changed: Notify,
    pub(super) closed: AtomicBool,
}

impl Owner {
    /// Starts a thread that makes a server and owns it.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn start(make: impl FnOnce() -> Server + Send + 'static) -> std::io::Result<Owner> {
        let (jobs, received) = channel();
        // Plugins recurse: 512 KiB of wasm stack, and of hooks within commands.
        let thread = std::thread::Builder::new().name("ferrite".to_owned()).stack_size(16 * 1024 * 1024);
        thread.spawn(move || run(Hub { server: make(), outputs: HashMap::new() }, &received))?;
        Ok(Owner { jobs, connections: Arc::default(), patience: Duration::from_secs(60) })
    }

    /// With this limit on the time from the first byte of a command to its last, in the place of a minute: a client
    /// that takes longer loses its connection.
    #[must_use]
    pub fn patience(mut self, limit: Duration) -> Owner {
        self.patience = limit;
        self
    }

    /// Lets the thread work on the server, and waits for what comes of it; `None` where the thread has ended.
    pub async fn with<T: Send + 'static>(&self, work: impl FnOnce(&mut Server) -> T + Send + 'static) -> Option<T> {
        self.ask(|hub| work(&mut hub.server)).await
    }

    /// As [`Owner::with`], for a thread that may block.
    pub fn with_blocking<T: Send + 'static>(&self, work: impl FnOnce(&mut Server) -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = channel();
        self.send(move |hub| drop(sender.send(work(&mut hub.server))));
        receiver.recv().ok()
    }

    /// Tells the hooks of the end, ends all connections, and waits until clients were sent their replies, for
    /// this long at most.
    pub async fn stop(&self, grace: Duration) {
        self.with(Server::stop).await;
        let sent = async {
            while self.connections.load(Ordering::Relaxed) > 0 {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        let _ = tokio::time::timeout(grace, sent).await;
    }

    pub(super) async fn ask<T: Send + 'static>(&self, work: impl FnOnce(&mut Hub) -> T + Send + 'static) -> Option<T> {
        let (sender, receiver) = oneshot::channel();
        self.send(move |hub| drop(sender.send(work(hub))));
        receiver.await.ok()
    }

    pub(super) fn send(&self, job: impl FnOnce(&mut Hub) + Send + 'static) {
        // The thread only ends with the process.
        let _ = self.jobs.send(Box::new(job));
    }
}

fn run(mut hub: Hub, jobs: &Receiver<Job>) {
    loop {
        match jobs.recv_timeout(TICK) {
            Ok(job) => job(&mut hub),
            Err(RecvTimeoutError::Timeout) => hub.server.tick(EXPIRED_PER_TICK),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        hub.deliver();
    }
}

impl Hub {
    pub(super) fn connect(&mut self, address: &str, output: Output) -> Result<u64, String> {
        let id = self.server.connect(address)?;
        output.state.authenticated.store(self.server.is_authenticated(id), Ordering::Relaxed);
        self.outputs.insert(id, output);
        Ok(id)
    }

    pub(super) fn disconnect(&mut self, id: u64) {
        self.outputs.remove(&id);
        self.server.disconnect(id);
    }

    /// Runs a client's commands in order, up to one that needs a download, or until there is much to read for it;
    /// their replies are sent as one.
    pub(super) fn run(&mut self, id: u64, mut commands: VecDeque<Words>, mut download: Option<Download>) -> Left {
        let (mut replies, mut url) = (Vec::new(), None);
        while let Some(words) = commands.pop_front() {
            if download.is_none() {
                url = self.server.wanted_download(id, &words);
            }
            if url.is_some() {
                commands.push_front(words);
                break;
            }
            self.server.execute_with(id, words, &mut replies, download.take());
            if replies.len() > UNREAD_BY_ITSELF {
                break;
            }
        }
        self.send(id, replies);
        if let Some(output) = self.outputs.get(&id) {
            output.state.authenticated.store(self.server.is_authenticated(id), Ordering::Relaxed);
        }
        Left { commands, url }
    }

    pub(super) fn send(&mut self, id: u64, bytes: Vec<u8>) {
        let Some(output) = self.outputs.get(&id) else { return };
        if bytes.is_empty() {
            return;
        }
        let unread = output.state.unread.fetch_add(bytes.len(), Ordering::Relaxed) + bytes.len();
        // Its own replies a client is let read before it sends more; what others send it piles up.
        if output.sender.send(bytes).is_err() || unread > UNREAD.saturating_mul(16) {
            self.close(id);
        }
    }

    /// Sends what clients get that did not ask for it, and ends the connections that are to end.
    fn deliver(&mut self) {
        for (id, bytes) in self.server.take_messages() {
            let unread = self.outputs.get(&id).map_or(0, |output| output.state.unread.load(Ordering::Relaxed));
            if unread > UNREAD {
                self.close(id);
            } else {
                self.send(id, bytes);
            }
        }
        let ended: Vec<u64> = self.outputs.keys().copied().filter(|id| self.server.is_closing(*id)).collect();
        ended.into_iter().for_each(|id| self.close(id));
    }

    /// Ends a connection, once it was sent what there is.
    fn close(&mut self, id: u64) {
        if let Some(output) = self.outputs.remove(&id) {
            output.state.closed.store(true, Ordering::Relaxed);
            output.state.changed.notify_waiters();
        }
        self.server.disconnect(id);
    }
}
