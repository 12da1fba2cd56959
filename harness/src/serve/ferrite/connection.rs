//! One client's socket.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::Instant;

use super::hub::{Left, Output, Owner, State, UNREAD_BY_ITSELF, Words};
use crate::hosts::ferrite::{Download, Protocol, Reply};
use crate::serve::resp::Requests;

/// What is read at once.
const CHUNK: usize = 64 * 1024;
/// The most commands that run before another client has its turn.
const BATCH: usize = 1000;

pub(super) async fn serve<S>(socket: S, address: SocketAddr, owner: Owner)
where
    S: AsyncRead + AsyncWrite + Send + 'static,
{
    let _counted = Counted::new(&owner);
    let (reader, mut writer) = tokio::io::split(socket);
    let (sender, receiver) = unbounded_channel();
    let state = Arc::new(State::default());
    let output = Output { sender: sender.clone(), state: Arc::clone(&state) };
    let id = match owner.ask(move |hub| hub.connect(&address.to_string(), output)).await {
        Some(Ok(id)) => id,
        Some(Err(error)) => {
            let _ = writer.write_all(&Reply::Error(error).encode(Protocol::Resp2)).await;
            let _ = writer.shutdown().await;
            return;
        }
        None => return,
    };
    let writing = tokio::spawn(write(writer, receiver, Arc::clone(&state)));
    if let Err(message) = read(reader, id, &owner, &state).await {
        let _ = sender.send(Reply::Error(message).encode(Protocol::Resp2));
    }
    // What was sent before the end is answered; then the writer ends with its last sender.
    owner.ask(move |hub| hub.disconnect(id)).await;
    drop(sender);
    let _ = writing.await;
}

/// A connection, as long as it is there.
struct Counted(Arc<AtomicUsize>);

impl Counted {
    fn new(owner: &Owner) -> Counted {
        owner.connections.fetch_add(1, Ordering::Relaxed);
        Counted(Arc::clone(&owner.connections))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Reads until the client or the server ends the connection.
///
/// # Errors
/// What is malformed, for the client.
async fn read<S: AsyncRead>(mut reader: ReadHalf<S>, id: u64, owner: &Owner, state: &State) -> Result<(), String> {
    let mut requests = Requests::default();
    let mut chunk = vec![0; CHUNK];
    let mut begun = None;
    loop {
        let mut batch = Vec::new();
        let malformed = loop {
            match requests.next(state.authenticated.load(Ordering::Relaxed)) {
                Ok(Some(words)) => batch.push(words),
                Ok(None) => break None,
                Err(error) => break Some(error),
            }
            // Before it has logged in, a client's next command may depend on the one before.
            let is_due = batch.len() >= BATCH || !state.authenticated.load(Ordering::Relaxed);
            if is_due && run(owner, id, state, std::mem::take(&mut batch)).await.is_none() {
                return Ok(());
            }
        };
        if run(owner, id, state, batch).await.is_none() {
            return Ok(());
        }
        if let Some(error) = malformed {
            return Err(error.to_string());
        }
        // A client that sends half a command and stops holds its connection, and what it has sent.
        begun = requests.is_begun().then(|| begun.unwrap_or_else(Instant::now));
        let read = tokio::select! {
            read = reader.read(&mut chunk) => read,
            () = closed(state) => return Ok(()),
            () = until(begun.map(|begun| begun + owner.patience)) => {
                return Err(format!("ERR Protocol error: half a command for {:?}", owner.patience));
            }
        };
        match read {
            Ok(0) | Err(_) => return Ok(()),
            Ok(length) => requests.feed(&chunk[..length]),
        }
    }
}

/// Runs commands in order; what one needs of the network is downloaded here, while others go on. `None` where the
/// server has ended.
async fn run(owner: &Owner, id: u64, state: &State, commands: Vec<Words>) -> Option<()> {
    let mut left = Left { commands: commands.into(), url: None };
    let mut download = None;
    while !left.commands.is_empty() {
        let (commands, given) = (std::mem::take(&mut left.commands), download.take());
        left = owner.ask(move |hub| hub.run(id, commands, given)).await?;
        sent(state).await;
        if let Some(url) = left.url.take() {
            download = Some(tokio::task::spawn_blocking(move || Download::start(url)).await.ok()?);
        }
    }
    Some(())
}

async fn until(moment: Option<Instant>) {
    match moment {
        Some(moment) => tokio::time::sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

/// Waits until the client has read most of what it was sent.
async fn sent(state: &State) {
    loop {
        let changed = state.changed.notified();
        if state.unread.load(Ordering::Relaxed) <= UNREAD_BY_ITSELF || state.closed.load(Ordering::Relaxed) {
            return;
        }
        changed.await;
    }
}

async fn closed(state: &State) {
    loop {
        let changed = state.changed.notified();
        if state.closed.load(Ordering::Relaxed) {
            return;
        }
        changed.await;
    }
}

async fn write<S: AsyncWrite>(mut writer: WriteHalf<S>, mut receiver: UnboundedReceiver<Vec<u8>>, state: Arc<State>) {
    while let Some(bytes) = receiver.recv().await {
        let sent = writer.write_all(&bytes).await;
        state.unread.fetch_sub(bytes.len().min(state.unread.load(Ordering::Relaxed)), Ordering::Relaxed);
        if sent.is_err() {
            state.closed.store(true, Ordering::Relaxed);
        }
        state.changed.notify_waiters();
        if sent.is_err() {
            break;
        }
    }
    let _ = writer.shutdown().await;
}
