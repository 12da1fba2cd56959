//! The CLIENT command.

use super::Server;
use crate::hosts::ferrite::reply::Reply;
use crate::hosts::ferrite::store::{Answer, Fault, integer};

/// A connection's name, if it can be one.
pub(super) fn client_name(name: &[u8]) -> Result<String, Fault> {
    if name.iter().any(|byte| !(b'!'..=b'~').contains(byte)) {
        return Err(Fault::new("ERR Client names cannot contain spaces, newlines or special characters."));
    }
    Ok(String::from_utf8_lossy(name).into_owned())
}

/// Which connections `CLIENT KILL` means.
#[derive(Default)]
struct Filter {
    id: Option<u64>,
    address: Option<String>,
    user: Option<String>,
    spare_me: bool,
}

impl Server {
    pub(super) fn client_command(&mut self, id: u64, name: &str, words: &[Vec<u8>]) -> Answer {
        match name {
            "client|id" => Ok(Reply::Integer(id.cast_signed())),
            "client|getname" => {
                let name = &self.session(id).name;
                Ok(if name.is_empty() { Reply::Null } else { Reply::bulk(name) })
            }
            "client|setname" => {
                self.session(id).name = client_name(&words[2])?;
                Ok(Reply::OK)
            }
            "client|info" => Ok(Reply::Verbatim("txt", format!("{}\n", self.session(id).describe()))),
            "client|list" => self.client_list(words),
            "client|kill" => self.client_kill(id, words),
            _ => Err(Fault::arity("client")),
        }
    }

    fn client_list(&mut self, words: &[Vec<u8>]) -> Answer {
        let chosen: Option<Vec<u64>> = match words.get(2) {
            None => None,
            Some(option) if option.eq_ignore_ascii_case(b"id") && words.len() > 3 => {
                let ids = words[3..].iter().map(|id| integer(id).ok().and_then(|id| u64::try_from(id).ok()));
                Some(ids.collect::<Option<_>>().ok_or(Fault::new("ERR Invalid client ID"))?)
            }
            Some(option) if option.eq_ignore_ascii_case(b"type") && words.len() == 4 => {
                match words[3].to_ascii_lowercase().as_slice() {
                    b"normal" => None,
                    b"pubsub" | b"replica" | b"slave" | b"master" => Some(Vec::new()),
                    other => {
                        let other = String::from_utf8_lossy(other);
                        return Err(Fault::new(format!("ERR Unknown client type '{other}'")));
                    }
                }
            }
            Some(_) => return Err(Fault::SYNTAX),
        };
        let sessions = self.sessions.values();
        let listed = sessions.filter(|session| chosen.as_ref().is_none_or(|chosen| chosen.contains(&session.id)));
        Ok(Reply::Verbatim("txt", listed.map(|session| format!("{}\n", session.describe())).collect()))
    }

    fn client_kill(&mut self, id: u64, words: &[Vec<u8>]) -> Answer {
        let text = |word: &Vec<u8>| String::from_utf8_lossy(word).into_owned();
        if let [_, _, address] = words {
            let address = text(address);
            let found = self.sessions.values_mut().find(|session| session.address == address);
            let session = found.ok_or(Fault::new("ERR No such client"))?;
            session.closing = true;
            return Ok(Reply::OK);
        }
        let mut filter = Filter { spare_me: true, ..Filter::default() };
        let pairs = words[2..].chunks_exact(2);
        if !pairs.remainder().is_empty() {
            return Err(Fault::SYNTAX);
        }
        for pair in pairs {
            match pair[0].to_ascii_lowercase().as_slice() {
                b"id" => {
                    let number = integer(&pair[1]).ok().and_then(|id| u64::try_from(id).ok()).filter(|id| *id > 0);
                    filter.id = Some(number.ok_or(Fault::new("ERR client-id should be greater than 0"))?);
                }
                b"addr" => filter.address = Some(text(&pair[1])),
                b"user" => {
                    let user = text(&pair[1]);
                    if self.users.get(&user).is_none() {
                        return Err(Fault::new(format!("ERR No such user '{user}'")));
                    }
                    filter.user = Some(user);
                }
                b"skipme" => {
                    filter.spare_me = match pair[1].to_ascii_lowercase().as_slice() {
                        b"yes" => true,
                        b"no" => false,
                        _ => return Err(Fault::SYNTAX),
                    };
                }
                _ => return Err(Fault::SYNTAX),
            }
        }
        let mut killed = 0;
        for session in self.sessions.values_mut() {
            let meant = filter.id.is_none_or(|id| session.id == id)
                && filter.address.as_ref().is_none_or(|address| session.address == *address)
                && filter.user.as_ref().is_none_or(|user| session.user.as_ref() == Some(user))
                && !(filter.spare_me && session.id == id);
            if meant && !session.closing {
                session.closing = true;
                killed += 1;
            }
        }
        Ok(Reply::Integer(killed))
    }
}
