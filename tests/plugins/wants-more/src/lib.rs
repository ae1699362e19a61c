//! Imports an interface that no host offers.

wit_bindgen::generate!({
    path: ["../../../wit", "wit"],
    world: "tests:wants-more/plugin",
    generate_all,
});

struct WantsMore;

export!(WantsMore);

impl Guest for WantsMore {
    fn run() {
        tests::wants_more::teleport::go("elsewhere");
    }
}
