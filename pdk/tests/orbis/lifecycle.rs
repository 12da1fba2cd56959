//! `init`, `execute` and `cleanup`.

use plugsmith::orbis::testing::MockHost;
use plugsmith::orbis::{Error, LifecycleOutput, lifecycle, route, state};

#[lifecycle]
fn init() -> Result<(), Error> {
    state().set("ready", &true)
}

#[lifecycle]
fn execute() -> i32 {
    7
}

fn sweep() {}

#[route(GET, "/x")]
fn x() {}

plugsmith::orbis::export_plugin!(init, execute, x, cleanup = sweep);

#[test]
fn a_function_of_the_lifecycle_stays_a_function() {
    let host = MockHost::new();
    init().unwrap();

    assert_eq!((host.state("ready"), execute()), (Some(true), 7));
}

#[test]
fn an_error_is_the_code_1_and_a_line_in_the_log() {
    let host = MockHost::new();

    assert_eq!([().finish(), 7.finish(), Ok::<_, Error>(3).finish(), Err::<(), _>("no table").finish()], [0, 7, 3, 1]);
    assert_eq!(host.logs()[0].text, "no table");
}
