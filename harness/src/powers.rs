//! What is done with any guest, whatever its host: each works on a [`Guest`](crate::Guest) and a
//! [`Watch`](crate::Watch), and knows no host.

pub mod faults;
