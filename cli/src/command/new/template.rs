use std::borrow::Cow;

use wasi_preview1_component_adapter_provider::WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER;

use super::rust;
use crate::cli::Language;

/// The files of the repository that templates are made of: names from its top folder, and contents. `build/main.rs` gathers
/// them.
pub const SOURCES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// What a project of a language is made of.
pub struct Template {
    language: Language,
    /// The example plugin: the folder that all files at the top come from.
    example: &'static str,
    bindings: Bindings,
    /// Whether its compiler makes modules for the first version of WASI, which an adapter makes a component of.
    needs_adapter: bool,
}

enum Bindings {
    /// A folder of sources, which becomes `larder/`.
    Folder(&'static str),
    /// The crate `larder`.
    Crate,
}

/// A file to write; its path is from the top of the project.
pub struct SourceFile {
    pub path: String,
    pub contents: Cow<'static, [u8]>,
}

const TEMPLATES: [Template; 6] = [
    Template { language: Language::Rust, example: "examples/rust/", bindings: Bindings::Crate, needs_adapter: false },
    Template {
        language: Language::Python,
        example: "examples/python/",
        bindings: Bindings::Folder("guest/python/larder/"),
        needs_adapter: false,
    },
    Template {
        language: Language::Javascript,
        example: "examples/javascript/",
        bindings: Bindings::Folder("guest/javascript/larder/"),
        needs_adapter: false,
    },
    Template {
        language: Language::Typescript,
        example: "examples/typescript/",
        bindings: Bindings::Folder("guest/javascript/larder/"),
        needs_adapter: false,
    },
    Template {
        language: Language::Go,
        example: "examples/go/",
        bindings: Bindings::Folder("guest/go/larder/"),
        needs_adapter: true,
    },
    Template {
        language: Language::C,
        example: "examples/c/",
        bindings: Bindings::Folder("guest/c/larder/"),
        needs_adapter: true,
    },
];

impl Template {
    pub fn of(language: Language) -> Self {
        let mut templates = TEMPLATES.into_iter();
        templates.find(|template| template.language == language).expect("each language has one")
    }

    /// All files of the project.
    ///
    /// # Errors
    ///
    /// Where a part of it was not in the repository that this program was built from.
    pub fn files(&self) -> anyhow::Result<Vec<SourceFile>> {
        let mut files = moved(self.example, "")?;
        match self.bindings {
            Bindings::Crate => rust::add_bindings(&mut files)?,
            Bindings::Folder(folder) => {
                files.extend(moved(folder, "larder/")?);
                files.extend(moved("wit/storage.wit", "wit/deps/larder-storage/storage.wit")?);
            }
        }
        if self.needs_adapter {
            let contents = WASI_SNAPSHOT_PREVIEW1_COMMAND_ADAPTER.into();
            files.push(SourceFile { path: "wasi_snapshot_preview1.command.wasm".to_owned(), contents });
        }
        Ok(files)
    }
}

/// The file, or the files of the folder, `from`; under names that begin with `to` instead.
pub fn moved(from: &str, to: &str) -> anyhow::Result<Vec<SourceFile>> {
    let files = SOURCES.iter().filter_map(|(name, contents)| {
        let rest = name.strip_prefix(from)?;
        Some(SourceFile { path: format!("{to}{rest}"), contents: Cow::Borrowed(*contents) })
    });
    let files: Vec<SourceFile> = files.collect();
    anyhow::ensure!(!files.is_empty(), "this program was built without {from}");
    Ok(files)
}
