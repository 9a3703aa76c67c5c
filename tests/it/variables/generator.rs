//! Generates operations from the schema: each with literals, and equivalent ones with variables and defaults.

use super::*;

/// A value in three equivalent forms.
#[derive(Clone)]
pub(super) struct Written {
    /// All of it written out.
    pub(super) plain: String,
    /// With variables in places.
    pub(super) varied: String,
    /// As the value of a variable.
    pub(super) json: Value,
}

/// A variable with its type, its default, and the same as JSON.
pub(super) struct Declared {
    pub(super) name: String,
    pub(super) of: String,
    pub(super) default: String,
    pub(super) json: Value,
}

/// Generates operations from the schema.
pub(super) struct Grower<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) schema: &'a Schema,
    pub(super) declared: Vec<Declared>,
    pub(super) aliases: usize,
}

impl Grower<'_> {
    pub(super) fn chance(&mut self, of: usize) -> bool {
        self.rng.below(of) == 0
    }

    /// Makes a variable of a value, sometimes.
    pub(super) fn lifted(&mut self, of: String, value: Written) -> Written {
        if !self.chance(3) || value.varied != value.plain && value.varied.contains('$') {
            return value;
        }
        let name = format!("v{}", self.declared.len());
        let varied = format!("${name}");
        self.declared.push(Declared { name, of, default: value.plain.clone(), json: value.json.clone() });
        Written { varied, ..value }
    }

    pub(super) fn input(&mut self, of: &Type, depth: usize) -> Written {
        let value = match of {
            Type::List(inside) | Type::NonNullList(inside) => self.list(inside, depth),
            Type::Named(name) | Type::NonNullNamed(name) => match &self.schema.types[name] {
                ExtendedType::Enum(words) => {
                    let words: Vec<&str> = words.values.keys().map(|word| word.as_str()).collect();
                    let word = self.rng.one_of(&words).to_owned();
                    Written { plain: word.clone(), varied: word.clone(), json: json!(word) }
                }
                ExtendedType::InputObject(input) => {
                    let input = input.clone();
                    self.object(&input, depth)
                }
                _ => self.scalar(name.as_str()),
            },
        };
        self.lifted(of.to_string(), value)
    }

    pub(super) fn list(&mut self, inside: &Type, depth: usize) -> Written {
        let items: Vec<Written> = (0..self.rng.below(3)).map(|_| self.input(inside, depth + 1)).collect();
        if let [one] = items.as_slice()
            && !inside.is_list()
            // A variable of the item's type does not fit where a list is wanted.
            && !one.varied.starts_with('$')
            && self.chance(2)
        {
            return one.clone();
        }
        let all = |part: fn(&Written) -> &str| format!("[{}]", items.iter().map(part).collect::<Vec<_>>().join(", "));
        let json = items.iter().map(|item| item.json.clone()).collect();
        Written { plain: all(|item| &item.plain), varied: all(|item| &item.varied), json }
    }

    pub(super) fn object(&mut self, input: &InputObjectType, depth: usize) -> Written {
        let one_of = input.directives.has("oneOf");
        let chosen = self.rng.below(input.fields.len());
        let (mut plain, mut varied, mut json) = (Vec::new(), Vec::new(), Map::new());
        for (at, (name, field)) in input.fields.iter().enumerate() {
            let needed = if one_of { at == chosen } else { field.is_required() };
            if let Some(default) = field.default_value.as_ref().filter(|_| !one_of && self.chance(2)) {
                // Given in one form, absent in the others.
                plain.push(format!("{name}: {default}"));
                continue;
            }
            let wanted = needed || !one_of && depth < 3 && self.chance(4);
            if !wanted {
                continue;
            }
            let of = if one_of { (*field.ty).clone().non_null() } else { (*field.ty).clone() };
            let value = self.input(&of, depth + 1);
            plain.push(format!("{name}: {}", value.plain));
            varied.push(format!("{name}: {}", value.varied));
            json.insert(name.to_string(), value.json);
        }
        let braced = |fields: Vec<String>| format!("{{{}}}", fields.join(" "));
        Written { plain: braced(plain), varied: braced(varied), json: Value::Object(json) }
    }

    pub(super) fn scalar(&mut self, name: &str) -> Written {
        let (text, json) = match name {
            "Int" => {
                let number = [0, 1, 7, 42, 100, -3, i32::MAX][self.rng.below(7)];
                (number.to_string(), json!(number))
            }
            "Boolean" => {
                let flag = self.chance(2);
                (flag.to_string(), json!(flag))
            }
            "DateTime" => ("\"2030-01-31T12:00:00Z\"".to_owned(), json!("2030-01-31T12:00:00Z")),
            "ID" if self.chance(3) => ("12".to_owned(), json!("12")),
            "JSON" => {
                let text = self.rng.one_of(&["{a: [1, 2.50, -0.0], b: null}", "[true, \"x\"]", "1e3", "{c: {d: {}}}"]);
                let json = match text {
                    "1e3" => json!(1000.0),
                    "[true, \"x\"]" => json!([true, "x"]),
                    "{c: {d: {}}}" => json!({ "c": { "d": {} } }),
                    _ => json!({ "a": [1, 2.5, -0.0], "b": null }),
                };
                (text.to_owned(), json)
            }
            _ => self.text(),
        };
        Written { plain: text.clone(), varied: text, json }
    }

    /// A text, with what can be written in several ways.
    pub(super) fn text(&mut self) -> (String, Value) {
        let (mut written, mut meant) = ("\"".to_owned(), String::new());
        for _ in 0..self.rng.below(5) {
            let [a, b] = [
                ["a", "a"],
                ["\\u{1F600}", "😀"],
                ["\\uD83D\\uDE00", "😀"],
                ["😀", "😀"],
                ["\\u{e9}", "é"],
                ["\\u00E9", "é"],
                ["\\n\\t\\r\\b\\f", "\n\t\r\u{8}\u{c}"],
                ["\\\"", "\""],
                ["\\\\u", "\\u"],
                ["\\/", "/"],
                ["{ $v0 #", "{ $v0 #"],
                ["\\u{000000041}", "A"],
            ][self.rng.below(12)];
            written += a;
            meant += b;
        }
        (written + "\"", json!(meant))
    }

    /// Fields of a type, as written out and with variables.
    pub(super) fn selection(&mut self, of: &str, depth: usize) -> [String; 2] {
        let mut texts = ["__typename ".to_owned(), "__typename ".to_owned()];
        let fields = match &self.schema.types[of] {
            ExtendedType::Object(object) => &object.fields,
            ExtendedType::Interface(interface) => &interface.fields,
            _ => return texts,
        };
        for _ in 0..=self.rng.below(4) {
            let (name, field) = fields.get_index(self.rng.below(fields.len())).unwrap();
            let inside = field.ty.inner_named_type();
            let leaf = self.schema.types[inside].is_scalar() || self.schema.types[inside].is_enum();
            if !leaf && depth == 0 {
                continue;
            }
            let mut arguments = [String::new(), String::new()];
            for argument in &field.arguments {
                if argument.is_required() || self.chance(3) {
                    let value = self.input(&argument.ty, 0);
                    arguments[0] += &format!("{}: {} ", argument.name, value.plain);
                    arguments[1] += &format!("{}: {} ", argument.name, value.varied);
                }
            }
            let mut directive = [String::new(), String::new()];
            if self.chance(4) {
                let flag = self.input(&Type::NonNullNamed(apollo_compiler::name!("Boolean")), 0);
                let name = self.rng.one_of(&["skip", "include"]);
                directive = [&flag.plain, &flag.varied].map(|flag| format!("@{name}(if: {flag}) "));
            }
            let inside = if leaf {
                Default::default()
            } else {
                self.selection(inside, depth - 1).map(|inside| format!("{{ {inside}}} "))
            };
            self.aliases += 1;
            for form in 0..2 {
                let arguments = match arguments[form].as_str() {
                    "" => String::new(),
                    arguments => format!("({arguments})"),
                };
                texts[form] += &format!("a{}: {name}{arguments} {}{}", self.aliases, directive[form], inside[form]);
            }
        }
        texts
    }
}
