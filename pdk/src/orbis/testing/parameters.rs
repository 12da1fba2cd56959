//! From a handler's parameters to the request that they are read from.

use serde::Serialize;

use super::route_request::RouteRequest;
use crate::orbis::request::{Request, User};
use crate::values::json::Json;

/// Where a parameter stands, unless its type says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query.
    Query,
}

/// A parameter of the path or of the query as its text: the reverse of [`Parameter`](crate::orbis::Parameter). Implement
/// it for a `Parameter` of your own.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a request",
    note = "`T` of a `Json<T>` needs `Serialize`; a type with `impl orbis::Parameter` needs `impl orbis::testing::ToText`"
)]
pub trait ToText {
    /// The text.
    fn to_text(&self) -> String;
}

macro_rules! texts {
    ($($type:ty)*) => {$(
        impl ToText for $type {
            fn to_text(&self) -> String {
                self.to_string()
            }
        }
    )*};
}
texts!(&str String bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64);

/// A parameter of a handler in a request.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be written into a request",
    note = "`T` of a `Json<T>` needs `Serialize`; a type with `impl orbis::Parameter` needs `impl orbis::testing::ToText`"
)]
pub trait ToPart {
    /// Puts the parameter into the request.
    ///
    /// # Errors
    /// Why it has no such form.
    fn put(self, name: &str, place: Place, request: &mut RouteRequest) -> Result<(), String>;
}

impl<T: ToText> ToPart for T {
    fn put(self, name: &str, place: Place, request: &mut RouteRequest) -> Result<(), String> {
        let pairs = match place {
            Place::Path => &mut request.params,
            Place::Query => &mut request.query,
        };
        pairs.push((name.to_owned(), self.to_text()));
        Ok(())
    }
}

impl<T: ToText> ToPart for Option<T> {
    fn put(self, name: &str, place: Place, request: &mut RouteRequest) -> Result<(), String> {
        self.map_or(Ok(()), |value| value.put(name, place, request))
    }
}

impl<T: Serialize> ToPart for Json<T> {
    fn put(self, _: &str, _: Place, request: &mut RouteRequest) -> Result<(), String> {
        request.set_body(&self.0)
    }
}

impl<T: Serialize> ToPart for Option<Json<T>> {
    fn put(self, name: &str, place: Place, request: &mut RouteRequest) -> Result<(), String> {
        self.map_or(Ok(()), |body| body.put(name, place, request))
    }
}

impl ToPart for User {
    fn put(self, _: &str, _: Place, request: &mut RouteRequest) -> Result<(), String> {
        request.user = Some(self);
        Ok(())
    }
}

impl ToPart for Option<User> {
    fn put(self, _: &str, _: Place, request: &mut RouteRequest) -> Result<(), String> {
        request.user = self;
        Ok(())
    }
}

/// The request itself is no part of one: this is for one that hides behind a type alias.
impl ToPart for &Request {
    fn put(self, _: &str, _: Place, _: &mut RouteRequest) -> Result<(), String> {
        Ok(())
    }
}

/// All parameters of a handler in a request.
#[diagnostic::on_unimplemented(
    message = "the parameters `{Self}` cannot be written into a request",
    note = "each needs `ToPart`, and twelve are the most"
)]
pub trait ToRequest {
    /// Puts each parameter into the request, by its name.
    ///
    /// # Errors
    /// Why one has no such form.
    fn write(self, names: &[(&str, Place)], request: &mut RouteRequest) -> Result<(), String>;
}

macro_rules! tuples {
    ($($($name:ident)*;)*) => {$(
        impl<$($name: ToPart),*> ToRequest for ($($name,)*) {
            #[allow(non_snake_case, unused, reason = "a type and its value share a letter, and there may be none")]
            fn write(self, names: &[(&str, Place)], request: &mut RouteRequest) -> Result<(), String> {
                let ($($name,)*) = self;
                let mut names = names.iter();
                $(
                    let (name, place) = names.next().copied().unwrap_or(("", Place::Query));
                    $name.put(name, place, request)?;
                )*
                Ok(())
            }
        }
    )*};
}
tuples! {
    ;
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
    A B C D E F G H I;
    A B C D E F G H I J;
    A B C D E F G H I J K;
    A B C D E F G H I J K L;
}
