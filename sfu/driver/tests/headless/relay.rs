//! A network between people and the SFU that loses what the test says.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::net::UdpSocket;

/// Forwards datagrams both ways; those to people pass through `lose` first.
pub(crate) async fn relay(
    lose: impl Fn(&[u8]) -> bool + Send + Sync + 'static,
) -> (SocketAddr, tokio::sync::oneshot::Sender<SocketAddr>) {
    let public = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a port"));
    let address = public.local_addr().expect("an address");
    let (tell, told) = tokio::sync::oneshot::channel();
    let lose = Arc::new(lose);
    tokio::spawn(async move {
        let Ok(server) = told.await else { return };
        let mut ways: HashMap<SocketAddr, Arc<UdpSocket>> = HashMap::new();
        let mut buffer = vec![0; 2048];
        while let Ok((length, client)) = public.recv_from(&mut buffer).await {
            let way = match ways.get(&client) {
                Some(way) => Arc::clone(way),
                None => {
                    let way = Arc::new(UdpSocket::bind("127.0.0.1:0").await.expect("a port"));
                    way.connect(server).await.expect("the server");
                    tokio::spawn(back(Arc::clone(&way), Arc::clone(&public), client, Arc::clone(&lose)));
                    ways.insert(client, Arc::clone(&way));
                    way
                }
            };
            let _ = way.send(&buffer[..length]).await;
        }
    });
    (address, tell)
}

async fn back(way: Arc<UdpSocket>, public: Arc<UdpSocket>, client: SocketAddr, lose: Arc<impl Fn(&[u8]) -> bool>) {
    let mut buffer = vec![0; 2048];
    while let Ok(length) = way.recv(&mut buffer).await {
        if !lose(&buffer[..length]) {
            let _ = public.send_to(&buffer[..length], client).await;
        }
    }
}
