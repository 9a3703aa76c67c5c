use std::fs;

use proptest::prelude::*;

use super::*;
use crate::config::KeyringError;

const HERE: Place<'static> = Place { table: "instance_env_vars", owner: 7, key: "PASSWORD" };

fn vault() -> Vault {
    Vault::new(Keyring::generate().unwrap())
}

proptest! {
    #[test]
    fn what_was_sealed_is_opened_and_shows_nothing(text in "\\PC{0,200}", key in "[A-Z_]{1,20}", owner in any::<i64>()) {
        let vault = vault();
        let place = Place { owner, key: &key, ..HERE };
        let sealed = vault.seal(place, &text).unwrap();
        let opened = vault.open(place, &sealed).unwrap();
        prop_assert_eq!(opened.as_str(), text.as_str());
        prop_assert!(text.len() < 8 || !sealed.contains(&text));
        // Equal texts are encrypted differently.
        prop_assert_ne!(vault.seal(place, &text).unwrap(), sealed);
    }

    #[test]
    fn another_place_opens_nothing(
        text in "[a-z]{0,20}",
        places in ("[a-z_]{0,6}", -3i64..3, "[A-Z_]{0,6}", "[a-z_]{0,6}", -3i64..3, "[A-Z_]{0,6}"),
    ) {
        let (table, owner, key, other_table, other_owner, other_key) = &places;
        let vault = vault();
        let here = Place { table, owner: *owner, key };
        let there = Place { table: other_table, owner: *other_owner, key: other_key };
        let sealed = vault.seal(here, &text).unwrap();
        prop_assert_eq!(vault.open(there, &sealed).is_ok(), here == there);
    }

    #[test]
    fn any_text_at_all_is_refused_without_a_panic(text in "(devarch\\.v1\\.)?[a-z0-9-]{0,9}\\.?\\PC{0,60}") {
        prop_assert!(vault().open(HERE, &text).is_err());
    }

    #[test]
    fn any_text_of_keys_is_read_or_refused_without_a_panic(text in "\\PC{0,80}") {
        let refused: Result<Keyring, _> = text.parse();
        prop_assert!(refused.is_err());
    }
}

#[test]
fn every_flipped_bit_is_noticed() {
    let vault = vault();
    let sealed = vault.seal(HERE, "s3cret").unwrap();
    let (head, packed) = sealed.rsplit_once('.').unwrap();
    let packed = BASE64.decode(packed).unwrap();
    for bit in 0..packed.len() * 8 {
        let mut changed = packed.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        let changed = format!("{head}.{}", BASE64.encode(changed));
        assert!(matches!(vault.open(HERE, &changed), Err(VaultError::Refused(_))), "bit {bit}");
    }
    for cut in 0..packed.len() {
        assert!(vault.open(HERE, &format!("{head}.{}", BASE64.encode(&packed[..cut]))).is_err(), "cut at {cut}");
    }
}

#[test]
fn the_wrong_key_and_the_missing_key_are_told_apart() {
    let (one, other) = (vault(), vault());
    let sealed = one.seal(HERE, "s3cret").unwrap();
    let id = one.current().unwrap();
    assert_eq!(key_of(&sealed), Ok(id.clone()));
    assert_eq!(other.open(HERE, &sealed), Err(VaultError::UnknownKey(id.clone())));
    let impostor: Keyring = format!("{id} {}", BASE64.encode([7; 32])).parse().unwrap();
    assert_eq!(Vault::new(impostor).open(HERE, &sealed), Err(VaultError::Refused(id)));
    assert_eq!(Vault::default().open(HERE, "s3cret"), Err(VaultError::Malformed));
    assert_eq!(Vault::default().seal(HERE, "s3cret"), Err(VaultError::NoKey));
}

#[test]
fn a_new_key_writes_and_the_old_one_still_reads() {
    let ring = Keyring::generate().unwrap();
    let newer = Vault::new(ring.with_new_key().unwrap());
    let older = Vault::new(ring);
    let sealed = older.seal(HERE, "s3cret").unwrap();
    assert_eq!(newer.open(HERE, &sealed).unwrap().as_str(), "s3cret");
    assert_eq!(key_of(&newer.seal(HERE, "s3cret").unwrap()), newer.current());
    assert_ne!(newer.current(), older.current());
    assert_eq!(newer.ids()[1..], older.ids());
}

#[test]
fn keys_are_never_shown() {
    let bytes = BASE64.encode([0xab; 32]);
    let ring: Keyring = format!("# mine\nfirst {bytes} # and why\n\nsecond {bytes}\n").parse().unwrap();
    let vault = Vault::new(ring.clone());
    for shown in [format!("{ring:?}"), format!("{vault:?}"), format!("{vault:#?}")] {
        assert!(shown.contains("first") && shown.contains("second") && !shown.contains(&bytes[..8]), "{shown}");
        assert!(!shown.contains("171") && !shown.to_lowercase().contains("abab"), "{shown}");
    }
    for (text, line) in [("id short", 1), (bytes.as_str(), 1), ("ok\n", 1)] {
        let error = text.parse::<Keyring>().unwrap_err();
        assert_eq!(error, KeyringError::Line(line));
        assert!(!error.to_string().contains(&bytes[..8]));
    }
    assert_eq!("# nothing\n".parse::<Keyring>().unwrap_err(), KeyringError::Empty);
    let twice = format!("a {bytes}, a {bytes}").parse::<Keyring>().unwrap_err();
    assert!(matches!(twice, KeyringError::Twice(_)));
}

#[test]
fn a_file_is_made_once_and_noticed_when_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("new").join("devarch.key");
    assert!(Vault::of_file(&path).unwrap_err().is_missing());
    Vault::create_file(&path).unwrap();
    let made = fs::read_to_string(&path).unwrap();
    Vault::create_file(&path).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), made);

    let vault = Vault::of_file(&path).unwrap();
    let first = vault.current().unwrap();
    let sealed = vault.seal(HERE, "s3cret").unwrap();
    let second = Vault::add_to_file(&path).unwrap();
    // The next use of the vault finds the new key, without a restart.
    assert_eq!(vault.current(), Ok(second.clone()));
    assert_eq!(vault.ids(), [second, first]);
    assert_eq!(vault.open(HERE, &sealed).unwrap().as_str(), "s3cret");
    assert!(fs::read_to_string(&path).unwrap().starts_with("# Keys"));
    // If the file cannot be read, the known keys stay in use.
    fs::remove_file(&path).unwrap();
    assert_eq!(vault.open(HERE, &sealed).unwrap().as_str(), "s3cret");
    assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 0, "nothing is left beside it");
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("devarch.key");
    Vault::create_file(&path).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o7777, 0o600);
    for mode in [0o640, 0o604, 0o620, 0o700 | 0o001] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let refused = Vault::of_file(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{mode:o}: {refused}");
    }
    fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
    assert!(Vault::of_file(&path).is_ok());
    let folder_error = Vault::of_file(folder.path()).unwrap_err().to_string();
    assert!(folder_error.contains("not a file"), "{folder_error}");
}

#[test]
fn many_at_once_make_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("devarch.key");
    let ids: std::collections::BTreeSet<KeyId> = std::thread::scope(|scope| {
        let started: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    Vault::create_file(&path).unwrap();
                    Vault::of_file(&path).unwrap().current().unwrap()
                })
            })
            .collect();
        started.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(ids.len(), 1, "{ids:?}");
}
