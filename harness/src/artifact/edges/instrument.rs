//! The module, written again with counters in it.

use wasm_encoder::reencode::{self, Reencode, utils};
use wasm_encoder::{
    CodeSection, ExportKind, ExportSection, Function, Instruction, MemArg, MemorySection, MemoryType, SectionId,
};
use wasmparser::{ExportSectionReader, FunctionBody, MemorySectionReader, Operator, Parser, Payload};

use super::EXPORT;
use crate::artifact::strip::strip;
use crate::error::{Error, Result};

/// The bytes of a page of memory.
const PAGE: u64 = 64 * 1024;

/// The artifact with counters, without names and debug information.
///
/// # Errors
/// [`Error::InvalidModule`].
pub(crate) fn instrument(wasm: &[u8]) -> Result<Vec<u8>> {
    let stripped = strip(wasm)?;
    // The memory and its export come before the code in which the counters are counted.
    let (memory, counted) = count(&stripped)
        .map_err(|error: wasmparser::BinaryReaderError| Error::InvalidModule { reason: error.to_string() })?;
    let mut counting = Counting { memory, counted, next: 0, is_declared: false };
    let mut module = wasm_encoder::Module::new();
    counting
        .parse_core_module(&mut module, Parser::new(0), &stripped)
        .map_err(|error| Error::InvalidModule { reason: format!("it cannot be instrumented for coverage: {error}") })?;
    Ok(module.finish())
}

/// How many memories there are, and how many counters the code gets.
fn count(wasm: &[u8]) -> std::result::Result<(u32, u32), wasmparser::BinaryReaderError> {
    let (mut memories, mut count) = (0, 0_u32);
    for payload in Parser::new(0).parse_all(wasm) {
        match payload? {
            Payload::MemorySection(section) => memories += section.count(),
            Payload::CodeSectionEntry(body) => {
                count += 1;
                let mut operators = body.get_operators_reader()?;
                while !operators.eof() {
                    let splits = splits(&operators.read()?);
                    count += u32::from(splits && !operators.eof());
                }
            }
            _ => {}
        }
    }
    Ok((memories, count))
}

/// Whether there is another way than through this operator to what is before it or after it.
pub(crate) fn splits(operator: &Operator<'_>) -> bool {
    matches!(
        operator,
        Operator::Loop { .. }
            | Operator::If { .. }
            | Operator::Else
            | Operator::End
            | Operator::BrIf { .. }
            | Operator::BrOnNull { .. }
            | Operator::BrOnNonNull { .. }
            | Operator::BrOnCast { .. }
            | Operator::BrOnCastFail { .. }
    )
}

/// Writes the module again, with counters.
struct Counting {
    /// The index of the counters' memory.
    memory: u32,
    counted: u32,
    /// The next counter.
    next: u32,
    /// Whether the memory is there.
    is_declared: bool,
}

impl Counting {
    fn count(&mut self, function: &mut Function) {
        let at = MemArg { offset: u64::from(self.next), align: 0, memory_index: self.memory };
        self.next += 1;
        [
            Instruction::I32Const(0),
            Instruction::I32Const(0),
            Instruction::I32Load8U(at),
            Instruction::I32Const(1),
            Instruction::I32Add,
            Instruction::I32Store8(at),
        ]
        .iter()
        .for_each(|instruction| {
            function.instruction(instruction);
        });
    }

    fn declare(&mut self, memories: &mut MemorySection) {
        let pages = u64::from(self.counted).div_ceil(PAGE).max(1);
        memories.memory(MemoryType {
            minimum: pages,
            // Extism takes a memory that is as large as it may get for one that is full.
            maximum: Some(pages + 1),
            memory64: false,
            shared: false,
            page_size_log2: None,
        });
        self.is_declared = true;
    }
}

impl Reencode for Counting {
    type Error = std::convert::Infallible;

    fn parse_memory_section(
        &mut self,
        memories: &mut MemorySection,
        section: MemorySectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error> {
        utils::parse_memory_section(self, memories, section)?;
        self.declare(memories);
        Ok(())
    }

    fn intersperse_section_hook(
        &mut self,
        module: &mut wasm_encoder::Module,
        _: Option<SectionId>,
        before: Option<SectionId>,
    ) -> std::result::Result<(), reencode::Error> {
        let is_early = matches!(
            before,
            Some(SectionId::Type | SectionId::Import | SectionId::Function | SectionId::Table | SectionId::Memory)
        );
        if !self.is_declared && !is_early {
            let mut memories = MemorySection::new();
            self.declare(&mut memories);
            module.section(&memories);
        }
        Ok(())
    }

    fn parse_export_section(
        &mut self,
        exports: &mut ExportSection,
        section: ExportSectionReader<'_>,
    ) -> std::result::Result<(), reencode::Error> {
        utils::parse_export_section(self, exports, section)?;
        exports.export(&format!("{EXPORT}{}", self.counted), ExportKind::Memory, self.memory);
        Ok(())
    }

    fn parse_function_body(
        &mut self,
        code: &mut CodeSection,
        body: FunctionBody<'_>,
    ) -> std::result::Result<(), reencode::Error> {
        let mut function = self.new_function_with_parsed_locals(&body)?;
        self.count(&mut function);
        let mut operators = body.get_operators_reader()?;
        while !operators.eof() {
            let operator = operators.read()?;
            let splits = splits(&operator);
            function.instruction(&self.instruction(operator)?);
            if splits && !operators.eof() {
                self.count(&mut function);
            }
        }
        code.function(&function);
        Ok(())
    }
}
