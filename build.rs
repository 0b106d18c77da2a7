//! The web app is embedded from web/dist, which `make web` fills: let it exist, and notice when it changes.

fn main() {
    std::fs::create_dir_all("web/dist").expect("web/dist can be made");
    println!("cargo:rerun-if-changed=web/dist");
}
