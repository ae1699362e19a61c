use wasmtime::component::types::ComponentItem;
use wasmtime::component::{Component, Linker, ResourceType};
use wasmtime::error::bail;
use wasmtime::{Engine, Result};

/// Lets a component be instantiated that imports more than there is: what is not WASI and not defined yet traps.
pub fn trap_the_rest<T: 'static>(
    linker: &mut Linker<T>,
    engine: &Engine,
    component: &Component,
    is_defined: impl Fn(&str, &str) -> bool,
) -> Result<()> {
    for (interface, import) in component.component_type().imports(engine) {
        let ComponentItem::ComponentInstance(instance) = import.ty else { continue };
        if interface.starts_with("wasi:") && !interface.starts_with("wasi:keyvalue/") {
            continue;
        }
        let mut there = linker.instance(interface)?;
        for (name, export) in instance.exports(engine).filter(|(name, _)| !is_defined(interface, name)) {
            match export.ty {
                ComponentItem::ComponentFunc(_) => {
                    there.func_new(name, |_, _, _, _| bail!("it does not offer that"))?
                }
                ComponentItem::Resource(_) => there.resource(name, ResourceType::host::<()>(), |_, _| Ok(()))?,
                _ => {}
            }
        }
    }
    Ok(())
}
