/// Implements the traits that `bindgen!` makes of an interface, those for hosts with async support and those for hosts
/// without, from one text.
///
/// The text is compiled twice, in a module with the types of the one and in a module with the types of the other. Without
/// async support each function completes on the calling thread.
macro_rules! implement {
    (
        use $($interface:ident)::+::{$($import:ident),*};

        $(impl $trait:path {
            $(async fn $name:ident(&mut $this:ident $(, $argument:ident: $type:ty)*) -> $answer:ty $body:block)*
            $(as_is { $($as_is:tt)* })?
        })*
        $(conversions { $($conversion:item)* })?
    ) => {
        mod asynchronous {
            use super::*;
            use crate::bindings::$($interface)::+::{$($import),*};

            $(impl $trait for StorageView<'_> {
                $(async fn $name(&mut $this $(, $argument: $type)*) -> $answer $body)*
                $($($as_is)*)?
            })*
            $($($conversion)*)?
        }

        mod synchronous {
            use super::*;
            use crate::bindings::sync::$($interface)::+::{$($import),*};

            $(impl $trait for StorageView<'_> {
                $(fn $name(&mut $this $(, $argument: $type)*) -> $answer {
                    pollster::block_on(async move $body)
                })*
                $($($as_is)*)?
            })*
            $($($conversion)*)?
        }
    };
}

pub(crate) use implement;
