#![allow(missing_docs, reason = "the fields' names say what the interface says of them")]

wit_bindgen::generate!({
    path: "../wit",
    world: "imports",
    additional_derives: [PartialEq, Eq],
});
