use std::fmt;

use wasmtime::component::Component;
use wasmtime::component::types::{ComponentFunc, ComponentItem};

use super::function_name::{Fit, FunctionName};
use super::invocation::Invocation;
use crate::exit::Exit;
use crate::failure::Failure;

/// The functions that a component exports.
pub struct Exports(Vec<Export>);

#[derive(Clone)]
pub struct Export {
    pub name: FunctionName,
    pub ty: ComponentFunc,
}

impl Exports {
    /// Those of `component`, also within the interfaces that it exports.
    pub fn of(component: &Component) -> Self {
        let engine = component.engine();
        let mut found = Vec::new();
        for (name, export) in component.component_type().exports(engine) {
            match export.ty {
                ComponentItem::ComponentFunc(ty) => {
                    found.push(Export { name: FunctionName { interface: None, function: name.to_owned() }, ty });
                }
                ComponentItem::ComponentInstance(interface) => {
                    for (function, export) in interface.exports(engine) {
                        if let ComponentItem::ComponentFunc(ty) = export.ty {
                            let (interface, function) = (Some(name.to_owned()), function.to_owned());
                            found.push(Export { name: FunctionName { interface, function }, ty });
                        }
                    }
                }
                _ => {}
            }
        }
        Self(found)
    }

    /// The call that `text` describes, such as `name("arg", 2)`.
    pub fn invocation(&self, text: &str) -> Result<Invocation, Failure> {
        let text = text.trim();
        let (name, arguments) = text.split_at(text.find('(').unwrap_or(text.len()));
        Invocation::parse(self.find(name.trim())?.clone(), arguments)
    }

    fn find(&self, written: &str) -> Result<&Export, Failure> {
        let fits = |wanted| self.0.iter().filter(move |export| export.name.fit(written) == Some(wanted));
        if let Some(export) = fits(Fit::Full).next() {
            return Ok(export);
        }
        let candidates: Vec<_> = fits(Fit::Short).collect();
        match candidates[..] {
            [export] => Ok(export),
            [] => Err(Exit::BadInput.because(format!("there is no function {written:?}; {self}"))),
            _ => {
                let names = list(candidates);
                Err(Exit::BadInput.because(format!("{written:?} can mean several functions, so write one of: {names}")))
            }
        }
    }
}

impl fmt::Display for Exports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("the component exports no functions");
        }
        write!(f, "functions to --invoke: {}", list(&self.0))
    }
}

fn list<'a>(exports: impl IntoIterator<Item = &'a Export>) -> String {
    exports.into_iter().map(|export| export.name.to_string()).collect::<Vec<_>>().join(", ")
}
