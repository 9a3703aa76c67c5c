//! The WebSocket protocol of a server (RFC 6455), without extensions, over a socket.
//!
//! Used by the session. While nothing is sent it holds no buffer, and what it sends is not copied, so that one response
//! can be sent to many clients. It must not read more than the admission of a message allows.

use std::{
    collections::VecDeque,
    io::IoSlice,
    mem::{self, MaybeUninit},
    pin::Pin,
    task::{Context, Poll, ready},
};

use axum::body::Bytes;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::Instant,
};

use crate::server::middleware::admission::MessageAdmission;

/// Bytes of one read.
const READ_BYTES: usize = 4096;
/// A client that lets more bytes wait only sends pings and reads nothing.
const MAX_WAITING_PONGS: usize = 16 * 1024;
/// Pieces of one write.
const PIECES: usize = 16;

const TEXT: u8 = 1;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;

/// What has arrived.
pub(super) enum Incoming {
    /// A text message, and its admission.
    Text(String, MessageAdmission),
    /// A message of bytes.
    Binary,
    /// The client closes the WebSocket.
    Close,
    /// The connection has ended.
    End,
}

/// Why a WebSocket cannot go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The client breaks the protocol.
    Protocol,
    /// A text is not UTF-8.
    NotUtf8,
    /// A message is too long.
    TooLong,
    /// All requests together take too much memory.
    Busy,
    /// The connection is broken.
    Io,
}

/// A WebSocket over a socket.
pub(super) struct Frames<S> {
    socket: S,
    /// Bytes that have arrived and are not read.
    input: Vec<u8>,
    /// The payload of the fragments so far, and whether the message is a text.
    message: Option<(Vec<u8>, bool)>,
    /// Most bytes of a message.
    limit: usize,
    admission: MessageAdmission,
    /// Since when a message is incomplete.
    since: Option<Instant>,
    /// Whether bytes have arrived since this was taken.
    heard: bool,
    output: VecDeque<Bytes>,
    waiting: usize,
}

/// The head of a frame.
struct Head {
    is_last: bool,
    opcode: u8,
    length: usize,
    /// Its own length with the mask.
    bytes: usize,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Frames<S> {
    /// `read` has arrived behind the handshake.
    pub(super) fn new(socket: S, read: Vec<u8>, limit: usize, admission: MessageAdmission) -> Self {
        Self {
            socket,
            input: read,
            message: None,
            limit,
            admission,
            since: None,
            heard: false,
            output: VecDeque::new(),
            waiting: 0,
        }
    }

    /// Allows longer messages.
    pub(super) fn set_limit(&mut self, bytes: usize) {
        self.limit = bytes;
    }

    /// Since when a message is incomplete.
    pub(super) fn incomplete_since(&self) -> Option<Instant> {
        self.since
    }

    /// Whether bytes have arrived since the last call.
    pub(super) fn take_heard(&mut self) -> bool {
        mem::take(&mut self.heard)
    }

    /// The number of bytes that wait to be sent.
    pub(super) fn waiting(&self) -> usize {
        self.waiting
    }

    /// The next message.
    pub(super) fn poll_incoming(&mut self, cx: &mut Context<'_>) -> Poll<Result<Incoming, Failure>> {
        loop {
            if let Some(incoming) = self.read_frame()? {
                return Poll::Ready(Ok(incoming));
            }
            let mut space = [MaybeUninit::uninit(); READ_BYTES];
            let mut read = ReadBuf::uninit(&mut space);
            if ready!(Pin::new(&mut self.socket).poll_read(cx, &mut read)).is_err() {
                return Poll::Ready(Err(Failure::Io));
            }
            if read.filled().is_empty() {
                return Poll::Ready(Ok(Incoming::End));
            }
            self.heard = true;
            self.since.get_or_insert_with(Instant::now);
            self.input.extend_from_slice(read.filled());
            let fragments = self.message.as_ref().map_or(0, |(message, _)| message.len());
            if !self.admission.charge(self.input.len() + fragments) {
                return Poll::Ready(Err(Failure::Busy));
            }
        }
    }

    /// Reads frames until a message is complete; `None` when bytes are missing.
    fn read_frame(&mut self) -> Result<Option<Incoming>, Failure> {
        while let Some(head) = head(&self.input)? {
            let is_control = head.opcode >= CLOSE;
            if is_control && (head.length > 125 || !head.is_last) {
                return Err(Failure::Protocol);
            }
            let fragments = self.message.as_ref().map_or(0, |(message, _)| message.len());
            if !is_control && head.length.saturating_add(fragments) > self.limit {
                return Err(Failure::TooLong);
            }
            let end = head.bytes + head.length;
            if self.input.len() < end {
                return Ok(None);
            }
            let mask: [u8; 4] = self.input[head.bytes - 4..head.bytes].try_into().map_err(|_| Failure::Protocol)?;
            let mut payload = self.input[head.bytes..end].to_vec();
            payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
            if self.input.len() == end {
                self.input = Vec::new();
            } else {
                self.input.drain(..end);
            }
            self.since = self.since.filter(|_| self.message.is_some() || !self.input.is_empty());
            if let Some(incoming) = self.take_frame(&head, payload)? {
                return Ok(Some(incoming));
            }
        }
        Ok(None)
    }

    fn take_frame(&mut self, head: &Head, payload: Vec<u8>) -> Result<Option<Incoming>, Failure> {
        match head.opcode {
            CLOSE => return if is_close(&payload) { Ok(Some(Incoming::Close)) } else { Err(Failure::Protocol) },
            PING if self.waiting > MAX_WAITING_PONGS => return Err(Failure::Io),
            PING => {
                self.send(PONG, [Bytes::from(payload)]);
                return Ok(None);
            }
            PONG => return Ok(None),
            0 => match &mut self.message {
                Some((message, _)) => message.extend_from_slice(&payload),
                None => return Err(Failure::Protocol),
            },
            1 | 2 if self.message.is_none() => self.message = Some((payload, head.opcode == TEXT)),
            _ => return Err(Failure::Protocol),
        }
        if !head.is_last {
            self.since.get_or_insert_with(Instant::now);
            return Ok(None);
        }
        let next = self.admission.next();
        let admission = mem::replace(&mut self.admission, next);
        self.since = (!self.input.is_empty()).then(Instant::now);
        match self.message.take() {
            Some((message, true)) => {
                let text = String::from_utf8(message).map_err(|_| Failure::NotUtf8)?;
                Ok(Some(Incoming::Text(text, admission)))
            }
            _ => Ok(Some(Incoming::Binary)),
        }
    }

    fn send(&mut self, opcode: u8, parts: impl IntoIterator<Item = Bytes> + Clone) {
        let length: usize = parts.clone().into_iter().map(|part| part.len()).sum();
        let mut head = vec![0x80 | opcode];
        match length {
            0..=125 => head.push(length as u8),
            126..=0xffff => {
                head.push(126);
                head.extend((length as u16).to_be_bytes());
            }
            _ => {
                head.push(127);
                head.extend((length as u64).to_be_bytes());
            }
        }
        self.waiting += head.len() + length;
        self.output.push_back(head.into());
        self.output.extend(parts.into_iter().filter(|part| !part.is_empty()));
    }

    /// Sends a text message in parts.
    pub(super) fn send_text(&mut self, parts: impl IntoIterator<Item = Bytes> + Clone) {
        self.send(TEXT, parts);
    }

    /// Sends a ping, to which every client answers.
    pub(super) fn send_ping(&mut self) {
        self.send(PING, []);
    }

    /// Sends the last frame.
    pub(super) fn send_close(&mut self, code: u16, reason: &str) {
        let mut payload = code.to_be_bytes().to_vec();
        let end = (0..=reason.len().min(123)).rev().find(|end| reason.is_char_boundary(*end)).unwrap_or_default();
        payload.extend_from_slice(&reason.as_bytes()[..end]);
        self.send(CLOSE, [Bytes::from(payload)]);
    }

    /// Writes what waits to be sent.
    pub(super) fn poll_flush(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Failure>> {
        while !self.output.is_empty() {
            let mut slices = [IoSlice::new(&[]); PIECES];
            let mut count = 0;
            for (slice, piece) in slices.iter_mut().zip(&self.output) {
                *slice = IoSlice::new(piece);
                count += 1;
            }
            let written = ready!(Pin::new(&mut self.socket).poll_write_vectored(cx, &slices[..count]));
            let mut left = written.ok().filter(|written| *written > 0).ok_or(Failure::Io)?;
            self.waiting -= left;
            while let Some(piece) = self.output.front_mut() {
                if piece.len() > left {
                    drop(piece.split_to(left));
                    break;
                }
                left -= piece.len();
                self.output.pop_front();
            }
        }
        if self.output.capacity() > PIECES {
            self.output = VecDeque::new();
        }
        Poll::Ready(Ok(()))
    }

    /// Writes what waits to be sent, ends the connection, and reads until the client has ended it: otherwise the client
    /// might not see what was sent last.
    pub(super) fn poll_close(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if !self.output.is_empty() && ready!(self.poll_flush(cx)).is_err() {
            return Poll::Ready(());
        }
        if ready!(Pin::new(&mut self.socket).poll_shutdown(cx)).is_err() {
            return Poll::Ready(());
        }
        loop {
            let mut space = [MaybeUninit::uninit(); READ_BYTES];
            let mut read = ReadBuf::uninit(&mut space);
            let done = ready!(Pin::new(&mut self.socket).poll_read(cx, &mut read));
            if done.is_err() || read.filled().is_empty() {
                return Poll::Ready(());
            }
        }
    }
}

/// Reads the head of a frame; `None` when bytes are missing.
fn head(input: &[u8]) -> Result<Option<Head>, Failure> {
    let [first, second, rest @ ..] = input else { return Ok(None) };
    // Without extensions the reserved bits are not set, and a client always masks.
    if first & 0x70 != 0 || second & 0x80 == 0 {
        return Err(Failure::Protocol);
    }
    let (length, bytes) = match second & 0x7f {
        126 => match rest {
            [a, b, ..] => (u64::from(u16::from_be_bytes([*a, *b])), 8),
            _ => return Ok(None),
        },
        127 => match rest.first_chunk::<8>() {
            Some(length) => (u64::from_be_bytes(*length), 14),
            None => return Ok(None),
        },
        length => (u64::from(length), 6),
    };
    let length = usize::try_from(length).map_err(|_| Failure::TooLong)?;
    Ok(Some(Head { is_last: first & 0x80 != 0, opcode: first & 0x0f, length, bytes }))
}

/// Whether a close frame has no payload, or a valid code and a text.
fn is_close(payload: &[u8]) -> bool {
    let Some((code, reason)) = payload.split_first_chunk::<2>() else { return payload.is_empty() };
    let code = u16::from_be_bytes(*code);
    let is_valid = matches!(code, 1000..=1003 | 1007..=1014 | 3000..=4999);
    is_valid && std::str::from_utf8(reason).is_ok()
}
