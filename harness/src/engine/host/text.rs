//! A host that passes text only, as Query does to and from JavaScript.

use super::Host;
use crate::error::{Error, Result};

impl Host {
    /// Refuses an input that is not text, where this host passes text only.
    ///
    /// # Errors
    /// [`Error::BadInput`] with the place of the first byte that is not text.
    pub(crate) fn refuse_binary_input(&self, function: &str, input: &[u8]) -> Result<()> {
        match self.first_non_text(input) {
            Some(at) => Err(Error::BadInput {
                function: function.to_owned(),
                reason: format!(
                    "the host passes text only, and the input is not UTF-8 at byte {at}: encode it, such as in base64"
                ),
            }),
            None => Ok(()),
        }
    }

    /// Refuses an output that is not text, where this host passes text only.
    ///
    /// # Errors
    /// [`Error::BadOutput`] with the place of the first byte that is not text.
    pub(crate) fn refuse_binary_output(&self, function: &str, output: Vec<u8>) -> Result<Vec<u8>> {
        match self.first_non_text(&output) {
            Some(at) => Err(Error::BadOutput {
                function: function.to_owned(),
                reason: format!("the output is not UTF-8 at byte {at}"),
            }),
            None => Ok(output),
        }
    }

    fn first_non_text(&self, bytes: &[u8]) -> Option<usize> {
        if !self.grants.text_only {
            return None;
        }
        std::str::from_utf8(bytes).err().map(|error| error.valid_up_to())
    }
}
