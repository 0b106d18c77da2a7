//! The `facementor` binary.

#[tokio::main]
async fn main() -> std::process::ExitCode {
    facementor::cli::run().await
}
