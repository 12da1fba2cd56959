//! The order in which a host runs the entry points that it calls by itself.

use plugsmith::protocol::metadata::{Hook, Record, Transformer};

use crate::artifact::module::Module;

/// The hooks in the order in which those of one event run.
pub(crate) fn hooks(module: &Module) -> Vec<Hook> {
    in_order(module, |record| match record {
        Record::Hook(hook) => Some((hook.priority, &hook.export, hook)),
        _ => None,
    })
}

/// The transformers in the order in which those of writes run.
pub(crate) fn transformers(module: &Module) -> Vec<Transformer> {
    in_order(module, |record| match record {
        Record::Transformer(transformer) => Some((transformer.priority, &transformer.export, transformer)),
        _ => None,
    })
}

/// Records by priority, those of one priority in the order of `export_plugin!`, and those that it
/// does not name after them by their exports, because the order of records is the linker's.
fn in_order<'a, T: Clone + 'a>(
    module: &'a Module,
    find: impl Fn(&'a Record) -> Option<(i32, &'a String, &'a T)>,
) -> Vec<T> {
    let listed: Vec<&String> = module
        .records
        .iter()
        .filter_map(|record| match record {
            Record::Order(order) => Some(&order.exports),
            _ => None,
        })
        .flatten()
        .collect();
    let mut found: Vec<_> = module.records.iter().filter_map(find).collect();
    found.sort_by_cached_key(|(priority, export, _)| {
        let place = listed.iter().position(|listed| listed == export).unwrap_or(usize::MAX);
        (*priority, place, (*export).clone())
    });
    found.into_iter().map(|(_, _, record)| record.clone()).collect()
}
