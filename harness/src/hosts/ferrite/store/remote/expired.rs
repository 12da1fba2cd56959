//! Which keys have expired, as the keyspace notifications of the Redis tell it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use redis::Client;

use super::link::{Link, Target};
use super::words::words;
use super::{Fault, Place};

const CHANNELS: &str = "__keyevent@*__:expired";
/// How often a listener looks whether it is still needed, and how long it waits for a node that has gone.
const TURN: Duration = Duration::from_millis(500);

/// The keys that have expired and were not asked for yet.
pub(super) struct Expired {
    received: Receiver<Place>,
    ended: Arc<AtomicBool>,
}

impl Expired {
    /// Turns the notifications on, and listens to each node.
    pub(super) fn listen(target: &Target, link: &mut Link) -> Result<Expired, Fault> {
        turn_on(link)?;
        let (sender, received) = channel();
        let ended = Arc::new(AtomicBool::new(false));
        let (ready, listening) = channel();
        let nodes = target.nodes(link)?;
        let count = nodes.len();
        for node in nodes {
            let (sender, ended, ready) = (sender.clone(), Arc::clone(&ended), ready.clone());
            let thread = std::thread::Builder::new().name("expired".to_owned());
            let started = thread.spawn(move || {
                while !ended.load(Ordering::Relaxed) {
                    let _ = hear(&node, &sender, &ended, &ready);
                    std::thread::sleep(TURN);
                }
            });
            started.map_err(|error| Fault::new(format!("ERR the system gives no thread: {error}")))?;
        }
        for _ in 0..count {
            // Without an answer it is tried again in the background.
            let _ = listening.recv_timeout(Duration::from_secs(5));
        }
        Ok(Expired { received, ended })
    }

    pub(super) fn take(&self, limit: usize) -> Vec<Place> {
        self.received.try_iter().take(limit).collect()
    }
}

impl Drop for Expired {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}

fn hear(node: &Client, sender: &Sender<Place>, ended: &AtomicBool, ready: &Sender<()>) -> redis::RedisResult<()> {
    let mut connection = node.get_connection_with_timeout(Duration::from_secs(5))?;
    let mut events = connection.as_pubsub();
    events.psubscribe(CHANNELS)?;
    let _ = ready.send(());
    events.set_read_timeout(Some(TURN))?;
    while !ended.load(Ordering::Relaxed) {
        let event = match events.get_message() {
            Ok(event) => event,
            Err(error) if error.is_timeout() => continue,
            Err(error) => return Err(error),
        };
        let database = event.get_channel_name().trim_start_matches("__keyevent@").split('_').next();
        let database = database.and_then(|database| database.parse().ok()).unwrap_or(0);
        if sender.send((database, event.get_payload_bytes().to_vec())).is_err() {
            break;
        }
    }
    Ok(())
}

/// Adds expiry to what the Redis notifies of. Where it lets nobody see its settings, whoever runs it has seen to it.
fn turn_on(link: &mut Link) -> Result<(), Fault> {
    const NAME: &str = "notify-keyspace-events";
    let Ok(found) = link.ask(&words(&["CONFIG", "GET", NAME])) else { return Ok(()) };
    let found = plugsmith::Value::from(super::replies::reply(found));
    let flags = match &found {
        plugsmith::Value::Map(pairs) => pairs.first().and_then(|(_, flags)| flags.as_str()).unwrap_or_default(),
        _ => "",
    };
    if flags.contains('E') && (flags.contains('x') || flags.contains('A')) {
        return Ok(());
    }
    let wanted = format!("{flags}Ex");
    link.ask(&words(&["CONFIG", "SET", NAME, &wanted])).map(drop).map_err(|fault| {
        Fault::new(format!("ERR the store does not notify of keys that expire: set {NAME} to {wanted} there ({fault})"))
    })
}
