//! The web app is embedded from web/dist, which `make web` fills: let it exist. Release builds hold its files and notice
//! when they change; others read them where they are.

fn main() {
    std::fs::create_dir_all("web/dist").expect("web/dist can be made");
    let release = std::env::var("PROFILE").is_ok_and(|profile| profile == "release");
    println!("cargo:rerun-if-changed={}", if release { "web/dist" } else { "build.rs" });
}
