//! `Json<T>`: a typed JSON value as argument, input, reply, output or host function value.

/// A value that travels as JSON.
///
/// ```
/// use plugsmith::{function, Json};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Deserialize)]
/// struct Request { name: String }
/// #[derive(Serialize)]
/// struct Response { message: String }
///
/// #[function]
/// fn handle(Json(request): Json<Request>) -> Json<Response> {
///     Json(Response { message: format!("Hello, {}", request.name) })
/// }
/// assert_eq!(handle(Json(Request { name: "Ada".into() })).0.message, "Hello, Ada");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Json<T>(pub T);
