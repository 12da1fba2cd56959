//! A connection to the Redis, or to a cluster.

use std::time::{Duration, Instant};

use redis::cluster::{ClusterClientBuilder, ClusterConnection};
use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use redis::{Client, Cmd, Connection, ConnectionInfo, ConnectionLike as _, ProtocolVersion, RedisError, Script, Value};

use super::Fault;
use super::words::{command, words};
use crate::hosts::ferrite::reply::Protocol;

/// How long a command may take, and a connection to open.
const PATIENCE: Duration = Duration::from_secs(10);
/// A connection that was idle for longer is asked whether it is still there.
const IDLE: Duration = Duration::from_secs(1);

/// Where the Redis is.
pub(super) struct Target {
    info: ConnectionInfo,
    is_cluster: bool,
}

/// A connection.
pub(super) struct Link {
    wire: Wire,
    database: usize,
    used: Instant,
    is_broken: bool,
}

enum Wire {
    One(Box<Connection>),
    Cluster(Box<ClusterConnection>),
}

impl Target {
    /// Asks what is there whether it is one of a cluster.
    pub(super) fn find(info: ConnectionInfo) -> Result<Target, Fault> {
        let mut target = Target { info, is_cluster: false };
        let mut link = target.connect(Protocol::Resp2)?;
        let info = match link.ask(&words(&["INFO", "cluster"]))? {
            Value::BulkString(text) => String::from_utf8_lossy(&text).into_owned(),
            _ => String::new(),
        };
        target.is_cluster = info.contains("cluster_enabled:1");
        Ok(target)
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    fn url(&self) -> String {
        self.info.addr().to_string()
    }

    fn with_protocol(&self, protocol: Protocol) -> ConnectionInfo {
        let version = if protocol == Protocol::Resp3 { ProtocolVersion::RESP3 } else { ProtocolVersion::RESP2 };
        let settings = self.info.redis_settings().clone().set_protocol(version).set_skip_set_lib_name();
        self.info.clone().set_redis_settings(settings)
    }

    /// Opens a connection.
    pub(super) fn connect(&self, protocol: Protocol) -> Result<Link, Fault> {
        let fails = |error: RedisError| {
            Fault::new(format!("ERR the store at {} cannot be reached: {}", self.url(), fault(&error)))
        };
        let info = self.with_protocol(protocol);
        let database = usize::try_from(info.redis_settings().db()).unwrap_or(0);
        let wire = if self.is_cluster {
            let version = info.redis_settings().protocol();
            let client = ClusterClientBuilder::new([info]).use_protocol(version).connection_timeout(PATIENCE);
            let connection = client.response_timeout(PATIENCE).build().and_then(|client| client.get_connection());
            Wire::Cluster(Box::new(connection.map_err(fails)?))
        } else {
            let connection = Client::open(info).and_then(|client| client.get_connection_with_timeout(PATIENCE));
            let connection = connection.map_err(fails)?;
            connection.set_read_timeout(Some(PATIENCE)).map_err(fails)?;
            connection.set_write_timeout(Some(PATIENCE)).map_err(fails)?;
            Wire::One(Box::new(connection))
        };
        Ok(Link { wire, database, used: Instant::now(), is_broken: false })
    }

    /// Clients for each node that has keys of its own, to listen there.
    pub(super) fn nodes(&self, link: &mut Link) -> Result<Vec<Client>, Fault> {
        let info = self.with_protocol(Protocol::Resp2);
        let infos = match &link.wire {
            Wire::One(_) => vec![info],
            Wire::Cluster(_) => {
                let address = |(host, port): (String, u16)| {
                    let addr = match self.info.addr().clone() {
                        redis::ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
                            redis::ConnectionAddr::TcpTls { host, port, insecure, tls_params }
                        }
                        _ => redis::ConnectionAddr::Tcp(host, port),
                    };
                    info.clone().set_addr(addr)
                };
                link.primaries()?.into_iter().map(address).collect()
            }
        };
        let clients = infos.into_iter().map(|info| Client::open(info).map_err(|error| fault(&error)));
        clients.collect()
    }
}

impl Link {
    pub(super) fn is_cluster(&self) -> bool {
        matches!(self.wire, Wire::Cluster(_))
    }

    /// Whether the connection has failed, and must not be used again.
    pub(super) fn is_broken(&self) -> bool {
        self.is_broken
    }

    /// This connection, if the other side still answers. It is asked after a while without commands; that to a
    /// cluster opens itself again.
    pub(super) fn alive(mut self) -> Option<Link> {
        let is_alive = self.used.elapsed() < IDLE || self.is_cluster() || self.ask(&words(&["PING"])).is_ok();
        is_alive.then_some(self)
    }

    /// Sends a command.
    pub(super) fn ask(&mut self, words: &[Vec<u8>]) -> Result<Value, Fault> {
        self.send(|wire| match wire {
            Wire::One(connection) => connection.req_command(&command(words)),
            Wire::Cluster(connection) => connection.req_command(&command(words)),
        })
    }

    fn send(&mut self, work: impl FnOnce(&mut Wire) -> Result<Value, RedisError>) -> Result<Value, Fault> {
        let answer = work(&mut self.wire).and_then(|value| match value {
            // One inside of an answer is part of it.
            Value::ServerError(error) => Err(RedisError::from(error)),
            value => Ok(value),
        });
        self.used = Instant::now();
        answer.map_err(|error| {
            // After a time-out the answer may still come, and would be taken for the next one's.
            self.is_broken |= error.is_io_error() || error.is_timeout() || error.is_connection_dropped();
            fault(&error)
        })
    }

    pub(super) fn select(&mut self, database: usize) -> Result<(), Fault> {
        if self.database == database {
            return Ok(());
        }
        if self.is_cluster() {
            return Err(Fault::new("ERR SELECT is not allowed in cluster mode"));
        }
        self.ask(&words(&["SELECT", &database.to_string()]))?;
        self.database = database;
        Ok(())
    }

    /// Runs a script, which is loaded where the Redis does not know it yet.
    pub(super) fn script(&mut self, script: &Script, keys: &[&[u8]], arguments: &[Vec<u8>]) -> Result<Value, Fault> {
        let mut call = script.prepare_invoke();
        for key in keys {
            call.key(*key);
        }
        for argument in arguments {
            call.arg(argument.as_slice());
        }
        let answer = self.send(|wire| match wire {
            Wire::One(connection) => call.invoke(connection.as_mut()),
            Wire::Cluster(connection) => call.invoke(connection.as_mut()),
        });
        // Where in the script it was is nobody else's matter.
        answer.map_err(|fault| Fault::new(fault.0.split(" script: ").next().unwrap_or_default().to_owned()))
    }

    /// Sends commands as one transaction: the answer to `EXEC`.
    pub(super) fn transaction(&mut self, commands: &[Vec<Vec<u8>>]) -> Result<Value, Fault> {
        let mut packed = command(&words(&["MULTI"])).get_packed_command();
        for words in commands {
            packed.extend(command(words).get_packed_command());
        }
        packed.extend(command(&words(&["EXEC"])).get_packed_command());
        self.send(|wire| {
            let answers = match wire {
                Wire::One(connection) => connection.req_packed_commands(&packed, commands.len() + 1, 1),
                Wire::Cluster(_) => Ok(Vec::new()),
            };
            answers.map(|answers| answers.into_iter().next().unwrap_or(Value::Nil))
        })
    }

    /// A step of a scan, which goes on from node to node in a cluster: the node is part of the cursor.
    pub(super) fn scan(&mut self, cursor: &[u8], rest: &[Vec<u8>]) -> Result<Value, Fault> {
        let step = |cursor: &[u8]| {
            let mut words = vec![b"SCAN".to_vec(), cursor.to_vec()];
            words.extend_from_slice(rest);
            words
        };
        if !self.is_cluster() {
            return self.ask(&step(cursor));
        }
        let nodes = self.primaries()?;
        let count = nodes.len().max(1) as u64;
        let cursor = std::str::from_utf8(cursor).ok().and_then(|cursor| cursor.parse::<u64>().ok());
        let cursor = cursor.ok_or(Fault::new("ERR invalid cursor"))?;
        let (own, index) = (cursor / count, (cursor % count) as usize);
        let Some((host, port)) = nodes.get(index).cloned() else { return Err(Fault::new("ERR invalid cursor")) };
        let call: Cmd = command(&step(own.to_string().as_bytes()));
        let answer = self.send(|wire| match wire {
            Wire::One(connection) => connection.req_command(&call),
            Wire::Cluster(connection) => connection
                .route_command(&call, RoutingInfo::SingleNode(SingleNodeRoutingInfo::ByAddress { host, port })),
        })?;
        let Value::Array(mut parts) = answer else { return Ok(answer) };
        if let Some(Value::BulkString(next)) = parts.first_mut() {
            let own: u64 = std::str::from_utf8(next).ok().and_then(|next| next.parse().ok()).unwrap_or(0);
            let is_last = index + 1 == nodes.len();
            let go_on = match own {
                0 if is_last => 0,
                0 => index as u64 + 1,
                own => own.saturating_mul(count).saturating_add(index as u64),
            };
            *next = go_on.to_string().into_bytes();
        }
        Ok(Value::Array(parts))
    }

    /// The nodes of a cluster that have slots, each once.
    fn primaries(&mut self) -> Result<Vec<(String, u16)>, Fault> {
        let mut found: Vec<(String, u16)> = Vec::new();
        let Value::Array(ranges) = self.ask(&words(&["CLUSTER", "SLOTS"]))? else { return Ok(found) };
        for range in ranges {
            let Value::Array(parts) = range else { continue };
            let Some(Value::Array(node)) = parts.into_iter().nth(2) else { continue };
            if let [Value::BulkString(host), Value::Int(port), ..] = node.as_slice() {
                let node = (String::from_utf8_lossy(host).into_owned(), u16::try_from(*port).unwrap_or(0));
                if !found.contains(&node) {
                    found.push(node);
                }
            }
        }
        found.sort();
        Ok(found)
    }
}

/// An error in Redis' words.
pub(super) fn fault(error: &RedisError) -> Fault {
    match error.code() {
        Some(code) => Fault::new(format!("{code} {}", error.detail().unwrap_or_default()).trim_end().to_owned()),
        None => Fault::new(format!("ERR the store does not answer: {error}")),
    }
}
