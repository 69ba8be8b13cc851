//! Answers and refusals as they go over the wire.

use axum::body::Body;
use axum::http::{Response, StatusCode, header};
use serde_json::{Map, Value, json};

use super::answer::{Answer, Refusal};
use super::service::{Protocol, Service};
use super::xml::Xml;

/// A rendered answer: what goes over the wire.
pub(crate) struct Rendered {
    pub(crate) status: u16,
    pub(crate) body: String,
    content_type: &'static str,
    request_id: String,
}

impl Rendered {
    pub(crate) fn answer(service: Service, action: &str, answer: Answer, request_id: String) -> Self {
        let body = match answer {
            Answer::Json(value) => value.to_string(),
            Answer::Nothing => String::new(),
            Answer::Xml(result) => envelope(service, action, Some(&result), &request_id),
            Answer::Empty => envelope(service, action, None, &request_id),
        };
        Self { status: 200, body, content_type: service.content_type(), request_id }
    }

    pub(crate) fn refusal(service: Service, refusal: &Refusal, request_id: String) -> Self {
        let body = match service.protocol() {
            Protocol::Json => json!({"__type": refusal.code, "message": refusal.message}).to_string(),
            Protocol::Query => {
                let mut xml = Xml::default();
                xml.raw(&format!("<ErrorResponse xmlns=\"{}\">", service.namespace()));
                xml.element("Error", |xml| {
                    xml.text("Type", if refusal.status < 500 { "Sender" } else { "Receiver" });
                    xml.text("Code", &refusal.code);
                    xml.text("Message", &refusal.message);
                });
                xml.text("RequestId", &request_id);
                xml.raw("</ErrorResponse>");
                xml.into_string()
            }
        };
        Self { status: refusal.status, body, content_type: service.content_type(), request_id }
    }

    /// The same, with the second half of the body missing.
    pub(crate) fn cut_off(mut self) -> Self {
        let mut half = self.body.len() / 2;
        while !self.body.is_char_boundary(half) {
            half -= 1;
        }
        self.body.truncate(half);
        self.status = 200;
        self
    }

    /// The same, with the token for the next page replaced by the one of the request.
    pub(crate) fn in_a_circle(mut self, asked: &Map<String, Value>) -> Self {
        for (name, before, after) in
            [("Marker", "<Marker>", "<"), ("nextToken", "\"nextToken\":\"", "\""), ("NextToken", "\"NextToken\":\"", "\"")]
        {
            let Some(token) = asked.get(name).and_then(Value::as_str) else { continue };
            let Some(start) = self.body.find(before).map(|at| at + before.len()) else { continue };
            let Some(length) = self.body[start..].find(after) else { continue };
            self.body.replace_range(start..start + length, token);
        }
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(self.content_type));
        if let Ok(id) = self.request_id.parse() {
            headers.insert("x-amzn-requestid", id);
        }
        response
    }
}

fn envelope(service: Service, action: &str, result: Option<&str>, request_id: &str) -> String {
    let mut xml = Xml::default();
    xml.raw(&format!("<{action}Response xmlns=\"{}\">", service.namespace()));
    if let Some(result) = result {
        xml.element(&format!("{action}Result"), |xml| xml.raw(result));
    }
    xml.element("ResponseMetadata", |xml| xml.text("RequestId", request_id));
    xml.raw(&format!("</{action}Response>"));
    xml.into_string()
}
