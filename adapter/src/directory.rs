use larder_store::Dir;
use wasip2::filesystem::preopens::get_directories;

const HOW: &str = "run it with `wasmtime run --dir ./larder-data …`, or any other directory";

/// The directory of the larder: the one that is named, or else the only one that the runtime grants.
pub fn open(named: Option<&str>) -> Result<Dir, String> {
    let granted: Vec<String> = get_directories().into_iter().map(|(_, path)| path).collect();
    let path = match (named, granted.as_slice()) {
        (Some(path), _) => path,
        (None, [only]) => only,
        (None, []) => return Err(format!("there is no directory to keep data in: {HOW}")),
        (None, several) => {
            let several = several.join(", ");
            return Err(format!("there are several directories ({several}): say which is the larder with LARDER_DIR"));
        }
    };
    // Of `./larder-data` the C library of WASI finds `larder-data` alone.
    let within = path.trim_start_matches("./");
    let within = if within.is_empty() { path } else { within };
    Dir::open_ambient(within).map_err(|error| format!("cannot open the directory {path}: {error}; {HOW}"))
}
