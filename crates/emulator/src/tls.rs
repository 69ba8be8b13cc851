//! The AWS endpoints over TLS, as Lambda reaches them: with a certificate authority that is made for the occasion.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::server::TlsStream;

use crate::connection::{Breakable, Connection, Connections};

/// Where an emulator serves TLS.
#[derive(Clone, Debug)]
pub struct Tls {
    /// For `AWS_ENDPOINT_URL`: `https://localhost:…`.
    pub endpoint: String,
    /// The certificate authority to trust, in PEM; for a file that `SSL_CERT_FILE` or `AWS_CA_BUNDLE` names.
    pub certificate_authority: String,
}

/// A certificate for `localhost`, from an authority of its own, and that authority.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
    authority: String,
}

impl Identity {
    fn new() -> Result<Self, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, "emulator");
        let authority_key = KeyPair::generate()?;
        let authority = params.self_signed(&authority_key)?;
        let issuer = Issuer::new(params, authority_key);

        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()])?;
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.use_authority_key_identifier_extension = true;
        let certificate = params.signed_by(&key, &issuer)?;
        Ok(Self {
            chain: vec![certificate.der().clone()],
            key: PrivatePkcs8KeyDer::from(key.serialize_der()).into(),
            authority: authority.pem(),
        })
    }
}

/// Binds a free port of the loopback interface.
pub(crate) async fn bind() -> io::Result<(TlsConnections, Tls)> {
    let identity = Identity::new().map_err(io::Error::other)?;
    let config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_no_client_auth()
        .with_single_cert(identity.chain, identity.key)
        .map_err(io::Error::other)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    let (accepted, incoming) = mpsc::channel(64);
    tokio::spawn(accept(Connections(listener), TlsAcceptor::from(Arc::new(config)), accepted));
    let tls = Tls { endpoint: format!("https://localhost:{}", address.port()), certificate_authority: identity.authority };
    Ok((TlsConnections { address, incoming }, tls))
}

/// Shakes hands with each client in a task of its own: a slow one must not hold up the others.
async fn accept(mut connections: Connections, acceptor: TlsAcceptor, accepted: mpsc::Sender<(TlsStream<Breakable>, SocketAddr)>) {
    loop {
        let (stream, address) = connections.accept().await;
        let (acceptor, accepted) = (acceptor.clone(), accepted.clone());
        tokio::spawn(async move {
            // A client that does not trust the authority goes away; that is its own test's matter.
            if let Ok(stream) = acceptor.accept(stream).await {
                let _ = accepted.send((stream, address)).await;
            }
        });
    }
}

/// Connections whose handshake is done.
pub(crate) struct TlsConnections {
    address: SocketAddr,
    incoming: mpsc::Receiver<(TlsStream<Breakable>, SocketAddr)>,
}

impl Listener for TlsConnections {
    type Io = TlsStream<Breakable>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.incoming.recv().await {
            Some(accepted) => accepted,
            // The accepting task runs as long as the runtime does.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        Ok(self.address)
    }
}

impl Connected<IncomingStream<'_, TlsConnections>> for Connection {
    fn connect_info(stream: IncomingStream<'_, TlsConnections>) -> Self {
        stream.io().get_ref().0.connection()
    }
}
