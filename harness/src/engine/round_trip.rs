//! Values of a data type on their way through the artifact, in an instance of its own without a host.

use std::fmt::Debug;

use plugsmith::protocol::metadata::{ROUND_TRIP, Record};
use plugsmith::testing::SeededRandom;
use plugsmith::{DataType, Encoded, HostError};
use wasmtime::{Engine, Linker, Store, TypedFunc};

use crate::engine::alarm::Alarm;
use crate::engine::bounds::Bounds;
use crate::engine::compiled::cache_config;
use crate::engine::limits::Limits;
use crate::engine::plugin::Plugin;

const WIDTH: &str = "`usize` and pointers have 4 bytes in the artifact and 8 in this test: encode numbers in a type of \
                     fixed width, such as `u64`";

impl Plugin {
    /// Checks, for 256 values that `make` makes from seeded randomness, that the artifact reads each
    /// value's bytes as this test does, and writes the same. It includes what
    /// [`plugsmith::testing::assert_round_trips`] checks, and finds what that cannot: an encoding
    /// that differs on wasm32, where `usize` has 4 bytes.
    ///
    /// ```no_run
    /// // Needs the plugin of the crate it stands in.
    /// # use plugsmith_harness::plugsmith;
    /// #[plugsmith::data_type(name = "COUNTER")]
    /// #[derive(Debug, PartialEq)]
    /// struct Counter { hits: u64 }
    ///
    /// plugsmith_harness::plugin!().assert_round_trips(|random| Counter { hits: random.u64() });
    /// ```
    ///
    /// # Panics
    /// With the first value that differs; and for an artifact that has no such type, or that was
    /// built without debug assertions, as those that are shipped.
    #[track_caller]
    pub fn assert_round_trips<T: DataType + PartialEq + Debug>(&self, mut make: impl FnMut(&mut SeededRandom) -> T) {
        // The same seed, so the same values.
        plugsmith::testing::assert_round_trips(&mut make);
        let name = T::NAME;
        let mut passage = match Passage::open(self.wasm(), name) {
            Ok(Some(passage)) => passage,
            Ok(None) => panic!(
                "the artifact has no way in for values of {name}: it needs `#[data_type(name = {name:?})]` and a build \
                 with debug assertions, such as that of `plugin!()`"
            ),
            Err(why) => panic!("{name}: {why}"),
        };
        let mut random = SeededRandom::default();
        for round in 0..256 {
            let value = make(&mut random);
            if let Err(why) = passage.compare(&value.encode(), value.shown()) {
                panic!("value {round} of {name}: {why}\n{value:?}");
            }
        }
    }

    /// Refuses bytes in storage that the artifact reads as another value than this test.
    pub(super) fn refuse_misread<T: DataType>(&self, encoded: &Encoded, value: &T) -> Result<(), HostError> {
        // The encoding that is supplied is the same on every target, and migrations are not passed through.
        let is_own = self.module().records.iter().any(|record| match record {
            Record::DataType(record) => record.name == T::NAME && record.encoding != "compact",
            _ => false,
        });
        if !is_own || encoded.version != T::VERSION {
            return Ok(());
        }
        let misread = |why: String| HostError::new(format!("{}: {why}", T::NAME));
        let Some(mut passage) = Passage::open(self.wasm(), T::NAME).map_err(misread)? else { return Ok(()) };
        passage.compare(&encoded.bytes, value.shown()).map_err(misread)
    }
}

/// An instance of the artifact that values pass through.
struct Passage {
    store: Store<Bounds>,
    step: TypedFunc<(i32, i32), i32>,
    /// Of each value: a decoder that never ends ends here.
    limits: Limits,
}

impl Passage {
    /// Of this data type; `None` where the artifact has none, or no export for it.
    fn open(wasm: &[u8], name: &str) -> Result<Option<Passage>, String> {
        let mut config = wasmtime::Config::new();
        config.consume_fuel(true).epoch_interruption(true);
        config.cache(cache_config().and_then(|path| wasmtime::Cache::from_file(Some(path)).ok()));
        let open = || -> wasmtime::Result<Option<Passage>> {
            let engine = Engine::new(&config)?;
            let module = wasmtime::Module::new(&engine, wasm)?;
            let export = format!("{ROUND_TRIP}{name}");
            if module.get_export(&export).is_none() {
                return Ok(None);
            }
            let limits = Limits::default();
            let mut store = Store::new(&engine, Bounds::new(limits.memory_pages as usize * 65536));
            store.limiter(|bounds| bounds);
            store.set_fuel(limits.fuel)?;
            store.set_epoch_deadline(1);
            let _alarm = limits.timeout.map(|limit| Alarm::set(&engine, limit));
            let mut linker = Linker::new(&engine);
            linker.define_unknown_imports_as_traps(&module)?;
            let instance = linker.instantiate(&mut store, &module)?;
            let step = instance.get_typed_func(&mut store, &export)?;
            Ok(Some(Passage { store, step, limits }))
        };
        open().map_err(|error| format!("{error:#}"))
    }

    /// Holds what the artifact makes of these bytes against them, and against the value that they are here.
    fn compare(&mut self, bytes: &[u8], shown: Option<String>) -> Result<(), String> {
        let passed = self.pass(bytes).map_err(|error| format!("the artifact does not get through: {error:#}"))?;
        let (written, seen) = passed.map_err(|why| {
            format!("this test writes {} bytes, which the artifact does not decode: {why}; {WIDTH}", bytes.len())
        })?;
        if let (Some(here), Some(there)) = (&shown, &seen)
            && words(here) != words(there)
        {
            return Err(format!(
                "the same {} bytes are `{there}` in the artifact and `{here}` in this test; {WIDTH}",
                bytes.len()
            ));
        }
        if written != bytes {
            // Both may be right where an order is left to chance, as that of a HashMap is.
            let (mut here, mut there) = (bytes.to_vec(), written.clone());
            here.sort_unstable();
            there.sort_unstable();
            if here != there {
                return Err(format!(
                    "{} bytes come back from the artifact as {}: {} and {}; {WIDTH}",
                    bytes.len(),
                    written.len(),
                    crate::text::hex(bytes),
                    crate::text::hex(&written),
                ));
            }
        }
        Ok(())
    }

    /// The bytes and the text that the artifact gives back, or why it reads no value.
    #[expect(clippy::type_complexity, reason = "a failure of the instance, and one of the value")]
    fn pass(&mut self, bytes: &[u8]) -> wasmtime::Result<Result<(Vec<u8>, Option<String>), String>> {
        self.store.set_fuel(self.limits.fuel)?;
        self.store.set_epoch_deadline(1);
        let _alarm = self.limits.timeout.map(|limit| Alarm::set(self.store.engine(), limit));
        self.step(6, 0)?;
        for byte in bytes {
            self.step(0, (*byte).into())?;
        }
        let refused = self.step(1, 0)? != 0;
        let written = self.read(2, 3)?.unwrap_or_default();
        if refused {
            return Ok(Err(String::from_utf8_lossy(&written).into_owned()));
        }
        let shown = self.read(4, 5)?.map(|text| String::from_utf8_lossy(&text).into_owned());
        Ok(Ok((written, shown)))
    }

    /// As many bytes as the one step says, by the other.
    fn read(&mut self, length: i32, byte: i32) -> wasmtime::Result<Option<Vec<u8>>> {
        let length = self.step(length, 0)?;
        if length < 0 {
            return Ok(None);
        }
        // A step that gives no byte ends it, whatever the length said.
        let mut bytes = Vec::new();
        for index in 0..length {
            match u8::try_from(self.step(byte, index)?) {
                Ok(byte) => bytes.push(byte),
                Err(_) => break,
            }
        }
        Ok(Some(bytes))
    }

    fn step(&mut self, step: i32, operand: i32) -> wasmtime::Result<i32> {
        self.step.call(&mut self.store, (step, operand))
    }
}

/// The words of a value's text, sorted, because the order of a set or a map may be left to chance.
fn words(text: &str) -> Vec<&str> {
    let mut words: Vec<_> =
        text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.sort_unstable();
    words
}
