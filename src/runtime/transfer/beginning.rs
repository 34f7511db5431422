//! The beginning of an answer: whether it is a content, and whether it fits behind what is held.

use std::os::unix::fs::FileExt;

use bytes::{Bytes, BytesMut};

use super::blocking;
use super::failing::Stop;
use super::folder::set_aside;
use super::part::Part;
use crate::api::content::Content;
use crate::content::resume::SEAM;
use crate::jobs::resume::{Held, Verdict};
use crate::jobs::whole::{Expected, NotWhole, is_content};

/// A part with the first pieces that are to be written.
pub(super) struct Begun {
    pub(super) part: Part,
    /// Bytes that stay.
    pub(super) from: u64,
    pub(super) pieces: Vec<Bytes>,
    /// Whether that is all.
    pub(super) ended: bool,
}

/// Does with an answer what was decided of it; what is expected of it, it may tell more of.
pub(super) async fn open(
    answer: &mut Content,
    part: Part,
    held: &Held,
    expected: &mut Expected,
) -> Result<Begun, Stop> {
    match held.judge(&answer.head) {
        Verdict::Anew => {
            // What is held is of no use, and is asked for from zero.
            forget_all(part).await?;
            Err(Stop::Anew)
        }
        Verdict::Complete => {
            expected.announced = Some(held.bytes);
            Ok(Begun { part, from: held.bytes, pieces: vec![], ended: true })
        }
        Verdict::Fresh => begin(answer, expected, part).await,
        Verdict::Append { compare } => go_on(answer, part, held, compare).await,
    }
}

/// Begins a part from zero again.
pub(super) async fn forget_all(part: Part) -> std::io::Result<()> {
    blocking(move || {
        let mut part = part;
        part.empty().and_then(|()| part.note(0))
    })
    .await
}

/// Takes the beginning of a content, looks at it before anything is written, and makes room.
async fn begin(answer: &mut Content, expected: &Expected, part: Part) -> Result<Begun, Stop> {
    let mut beginning = BytesMut::new();
    let mut ended = false;
    let looked_at = async {
        let mut is_it = is_content(&answer.head, expected, b"", false)?;
        while !is_it && !ended {
            match answer.next().await? {
                Some(piece) => beginning.extend_from_slice(&piece),
                None => ended = true,
            }
            is_it = is_content(&answer.head, expected, &beginning, ended)?;
        }
        // What came in its place says more than that its length is another one.
        Ok::<(), Stop>(expected.check()?)
    }
    .await;
    let (etag, total, encoded) = facts_of(answer, expected);
    let length = expected.length();
    blocking(move || {
        let mut part = part;
        if let Err(stop) = looked_at {
            // It is no content: what is held may go on another time.
            if part.file.metadata()?.len() == 0 {
                part.discard();
            }
            return Ok(Err(stop));
        }
        // Of a few bytes that nothing was there of, all would be compared: nothing need be known of them,
        // and no room be set aside.
        let is_small = length.is_some_and(|length| length <= SEAM);
        let is_new = part.file.metadata()?.len() == 0 && part.sidecar.etag.is_none();
        // Whatever was there is of no use any more.
        part.empty()?;
        (part.sidecar.etag, part.sidecar.total, part.sidecar.encoded) = (etag, total, encoded);
        if !(is_small && is_new && !encoded) {
            part.note(0)?;
        }
        if let Some(length) = length
            && !is_small
            && !set_aside(&part.file, length)
        {
            let free = part.folder.free_bytes();
            part.discard();
            return Ok(Err(Stop::NoRoom(length, free)));
        }
        let pieces = vec![beginning.freeze()];
        Ok(Ok(Begun { part, from: 0, pieces, ended }))
    })
    .await?
}

/// What the sidecar is to know of an answer: its strong validator, the length, whether it is encoded.
fn facts_of(answer: &Content, expected: &Expected) -> (Option<String>, Option<u64>, bool) {
    let etag = answer.head.etag.as_ref().filter(|tag| !tag.weak).map(|tag| tag.text.clone());
    (etag, expected.announced, answer.head.encoded)
}

/// Compares the seam of an answer with what is held, and goes on behind it.
async fn go_on(answer: &mut Content, part: Part, held: &Held, compare: u64) -> Result<Begun, Stop> {
    let wanted = usize::try_from(compare).unwrap_or(usize::MAX);
    let mut seam = BytesMut::new();
    let mut ended = false;
    if answer.head.incomplete {
        return Err(NotWhole::BeingWritten(answer.head.last_line).into());
    }
    while seam.len() < wanted && !ended {
        match answer.next().await? {
            Some(piece) => seam.extend_from_slice(&piece),
            None => ended = true,
        }
    }
    let from = held.bytes;
    blocking(move || {
        let mut part = part;
        let mut there = vec![0; wanted];
        let at = from - compare;
        part.file.read_exact_at(&mut there, at)?;
        if seam.len() < wanted || there != seam[..wanted] {
            part.empty()?;
            part.note(0)?;
            return Ok(Err(Stop::Anew));
        }
        let rest = seam.freeze().slice(wanted..);
        part.note(from)?;
        Ok(Ok(Begun { part, from, pieces: vec![rest], ended }))
    })
    .await?
}
