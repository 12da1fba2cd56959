;; Line tables that are none.
(module (memory (export "memory") 1) (func (export "run") unreachable) (@custom ".debug_info" "\ff\ff\ff\ff\00\01\02") (@custom ".debug_line" "\ff\ff\ff\ff\ff\ff\ff\ff") (@custom ".debug_abbrev" "\01\11\01"))
