//! Listening, with or without TLS, and going away.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum::Router;
use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::task::JoinHandle;

use crate::kernel::config::Config;

/// A connection that asks nothing this long is closed.
const FIRST_REQUEST: Duration = Duration::from_secs(15);
/// Requests still running after the drain get this long to finish.
const LAST_ANSWERS: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error("cannot use the TLS certificate and key: {0}")]
    Tls(#[source] std::io::Error),
}

/// Both ports, open.
pub struct Server {
    address: SocketAddr,
    ops_address: SocketAddr,
    handle: Handle<SocketAddr>,
    ops_handle: Handle<SocketAddr>,
    tasks: [JoinHandle<std::io::Result<()>>; 2],
}

impl Server {
    /// Accepts connections once it returns.
    pub async fn listen(config: &Config, app: Router, ops: Router) -> Result<Self, ServeError> {
        let (listener, address) = bind(config.http.listen)?;
        let (ops_listener, ops_address) = bind(config.ops.listen)?;
        let (handle, ops_handle) = (Handle::new(), Handle::new());
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let failed = |source| ServeError::Listen { address, source };
        let task = if config.tls.is_on() {
            let tls = RustlsConfig::from_pem_file(&config.tls.certificate, &config.tls.key).await;
            let server = axum_server::from_tcp_rustls(listener, tls.map_err(ServeError::Tls)?).map_err(failed)?;
            tokio::spawn(server.handle(handle.clone()).first_request_timeout(FIRST_REQUEST).serve(app))
        } else {
            let server = axum_server::from_tcp(listener).map_err(failed)?;
            tokio::spawn(server.handle(handle.clone()).first_request_timeout(FIRST_REQUEST).serve(app))
        };
        let server = axum_server::from_tcp(ops_listener).map_err(failed)?;
        let ops_task = tokio::spawn(server.handle(ops_handle.clone()).serve(ops.into_make_service()));
        Ok(Self { address, ops_address, handle, ops_handle, tasks: [task, ops_task] })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn ops_address(&self) -> SocketAddr {
        self.ops_address
    }

    /// Takes no new connections, lets running requests finish, closes the rest. The ops port goes last.
    pub async fn shut_down(self) {
        let [task, ops_task] = self.tasks;
        self.handle.graceful_shutdown(Some(LAST_ANSWERS));
        // An error here was an error of accepting: there is nothing left to accept.
        let _ = task.await;
        self.ops_handle.shutdown();
        let _ = ops_task.await;
    }
}

fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen { address, source };
    let listener = TcpListener::bind(address).map_err(failed)?;
    listener.set_nonblocking(true).map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}
