//! The templates inside this program, and their rendering: the part of cargo-generate that they use.

use crate::error::Error;
use crate::values::TextPair;

/// A template.
pub(crate) struct Template {
    name: &'static str,
    /// Paths with `/`, and contents.
    files: &'static [(&'static str, &'static [u8])],
}

/// Every template, from the repository's `templates` folder.
const TEMPLATES: &[Template] = include!(concat!(env!("OUT_DIR"), "/templates.rs"));

/// cargo-generate's own file, which is not part of what it generates.
const SETTINGS: &str = "cargo-generate.toml";

impl Template {
    pub(crate) fn find(name: &str) -> Result<&'static Template, Error> {
        TEMPLATES.iter().find(|template| template.name == name).ok_or_else(|| {
            let known = TEMPLATES.iter().map(|template| template.name).collect::<Vec<_>>().join(", ");
            Error::Input(format!("no template {name}: choose one of {known}"))
        })
    }

    /// The files of a plugin called `name`; `defaults` count before the template's own.
    pub(crate) fn render(
        &self,
        name: &str,
        defined: &[TextPair],
        defaults: &[TextPair],
    ) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let settings = self.settings()?;
        let values = values(name, &settings, defined, defaults)?;
        let ignored = texts(&settings, "ignore");
        let verbatim = texts(&settings, "exclude");
        let mut files = Vec::new();
        for &(path, contents) in self.files {
            if path == SETTINGS || ignored.iter().any(|ignored| is_in(path, ignored)) {
                continue;
            }
            let is_verbatim = verbatim.iter().any(|verbatim| is_in(path, verbatim));
            let contents = match std::str::from_utf8(contents) {
                Ok(text) if !is_verbatim => self.fill(path, text, &values)?.into_bytes(),
                _ => contents.to_vec(),
            };
            // A folder with a Cargo.toml would be left out of our own package, hence the suffix.
            let path = self.fill(path, path.strip_suffix(".liquid").unwrap_or(path), &values)?;
            files.push((path, contents));
        }
        Ok(files)
    }

    /// Whether it has a placeholder of this name.
    pub(crate) fn asks_for(&self, name: &str) -> Result<bool, Error> {
        Ok(self.settings()?.get("placeholders").is_some_and(|asked| asked.get(name).is_some()))
    }

    fn settings(&self) -> Result<toml::Table, Error> {
        let Some((_, text)) = self.files.iter().find(|(path, _)| *path == SETTINGS) else {
            return Ok(toml::Table::new());
        };
        std::str::from_utf8(text)
            .ok()
            .and_then(|text| toml::from_str(text).ok())
            .ok_or_else(|| self.broken(SETTINGS, "it is no TOML"))
    }

    /// The text with every `{{name}}` and `{{name | filter}}` replaced.
    fn fill(&self, path: &str, text: &str, values: &[(String, String)]) -> Result<String, Error> {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inside, after) = after.split_once("}}").ok_or_else(|| self.broken(path, "`{{` without `}}`"))?;
            let mut steps = inside.split('|').map(str::trim);
            let name = steps.next().unwrap_or_default();
            let (_, value) = values
                .iter()
                .find(|(known, _)| known == name)
                .ok_or_else(|| self.broken(path, &format!("nothing is called {name}")))?;
            let mut value = value.clone();
            for filter in steps {
                value = apply(filter, &value).ok_or_else(|| self.broken(path, &format!("no filter {filter}")))?;
            }
            out.push_str(before);
            out.push_str(&value);
            rest = after;
        }
        out.push_str(rest);
        if out.contains("{%") {
            return Err(self.broken(path, "tags (`{%`) are cargo-generate's alone"));
        }
        Ok(out)
    }

    fn broken(&self, path: &str, reason: &str) -> Error {
        Error::Input(format!("the template {} is broken at {path}: {reason}", self.name))
    }
}

/// Every template with what it asks for, in lines.
pub(crate) fn list() -> String {
    let mut text = String::new();
    for template in TEMPLATES {
        text.push_str(&format!("  {}\n", template.name));
        let settings = template.settings().unwrap_or_default();
        let asked = settings.get("placeholders").and_then(toml::Value::as_table);
        for (name, question) in asked.into_iter().flatten() {
            let prompt = question.get("prompt").and_then(toml::Value::as_str).unwrap_or_default();
            text.push_str(&format!("    {name:18} {prompt}\n"));
        }
    }
    text.trim_end().to_owned()
}

/// What the template's placeholders stand for: cargo-generate's own names, what it asks for, and
/// what the user has defined.
fn values(
    name: &str,
    settings: &toml::Table,
    defined: &[TextPair],
    defaults: &[TextPair],
) -> Result<Vec<(String, String)>, Error> {
    let mut values = vec![
        ("project-name".to_owned(), name.to_owned()),
        ("crate_name".to_owned(), name.replace('-', "_")),
        ("crate_type".to_owned(), "lib".to_owned()),
        ("authors".to_owned(), String::new()),
        ("username".to_owned(), String::new()),
    ];
    let placeholders = settings.get("placeholders").and_then(toml::Value::as_table);
    for (asked, question) in placeholders.into_iter().flatten() {
        let given = defined.iter().rev().chain(defaults).find(|pair| pair.key == *asked).map(|pair| pair.value.clone());
        let default = || question.get("default").map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        let Some(value) = given.or_else(default) else {
            let prompt = question.get("prompt").and_then(toml::Value::as_str).unwrap_or("it has no default");
            return Err(Error::Input(format!("the template asks for {asked} ({prompt}): add --define {asked}=VALUE")));
        };
        let choices = question.get("choices").and_then(toml::Value::as_array).map(Vec::as_slice).unwrap_or_default();
        if !choices.is_empty() && !choices.iter().any(|choice| choice.as_str() == Some(&value)) {
            let choices = choices.iter().filter_map(toml::Value::as_str).collect::<Vec<_>>().join(", ");
            return Err(Error::Input(format!("{asked} cannot be `{value}`: choose one of {choices}")));
        }
        values.push((asked.clone(), value));
    }
    for pair in defined {
        if !values.iter().any(|(known, _)| *known == pair.key) {
            let known = placeholders.into_iter().flatten().map(|(name, _)| name.as_str()).collect::<Vec<_>>();
            let known = if known.is_empty() { "nothing".to_owned() } else { known.join(", ") };
            return Err(Error::Input(format!("the template does not ask for {}; it asks for {known}", pair.key)));
        }
    }
    Ok(values)
}

/// A list of texts in `[template]`.
fn texts(settings: &toml::Table, key: &str) -> Vec<String> {
    let list = settings.get("template").and_then(|template| template.get(key)).and_then(toml::Value::as_array);
    list.into_iter().flatten().filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// Whether the path is the named file, or in the named folder.
fn is_in(path: &str, named: &str) -> bool {
    let named = named.trim_end_matches('/');
    path == named || path.strip_prefix(named).is_some_and(|rest| rest.starts_with('/'))
}

/// cargo-generate's filters of names.
fn apply(filter: &str, text: &str) -> Option<String> {
    let words = || text.split(['-', '_', ' ']).filter(|word| !word.is_empty());
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    let join = |by: &str| words().map(str::to_lowercase).collect::<Vec<_>>().join(by);
    Some(match filter {
        "upcase" => text.to_uppercase(),
        "downcase" => text.to_lowercase(),
        "capitalize" => capital(text),
        "kebab_case" => join("-"),
        "snake_case" => join("_"),
        "shouty_snake_case" => join("_").to_uppercase(),
        "shouty_kebab_case" => join("-").to_uppercase(),
        "pascal_case" | "upper_camel_case" => words().map(capital).collect(),
        "title_case" => words().map(capital).collect::<Vec<_>>().join(" "),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SETTINGS_TEXT: &[u8] = br#"
[template]
exclude = ["raw"]
ignore = ["notes.md"]

[placeholders.description]
type = "string"
prompt = "What does it do?"

[placeholders.level]
type = "string"
prompt = "How?"
choices = ["low", "high"]
default = "low"
"#;

    const TEMPLATE: Template = Template {
        name: "sample",
        files: &[
            ("Cargo.toml.liquid", b"name = \"{{project-name}}\"\n# {{ description }}\n"),
            (SETTINGS, SETTINGS_TEXT),
            ("notes.md", b"for those who work on the template"),
            ("raw/file", b"{{ stays }}"),
            ("src/{{crate_name}}.rs", b"struct {{ project-name | pascal_case }}; // {{level}}"),
        ],
    };

    fn render(defined: &[(&str, &str)]) -> String {
        let defined = defined
            .iter()
            .map(|(key, value)| TextPair { key: (*key).to_owned(), value: (*value).to_owned() })
            .collect::<Vec<_>>();
        match TEMPLATE.render("word-count", &defined, &[]) {
            Ok(files) => {
                let show = |(path, contents): &(String, Vec<u8>)| {
                    format!("{path}: {}", String::from_utf8(contents.clone()).unwrap().trim_end())
                };
                files.iter().map(show).collect::<Vec<_>>().join("\n")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn renders_as_cargo_generate_does() {
        insta::assert_snapshot!(render(&[("description", "Counts words")]), @r#"
        Cargo.toml: name = "word-count"
        # Counts words
        raw/file: {{ stays }}
        src/word_count.rs: struct WordCount; // low
        "#);
    }

    #[test]
    fn a_value_without_a_default_must_be_given() {
        insta::assert_snapshot!(render(&[]), @"the template asks for description (What does it do?): add --define description=VALUE");
    }

    #[test]
    fn a_value_must_be_one_of_the_choices() {
        insta::assert_snapshot!(render(&[("description", ""), ("level", "top")]), @"level cannot be `top`: choose one of low, high");
    }

    #[test]
    fn a_value_that_is_not_asked_for_is_refused() {
        insta::assert_snapshot!(render(&[("description", ""), ("colour", "red")]), @"the template does not ask for colour; it asks for description, level");
    }

    #[test]
    fn a_broken_template_names_the_file() {
        let broken = |text: &'static [u8]| {
            let files = Box::leak(Box::new([("file", text)]));
            Template { name: "sample", files }.render("word-count", &[], &[]).unwrap_err().to_string()
        };
        assert_eq!(broken(b"{{nothing}}"), "the template sample is broken at file: nothing is called nothing");
        assert_eq!(broken(b"{{"), "the template sample is broken at file: `{{` without `}}`");
        assert_eq!(broken(b"{{crate_name | spin}}"), "the template sample is broken at file: no filter spin");
        assert_eq!(
            broken(b"{% if x %}"),
            "the template sample is broken at file: tags (`{%`) are cargo-generate's alone"
        );
    }
}
