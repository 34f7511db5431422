//! The calls that change what the service has, and the one that tells what depends on it.

use std::io;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use secrecy::ExposeSecret;
use tokio::sync::mpsc::Receiver;

use super::client::{Client, append_raw};
use super::error::{ApiError, Asked, Status};
use super::exchange::{About, Exchange, Read};
use super::secret::Secret;
use super::upload::{FormBody, Outflow, UploadForm, UploadLimits};
use super::wire::{self, Batches, File};
use super::{Answer, coding};
use crate::text::Untrusted;

/// What the service says to a request that a file be deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deletion {
    /// That it is deleted: that file, in so many words.
    Done,
    /// 404: there is no file with this id.
    Gone,
    /// A success that does not say so; in which way, in words.
    Unproved(&'static str),
}

impl Client {
    /// One try of `DELETE /v1/files/{id}`.
    ///
    /// # Errors
    /// Whatever keeps the answer from being known; see [`ApiError`]. The file may be gone all the same,
    /// but for an id that could address another resource, which is refused before anything is sent.
    pub async fn delete(&self, id: &Untrusted) -> Result<Answer<Deletion>, ApiError> {
        let url = self.endpoint.file_url(id).ok_or(ApiError::UnusableId)?;
        match self.ask(Method::DELETE, url, Asked::Deletion).await {
            Err(ApiError::Refused { status: Status(404), .. }) => {
                Ok(Answer { value: Deletion::Gone, date: None, allowance: None })
            }
            Err(error) => Err(error),
            Ok(answer) => Ok(answer.map(|body| match wire::read_deletion(&body.bytes) {
                Some(said) if said.deleted == Some(true) && said.id.as_ref() == Some(id) => {
                    Deletion::Done
                }
                Some(said) if said.deleted == Some(false) => {
                    Deletion::Unproved("the service says that it is not deleted")
                }
                Some(said) if said.id.as_ref().is_some_and(|other| other != id) => {
                    Deletion::Unproved("the service speaks of another file")
                }
                _ => Deletion::Unproved("the service does not say that it is deleted"),
            })),
        }
    }

    /// One try of `GET /v1/batches` with a hundred a page and, if given, `after`.
    ///
    /// # Errors
    /// Whatever keeps the page from being read; see [`ApiError`].
    pub async fn list_batches(
        &self,
        after: Option<&Untrusted>,
    ) -> Result<Answer<Batches>, ApiError> {
        let mut url = self.endpoint.batches_url();
        url.query_pairs_mut().append_pair("limit", "100");
        if let Some(after) = after {
            append_raw(&mut url, "after", after.raw());
        }
        let Answer { value: body, date, allowance } = self.get(url, Asked::Batches).await?;
        let value = wire::read_batches(&body.bytes)
            .ok_or(ApiError::Undecodable { what: "it is no list of batches" })?;
        Ok(Answer { value, date, allowance })
    }

    /// One try of `POST /v1/files` with a form, whose content comes from `pieces`; `outflow` tells how
    /// far it is. Gives the file that the service says it stored, where it says so readably.
    ///
    /// # Errors
    /// Whatever keeps the answer from being known; see [`ApiError`]. The file may be stored all the same,
    /// unless there was no connection, or the answer says that it is not.
    pub async fn upload(
        &self,
        form: &UploadForm,
        pieces: Receiver<io::Result<Bytes>>,
        outflow: &Arc<Outflow>,
        limits: UploadLimits,
    ) -> Result<Answer<Option<Box<File>>>, ApiError> {
        let url = self.endpoint.files_url();
        let path = log::log_enabled!(log::Level::Warn).then(|| self.path_below_base(&url));
        let (body, content_type) = FormBody::new(form, pieces, Arc::clone(outflow));
        let mut request = self
            .http
            .post(url)
            .header(ACCEPT_ENCODING, coding::ACCEPTED)
            .header(CONTENT_TYPE, content_type)
            .header(CONTENT_LENGTH, body.rest())
            .body(reqwest::Body::wrap(body));
        if let Some(key) = &self.key {
            request = request.bearer_auth(key.expose_secret());
        }
        let secret = self.key.as_ref().map(Secret::source);
        let mut exchange = Exchange::begin(self.limits, About { asked: Asked::Upload, secret });
        let opened = exchange.open_upload(request, (outflow, limits)).await;
        let opened = match (opened, self.route.proxy()) {
            (Err(error), Some(proxy)) => Err(self.named_after(proxy, error).await),
            (opened, _) => opened,
        };
        self.observe(exchange.date());
        let result = match opened {
            Err(error) => Err(error),
            Ok(opened) => {
                let (date, allowance) = (opened.date, opened.allowance);
                let read =
                    opened.collect(self.limits.body_bytes, &super::Progress::default()).await;
                read.map(|read| {
                    let value = match read {
                        Read::Whole(bytes) => wire::read_single_file(&bytes).map(Box::new),
                        Read::Cut(_) => None,
                    };
                    Answer { value, date, allowance }
                })
            }
        };
        if let Some(path) = path {
            exchange.log(&path, self.attempt, result.as_ref().map(|_| 0));
        }
        result
    }
}
