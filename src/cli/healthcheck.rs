//! `devarch healthcheck`: requests `/readyz`, for container images without another HTTP client.
//!
//! Called by `cli::run`. It must not open the database.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

/// How long the check waits for a response.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(3);

/// Requests `/readyz` of the service that listens on `address`.
pub(super) async fn run(address: SocketAddr) -> Result<(), String> {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    let address = SocketAddr::new(ip, address.port());
    let answer =
        timeout(RESPONSE_TIMEOUT, request_status(address)).await.map_err(|_| format!("{address} does not answer"))?;
    let status = answer.map_err(|error| format!("{address} does not answer: {error}"))?;
    if status.contains(" 200 ") { Ok(()) } else { Err(format!("{address} is not ready: {status}")) }
}

async fn request_status(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4096).read_to_end(&mut answer).await?;
    let text = String::from_utf8_lossy(&answer);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
