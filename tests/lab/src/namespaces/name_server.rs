use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use hickory_proto::op::{Message, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA};
use hickory_proto::rr::{RData, Record, RecordType};

use super::error::LabError;
use super::namespace::Namespace;
use super::server::Server;

/// How long others may keep an answer, in seconds.
const TTL: u32 = 5;

/// What a name server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Names {
    /// These names, in lower case, have these addresses; there are no others.
    Known(BTreeMap<String, Vec<IpAddr>>),
    /// It fails: SERVFAIL.
    Fails,
    /// It refuses: REFUSED.
    Refuses,
    /// It never answers.
    Silent,
    /// The first two questions get lost, as many as a look-up asks at once; then it knows these.
    FirstLost(BTreeMap<String, Vec<IpAddr>>),
}

impl Names {
    /// These names have these addresses. A name without any exists all the same.
    pub fn known<'n>(names: impl IntoIterator<Item = (&'n str, Vec<IpAddr>)>) -> Self {
        let names = names.into_iter();
        Self::Known(
            names
                .map(|(name, addresses)| (name.to_owned(), addresses))
                .collect(),
        )
    }

    fn addresses(&self, name: &str) -> Result<&[IpAddr], ResponseCode> {
        match self {
            Self::Known(names) | Self::FirstLost(names) => names
                .get(name)
                .map(Vec::as_slice)
                .ok_or(ResponseCode::NXDomain),
            Self::Fails | Self::Silent => Err(ResponseCode::ServFail),
            Self::Refuses => Err(ResponseCode::Refused),
        }
    }

    /// Whether it answers a question, by how many came before.
    fn answers(&self, before: usize) -> bool {
        match self {
            Self::Silent => false,
            Self::FirstLost(_) => before >= 2,
            Self::Known(_) | Self::Fails | Self::Refuses => true,
        }
    }
}

/// A name server on port 53, by UDP. Dropping it ends it.
#[derive(Debug)]
pub struct NameServer {
    asked: Arc<AtomicUsize>,
    _server: Server,
}

impl NameServer {
    pub(super) fn start(
        namespace: &Namespace,
        address: IpAddr,
        names: Names,
    ) -> Result<Self, LabError> {
        let bind = || -> io::Result<UdpSocket> {
            let socket = UdpSocket::bind((address, 53))?;
            socket.set_nonblocking(true)?;
            Ok(socket)
        };
        let socket = namespace
            .run(bind)?
            .map_err(|error| LabError::system("binding the name server's port", error))?;
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let server = Server::start(move || answer_all(socket, names, counted))?;
        Ok(Self {
            asked,
            _server: server,
        })
    }

    /// How many questions it has got until now.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

async fn answer_all(socket: UdpSocket, names: Names, asked: Arc<AtomicUsize>) -> io::Result<()> {
    let socket = tokio::net::UdpSocket::from_std(socket)?;
    let mut buffer = [0; 4096];
    loop {
        // The kernel tells of earlier answers that nobody took any more.
        let Ok((length, from)) = socket.recv_from(&mut buffer).await else {
            continue;
        };
        let before = asked.fetch_add(1, Ordering::Relaxed);
        let question = buffer.get(..length).and_then(|b| Message::from_vec(b).ok());
        let answer = question.filter(|_| names.answers(before));
        if let Some(Ok(bytes)) = answer.map(|question| answer_to(&question, &names).to_vec()) {
            // Whoever asked may be gone.
            drop(socket.send_to(&bytes, from).await);
        }
    }
}

fn answer_to(question: &Message, names: &Names) -> Message {
    let mut answer = Message::response(question.metadata.id, question.metadata.op_code);
    answer.metadata.recursion_desired = question.metadata.recursion_desired;
    answer.metadata.recursion_available = true;
    answer.add_queries(question.queries.iter().cloned());
    let Some(query) = question.queries.first() else {
        answer.metadata.response_code = ResponseCode::FormErr;
        return answer;
    };
    let name = query.name.to_ascii().trim_end_matches('.').to_lowercase();
    match names.addresses(&name) {
        Err(code) => answer.metadata.response_code = code,
        Ok(addresses) => {
            let data = addresses.iter().filter_map(|address| match address {
                IpAddr::V4(v4) if query.query_type == RecordType::A => Some(RData::A(A(*v4))),
                IpAddr::V6(v6) if query.query_type == RecordType::AAAA => {
                    Some(RData::AAAA(AAAA(*v6)))
                }
                _ => None,
            });
            answer.add_answers(data.map(|d| Record::from_rdata(query.name.clone(), TTL, d)));
        }
    }
    answer
}
