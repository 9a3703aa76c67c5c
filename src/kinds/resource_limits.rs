//! Limits of CPU and memory for a container.

use super::{
    Brief, Kind, Only,
    compose::{ReadEntry, Reading, Rendered},
    kind,
};
use crate::{
    error::{Code, Error, Problems},
    yaml::{At, Map, Node, Value},
};

kind! {
    /// How much of the machine the container may use. What is null is not limited.
    pub struct ResourceLimits in ("service_resource_limits", "instance_resource_limits"), input "ResourceLimitsInput" {
        /// CPUs: a number with at most nine decimals, such as `0.5` or `2`, or thousandths such as `500m`; 0.01 to
        /// 1000. Stored as a number.
        pub cpu: Option<String>,
        /// Memory: a number with a unit `b`, `k`, `m`, `g` or `t` (multiples of 1024; `MiB`, `MB` and the like are
        /// understood), such as `512m`; 6m to 1024t. Stored with the largest unit that needs no decimals.
        pub memory: Option<String>,
    }
}

impl Kind for ResourceLimits {
    const FIELD: &'static str = "resourceLimits";
    const KEY_SQL: &'static str = "'*'";
    const BRIEF_SQL: &'static str = "COALESCE('cpu ' || cpu, '') \
        || CASE WHEN cpu IS NOT NULL AND memory IS NOT NULL THEN ', ' ELSE '' END \
        || COALESCE('memory ' || memory, '')";
    type Key = Only;
    type Set = Option<Self>;

    fn key(&self) -> Only {
        Only(true)
    }

    /// What is limited: `cpu 0.5, memory 512m`.
    fn brief(&self) -> Brief<'_> {
        let limits = [("cpu", &self.cpu), ("memory", &self.memory)];
        let said = limits.iter().filter_map(|(name, limit)| Some(format!("{name} {}", limit.as_ref()?)));
        Brief::made(said.collect::<Vec<_>>().join(", "))
    }

    fn normalize(&mut self) {
        if let Some(billionths) = self.cpu.as_deref().and_then(read_cpu) {
            self.cpu = Some(write_cpu(billionths));
        }
        if let Some(bytes) = self.memory.as_deref().and_then(read_memory) {
            self.memory = Some(write_memory(bytes));
        }
    }

    fn validate(&self, at: &mut Problems) {
        if self.cpu.is_none() && self.memory.is_none() {
            at.note(Code::InvalidValue, "Limit cpu, memory or both.", None);
        }
        if let Some(cpu) = &self.cpu {
            let (least, most) = (ONE_CPU / 100, 1000 * ONE_CPU);
            match read_cpu(cpu) {
                None => at.invalid("cpu", "CPUs are a number such as 0.5, or thousandths such as 500m.", None),
                Some(n) if !(least..=most).contains(&n) => {
                    at.invalid("cpu", "CPUs are 0.01 to 1000.", Some(write_cpu(n.clamp(least, most))));
                }
                Some(_) => {}
            }
        }
        if let Some(memory) = &self.memory {
            let (least, most) = (6 << 20, 1 << 50);
            match read_memory(memory) {
                None => {
                    let message = "Memory is a whole number with a unit: b, k, m, g or t, such as 512m.";
                    let bare = memory.trim();
                    let number = !bare.is_empty() && bare.len() < 7 && bare.bytes().all(|c| c.is_ascii_digit());
                    let wanted = if number { format!("{bare}m") } else { whole_bytes(bare) };
                    let suggestion = Some(wanted)
                        .filter(|text| read_memory(text).is_some_and(|bytes| (least..=most).contains(&bytes)));
                    at.invalid("memory", message, suggestion);
                }
                Some(n) if !(least..=most).contains(&n) => {
                    at.invalid("memory", "Memory is 6m to 1024t.", Some(write_memory(n.clamp(least, most))));
                }
                Some(_) => {}
            }
        }
    }

    fn validate_key(key: &Only, at: &mut Problems) {
        key.check(at);
    }

    fn render(entries: &[&Self], to: &mut Rendered<'_>) {
        let [found] = entries else { return };
        let mut limits = Map::new();
        if let Some(cpu) = &found.cpu {
            limits.set("cpus", cpu.as_str());
        }
        if let Some(memory) = &found.memory {
            limits.set("memory", memory.as_str());
        }
        let within = |key: &str, map: Map| Map::from_iter([(key.to_owned(), Node::from(map))]);
        to.service.set("deploy", within("resources", within("limits", limits)));
    }

    /// Reads `deploy.resources.limits`, whose other parts stay, or the older attributes of the service.
    fn read(from: &mut Reading<'_>) -> Vec<ReadEntry<Self>> {
        let own = |limit: Option<(String, At)>, part: &'static str| {
            limit.filter(|(text, _)| text != "0").map(|(text, at)| Limit { text, part, at })
        };
        let mut cpu = own(from.take_text("cpus"), "cpus");
        let mut memory = own(from.take_text("mem_limit"), "mem_limit");
        if let Some(Value::Map(deploy)) = from.service.get_mut("deploy").map(|node| &mut node.value)
            && let Some(Value::Map(resources)) = deploy.get_mut("resources").map(|node| &mut node.value)
        {
            if let Some(Value::Map(limits)) = resources.get_mut("limits").map(|node| &mut node.value) {
                let deployed = |node: Option<Node>, part: &'static str| {
                    let node = node?;
                    Some(Limit { text: node.scalar()?, part, at: node.at })
                };
                cpu = deployed(limits.take("cpus"), "deploy.resources.limits.cpus").or(cpu);
                memory = deployed(limits.take("memory"), "deploy.resources.limits.memory").or(memory);
                if limits.is_empty() {
                    resources.take("limits");
                }
            }
            if resources.is_empty() {
                deploy.take("resources");
            }
        }
        // A limit that cannot be held is lost alone.
        let cpu = cpu.and_then(|limit| limit.held(|text| Self { cpu: Some(text), memory: None }, from));
        let memory = memory.map(|limit| Limit { text: whole_bytes(&limit.text), ..limit });
        let memory = memory.and_then(|limit| limit.held(|text| Self { cpu: None, memory: Some(text) }, from));
        let Some(at) = cpu.as_ref().or(memory.as_ref()).map(|limit| limit.at) else { return Vec::new() };
        let text = |limit: Option<Limit>| limit.map(|limit| limit.text);
        vec![from.found("deploy.resources.limits", at, Self { cpu: text(cpu), memory: text(memory) })]
    }

    #[cfg(test)]
    fn arbitrary() -> proptest::strategy::BoxedStrategy<Self> {
        use proptest::prelude::*;
        (1..8u64, proptest::option::of(6..900u64))
            .prop_map(|(cpu, memory)| Self {
                cpu: Some(write_cpu(cpu * ONE_CPU / 2)),
                memory: memory.map(|m| format!("{m}m")),
            })
            .boxed()
    }
}

/// A limit of a file, with its place.
struct Limit {
    text: String,
    part: &'static str,
    at: At,
}

impl Limit {
    /// Returns the limit if it can be held, or notes why it cannot.
    fn held(self, of: impl Fn(String) -> ResourceLimits, from: &mut Reading<'_>) -> Option<Self> {
        let mut limits = of(self.text.clone());
        limits.normalize();
        let mut problems = Problems::at(&[]);
        limits.validate(&mut problems);
        match problems.finish() {
            Err(Error::Refused(problems)) => {
                let reasons: Vec<String> = problems.into_iter().map(|problem| problem.message).collect();
                from.lose(self.part, self.at, reasons.join(" "));
                None
            }
            _ => Some(self),
        }
    }
}

/// One CPU in billionths, the unit of the engine.
const ONE_CPU: u64 = 1_000_000_000;
/// The decimals of a number of CPUs.
const CPU_DECIMALS: usize = 9;

/// Parses CPUs into billionths.
fn read_cpu(text: &str) -> Option<u64> {
    let text = text.trim();
    if let Some(thousandths) = text.strip_suffix('m') {
        return digits(thousandths)?.checked_mul(ONE_CPU / 1000);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
    if decimals.is_empty() || decimals.len() > CPU_DECIMALS || !decimals.bytes().all(|c| c.is_ascii_digit()) {
        return None;
    }
    let decimals: u64 = format!("{decimals:0<CPU_DECIMALS$}").parse().ok()?;
    digits(whole)?.checked_mul(ONE_CPU)?.checked_add(decimals)
}

fn write_cpu(billionths: u64) -> String {
    let text = format!("{}.{:0CPU_DECIMALS$}", billionths / ONE_CPU, billionths % ONE_CPU);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

const UNITS: [(&str, u32); 5] = [("t", 40), ("g", 30), ("m", 20), ("k", 10), ("b", 0)];

/// Parses memory into bytes. A unit is required, because a bare number is usually a mistake.
fn read_memory(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let unit = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = digits(text.strip_suffix(unit)?.trim_end())?;
    let unit = unit.trim_start();
    let short = unit.strip_suffix("ib").or_else(|| unit.strip_suffix('b').filter(|rest| !rest.is_empty()));
    let (_, shift) = UNITS.iter().find(|(name, _)| *name == short.unwrap_or(unit))?;
    number.checked_mul(1 << shift)
}

fn write_memory(bytes: u64) -> String {
    let unit = UNITS.iter().find(|(_, shift)| bytes > 0 && bytes.is_multiple_of(1 << shift));
    let (name, shift) = unit.unwrap_or(&("b", 0));
    format!("{}{name}", bytes >> shift)
}

/// Converts memory in the format of Compose, in which a bare number is bytes and decimals are allowed, to the format of
/// the API.
fn whole_bytes(text: &str) -> String {
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text[number.len()..].to_ascii_lowercase();
    let unit = unit.trim_end_matches("ib").trim_end_matches('b');
    let shift = UNITS.iter().find(|(name, _)| *name == if unit.is_empty() { "b" } else { unit });
    let Some((number, (_, shift))) = number.trim().parse::<f64>().ok().zip(shift) else { return text.to_owned() };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a fraction of a byte is none")]
    let bytes = (number * (1u64 << shift) as f64) as u64;
    write_memory(bytes)
}

fn digits(text: &str) -> Option<u64> {
    let all = !text.is_empty() && text.len() <= 18 && text.bytes().all(|c| c.is_ascii_digit());
    all.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_read_and_written_in_one_form() {
        let cpu =
            [("0.5", "0.5"), ("500m", "0.5"), ("2", "2"), ("2.50", "2.5"), ("1500m", "1.5"), ("1.23456", "1.23456")];
        for (given, kept) in cpu {
            assert_eq!(read_cpu(given).map(write_cpu).as_deref(), Some(kept), "{given}");
        }
        let memory = [
            ("512m", "512m"),
            ("512 MiB", "512m"),
            ("512MB", "512m"),
            ("2048k", "2m"),
            ("1536m", "1536m"),
            ("1024m", "1g"),
            ("1073741824b", "1g"),
            ("1T", "1t"),
        ];
        for (given, kept) in memory {
            assert_eq!(read_memory(given).map(write_memory).as_deref(), Some(kept), "{given}");
        }
        for bad in ["", "m", "1.5g", "-1m", "512", "1x", "9999999999999t", "1ibm", "ib", "5ib"] {
            assert_eq!(read_memory(bad), None, "{bad}");
        }
        for bad in ["", ".5", "1.", "1.2345678901", "-1", "1e3", "half", "m"] {
            assert_eq!(read_cpu(bad), None, "{bad}");
        }
    }
}
