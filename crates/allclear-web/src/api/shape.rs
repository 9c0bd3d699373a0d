//! Reading a body as it is meant: an object where an object is due.
//!
//! Serde takes a list for an object too, its values in the order of the fields. So a body is read into
//! plain values first, and what is made of them asks for objects. On the way, a problem learns where
//! it is.

use std::fmt;

use serde::de::value::StrDeserializer;
use serde::de::{
    Deserialize, DeserializeOwned, DeserializeSeed, Deserializer, EnumAccess, Error, MapAccess,
    SeqAccess, VariantAccess, Visitor,
};
use serde::forward_to_deserialize_any;
use serde_json::{Map, Value};

/// What a body says; or what is wrong with it, and where.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, String> {
    let value: Value = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let read = T::deserialize(Shape(&value)).map_err(|problem| problem.to_string())?;
    // A field that stands twice was lost in the first reading.
    serde_json::from_slice::<T>(body).map(|_| read).map_err(|error| error.to_string())
}

/// What is wrong, and where: the innermost name first.
#[derive(Debug)]
struct Misshapen {
    path: Vec<String>,
    problem: String,
}

impl Misshapen {
    fn at(mut self, name: impl fmt::Display) -> Self {
        self.path.push(name.to_string());
        self
    }
}

impl fmt::Display for Misshapen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, name) in self.path.iter().rev().enumerate() {
            write!(f, "{}{name}", if place == 0 { "" } else { "." })?;
        }
        write!(f, "{}{}", if self.path.is_empty() { "" } else { ": " }, self.problem)
    }
}

impl std::error::Error for Misshapen {}

impl Error for Misshapen {
    fn custom<T: fmt::Display>(problem: T) -> Self {
        Self { path: Vec::new(), problem: problem.to_string() }
    }
}

/// A value that is read.
#[derive(Clone, Copy)]
struct Shape<'de>(&'de Value);

impl<'de> Deserializer<'de> for Shape<'de> {
    type Error = Misshapen;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => number.deserialize_any(visitor).map_err(Misshapen::custom),
            Value::String(text) => visitor.visit_borrowed_str(text),
            Value::Array(items) => visitor.visit_seq(Items { items, place: 0 }),
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misshapen> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misshapen> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misshapen> {
        match self.0 {
            Value::Object(fields) => visitor.visit_map(Fields::of(fields)),
            _ => Err(Misshapen::custom("send an object: { … }")),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misshapen> {
        let Value::Object(fields) = self.0 else {
            return self.0.deserialize_enum(name, variants, visitor).map_err(Misshapen::custom);
        };
        let mut fields = fields.iter();
        match (fields.next(), fields.next()) {
            (Some((name, value)), None) => visitor.visit_enum(Variant { name, value }),
            _ => {
                let words = variants.join(", ");
                Err(Misshapen::custom(format!("send an object with one of {words}: {{ … }}")))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit
        unit_struct seq tuple tuple_struct map identifier ignored_any
    }
}

/// The values of a list, from one on.
struct Items<'de> {
    items: &'de [Value],
    place: usize,
}

impl<'de> SeqAccess<'de> for Items<'de> {
    type Error = Misshapen;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Misshapen> {
        let Some(item) = self.items.get(self.place) else { return Ok(None) };
        self.place += 1;
        seed.deserialize(Shape(item)).map(Some).map_err(|problem| problem.at(self.place))
    }
}

/// The fields of an object that were not read yet.
struct Fields<'de> {
    fields: serde_json::map::Iter<'de>,
    value: Option<(&'de str, &'de Value)>,
}

impl<'de> Fields<'de> {
    fn of(fields: &'de Map<String, Value>) -> Self {
        Self { fields: fields.iter(), value: None }
    }
}

impl<'de> MapAccess<'de> for Fields<'de> {
    type Error = Misshapen;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Misshapen> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        self.value = Some((name, value));
        seed.deserialize(StrDeserializer::<Misshapen>::new(name)).map(Some)
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<T::Value, Misshapen> {
        let (name, value) =
            self.value.take().ok_or_else(|| Misshapen::custom("a value without a name"))?;
        seed.deserialize(Shape(value)).map_err(|problem| problem.at(name))
    }
}

/// The only field of an object: its name says which of several things its value is.
struct Variant<'de> {
    name: &'de str,
    value: &'de Value,
}

impl<'de> EnumAccess<'de> for Variant<'de> {
    type Error = Misshapen;
    type Variant = Self;

    fn variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<(T::Value, Self), Misshapen> {
        let which = seed.deserialize(StrDeserializer::<Misshapen>::new(self.name))?;
        Ok((which, self))
    }
}

impl<'de> VariantAccess<'de> for Variant<'de> {
    type Error = Misshapen;

    fn unit_variant(self) -> Result<(), Misshapen> {
        <()>::deserialize(Shape(self.value)).map_err(|problem: Misshapen| problem.at(self.name))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Misshapen> {
        seed.deserialize(Shape(self.value)).map_err(|problem| problem.at(self.name))
    }

    fn tuple_variant<V: Visitor<'de>>(self, len: usize, visitor: V) -> Result<V::Value, Misshapen> {
        let value = Shape(self.value).deserialize_tuple(len, visitor);
        value.map_err(|problem| problem.at(self.name))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misshapen> {
        let value = Shape(self.value).deserialize_struct("", fields, visitor);
        value.map_err(|problem| problem.at(self.name))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use proptest::prelude::*;
    use serde::{Deserialize, Serialize};

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Word {
        One,
        Other,
    }

    #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Inner {
        at: Option<Timestamp>,
        share: f64,
        count: i64,
    }

    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        text: String,
        word: Option<Word>,
        inner: Inner,
        #[serde(default)]
        many: Vec<Inner>,
    }

    fn told(text: &str) -> String {
        read::<Outer>(text.as_bytes()).unwrap_err()
    }

    #[test]
    fn a_list_is_no_object_however_deep() {
        let inside = |inner: &str| format!(r#"{{"text": "", "inner": {inner}}}"#);
        assert!(read::<Outer>(inside("{}").as_bytes()).is_ok());
        assert_eq!(told(&inside("[null, 1, 1]")), "inner: send an object: { … }");
        assert_eq!(told(r#"["", null, {}]"#), "send an object: { … }");
        let many = r#"{"text": "", "inner": {}, "many": [{}, [null]]}"#;
        assert_eq!(told(many), "many.2: send an object: { … }");
    }

    #[test]
    fn a_problem_says_where_it_is() {
        for (text, expected) in [
            (r#"{"text": 1, "inner": {}}"#, "text: invalid type: integer `1`"),
            (r#"{"text": "", "inner": {"at": "soon"}}"#, "inner.at: "),
            (r#"{"text": "", "inner": {"count": 0.5}}"#, "inner.count: invalid type"),
            (r#"{"text": "", "word": "none", "inner": {}}"#, "word: unknown variant `none`"),
            (r#"{"text": "", "inner": {"x": 1}}"#, "inner: unknown field `x`"),
            (r#"{"text": ""}"#, "missing field `inner`"),
            (r#"{"text": "", "text": "", "inner": {}}"#, "duplicate field `text`"),
            (r#"{"text": "", "inner": {}"#, "EOF while parsing"),
        ] {
            let told = told(text);
            assert!(told.starts_with(expected), "{text}: {told}");
        }
    }

    proptest! {
        #[test]
        fn what_is_well_shaped_is_read_as_serde_reads_it(
            text in ".*", word in 0..3, share in proptest::num::f64::NORMAL, count: i64, many in 0..4_usize,
        ) {
            let word = [None, Some(Word::One), Some(Word::Other)][usize::try_from(word).unwrap()];
            let at = Timestamp::from_second(count % 1_000_000_000).ok();
            let inner = Inner { at, share, count };
            let outer = Outer { text, word, many: vec![inner.clone(); many], inner };
            let bytes = serde_json::to_vec(&outer).unwrap();
            prop_assert_eq!(read::<Outer>(&bytes), Ok(outer));
        }
    }
}
