//! The reader of requests, fed with whatever a stranger may send, in whatever pieces.

use plugsmith_harness::serve::resp::Requests;
use proptest::prelude::*;

/// What a reader makes of bytes that come in these pieces: commands, and then perhaps an error.
fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> (Vec<Vec<Vec<u8>>>, Option<String>) {
    let mut requests = Requests::default();
    let mut commands = Vec::new();
    for piece in pieces {
        requests.feed(piece);
        loop {
            match requests.next(true) {
                Ok(Some(words)) => commands.push(words),
                Ok(None) => break,
                Err(error) => return (commands, Some(error.to_string())),
            }
        }
    }
    (commands, None)
}

/// Bytes that are nearly RESP, so that they get far.
fn nearly_resp() -> impl Strategy<Value = Vec<u8>> {
    let part = prop_oneof![
        Just(b"*".to_vec()),
        Just(b"$".to_vec()),
        Just(b"\r\n".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\"".to_vec()),
        Just(b"'".to_vec()),
        Just(b"\\x4".to_vec()),
        Just(b" ".to_vec()),
        Just(b"*2\r\n$3\r\nGET\r\n$1\r\na\r\n".to_vec()),
        (-2i64..5).prop_map(|n| n.to_string().into_bytes()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(part, 0..20).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_bytes_and_no_pieces_make_a_difference(bytes in nearly_resp(), size in 1usize..7) {
        let whole = read(std::iter::once(bytes.as_slice()));
        prop_assert_eq!(read(bytes.chunks(size)), whole);
    }

    #[test]
    fn what_a_client_sends_is_what_is_read(commands in prop::collection::vec(
        prop::collection::vec(prop::collection::vec(any::<u8>(), 0..20), 1..5), 0..5,
    ), size in 1usize..30) {
        let mut bytes = Vec::new();
        for words in &commands {
            bytes.extend(format!("*{}\r\n", words.len()).into_bytes());
            for word in words {
                bytes.extend(format!("${}\r\n", word.len()).into_bytes());
                bytes.extend_from_slice(word);
                bytes.extend_from_slice(b"\r\n");
            }
        }
        prop_assert_eq!(read(bytes.chunks(size)), (commands, None));
    }
}

#[test]
fn a_stranger_may_send_short_commands_only() {
    let next = |bytes: &[u8]| {
        let mut requests = Requests::default();
        requests.feed(bytes);
        requests.next(false).map_err(|error| error.to_string())
    };
    assert_eq!(next(b"*11\r\n").unwrap_err(), "ERR Protocol error: unauthenticated multibulk length");
    assert_eq!(next(b"*1\r\n$16385\r\n").unwrap_err(), "ERR Protocol error: unauthenticated bulk length");
    assert!(next(b"*10\r\n$16384\r\n").unwrap().is_none());
}
