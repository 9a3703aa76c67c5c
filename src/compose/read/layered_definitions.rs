//! The definitions (volumes, configs, secrets, models, networks) that each service sees, merged over files and layers.
//!
//! Called when all services are known. It must not add notes.

use std::collections::HashSet;

use super::{
    FoundService, Refusal, copied,
    definitions::used,
    file::Parsed,
    links::{Links, without},
};
use crate::{
    budget::import::ReadBudget,
    compose::merge,
    kinds::{DEFAULT_NETWORK, compose::Definitions},
    yaml::{At, Map},
};

/// Services that no override file changes, but whose volumes, configs, secrets, models or networks one changes, are read
/// with all layers as well.
pub(super) fn see_definitions_above(
    found: &mut [FoundService],
    above: &[Parsed],
    budget: &ReadBudget,
) -> Result<(), Refusal> {
    let parts = above.iter().flat_map(|file| file.definitions.iter());
    let names: HashSet<String> = parts.flat_map(|(_, map)| map.iter()).map(|(key, _)| key.to_owned()).collect();
    let replaces = above.iter().any(|file| file.definitions.iter().any(|(part, _)| file.replaced.contains(part)));
    if names.is_empty() && !replaces {
        return Ok(());
    }
    for service in found.iter_mut().filter(|service| service.above.is_none() && service.file.is_some()) {
        if replaces || used(&service.below).any(|name| names.contains(&name)) {
            service.above = Some(copied(&service.below, service.at, budget)?);
        }
    }
    Ok(())
}

/// The definitions that the services of each file see: its own ones over those of the files that it includes, and those
/// of all other files as far as it lacks them.
pub(super) fn definitions_below(
    files: &mut [Parsed],
    links: &Links,
    budget: &ReadBudget,
) -> Result<Vec<Definitions>, Refusal> {
    let mut all = Definitions::default();
    let mut own: Vec<Definitions> = files.iter_mut().map(|file| std::mem::take(&mut file.definitions)).collect();
    let count = own.len();
    for file in links.lowest_first().into_iter().filter(|file| *file < count) {
        for other in links.includes[file].clone() {
            let lower = copied_definitions(&own[other], budget)?;
            own[file] = lay(lower, std::mem::take(&mut own[file]));
        }
    }
    // The definitions of an including file hold in the included one, too.
    for file in links.lowest_first().into_iter().rev().filter(|file| *file < count) {
        for other in links.includes[file].clone() {
            let upper = copied_definitions(&own[file], budget)?;
            own[other] = lay(std::mem::take(&mut own[other]), upper);
        }
    }
    if own.len() < 2 {
        return Ok(own);
    }
    for definitions in own.iter().rev() {
        all = lay(all, copied_definitions(definitions, budget)?);
    }
    let own = own.into_iter().map(|own| {
        let mut all = copied_definitions(&all, budget)?;
        // Each file that is not included has a default network of its own.
        all.networks.take(DEFAULT_NETWORK);
        Ok(own.zip(all, |_, own, others| with_others(own, others)))
    });
    own.collect()
}

/// Definitions, with those of others that they lack.
fn with_others(own: Map, others: Map) -> Map {
    let others = without(others, &own);
    own.into_iter().chain(others).collect()
}

/// Merges definitions.
fn lay(below: Definitions, above: Definitions) -> Definitions {
    below.zip(above, merge::parts)
}

/// Copies definitions, and charges them to the budget.
fn copied_definitions(definitions: &Definitions, budget: &ReadBudget) -> Result<Definitions, Refusal> {
    definitions.try_map(|map| copied(map, At::default(), budget))
}

/// Merges the definitions of the override files into those below.
pub(super) fn laid_over(
    below: &Definitions,
    above: &[Parsed],
    budget: &ReadBudget,
) -> Result<Definitions, Vec<Refusal>> {
    let copied = |definitions: &Definitions| copied_definitions(definitions, budget).map_err(|refusal| vec![refusal]);
    let mut whole = copied(below)?;
    for layer in above {
        whole = whole.zip(Definitions::default(), |part, below, _| match layer.replaced.contains(part) {
            true => Map::new(),
            false => below,
        });
        whole = lay(whole, copied(&layer.definitions)?);
    }
    Ok(whole)
}
