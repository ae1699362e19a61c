use std::fmt::Write;

use anyhow::{Result, ensure};

/// What is decided for a plugin when it is joined with the adapter, under the names of the environment's variables.
#[derive(Debug, Default)]
pub struct Settings(String);

impl Settings {
    /// Decides one thing.
    pub fn set(&mut self, name: &str, value: &str) -> Result<()> {
        ensure!(!value.contains('\n'), "{value:?} cannot be baked in, as it has a line end");
        self.0 += &format!("{name}={value}\n");
        Ok(())
    }

    /// A component that exports them, as a string in its memory behind the string's address and length.
    pub(super) fn component(&self) -> Result<Vec<u8>> {
        let mut data = 8u32.to_le_bytes().to_vec();
        data.extend(u32::try_from(self.0.len())?.to_le_bytes());
        data.extend(self.0.as_bytes());
        let pages = data.len().div_ceil(64 * 1024);
        let data = data.iter().fold(String::new(), |mut data, byte| {
            let _ = write!(data, "\\{byte:02x}");
            data
        });
        let text = format!(
            r#"(component
                (core module $baked
                    (memory (export "memory") {pages})
                    (data (i32.const 0) "{data}")
                    (func (export "baked") (result i32) i32.const 0))
                (core instance $baked (instantiate $baked))
                (func $baked (result string) (canon lift (core func $baked "baked") (memory (core memory $baked "memory"))))
                (instance $settings (export "baked" (func $baked)))
                (export "{}" (instance $settings)))"#,
            super::SETTINGS
        );
        Ok(wat::parse_str(text)?)
    }
}
