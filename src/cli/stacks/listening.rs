//! The ports on which programs of this machine listen.
//!
//! Used by `devarch fork`. It must not open a socket, which other programs could see.

use std::{collections::BTreeSet, fs};

/// The tables of the kernel, each with the state of a socket that has its port for itself.
const TABLES: [(&str, &str); 4] =
    [("/proc/net/tcp", "0A"), ("/proc/net/tcp6", "0A"), ("/proc/net/udp", "07"), ("/proc/net/udp6", "07")];

/// The ports, in ascending order. Only Linux tells; elsewhere there are none.
pub(super) fn ports() -> Vec<i32> {
    let tables = TABLES.iter().filter_map(|(path, state)| Some((fs::read_to_string(path).ok()?, *state)));
    let ports: BTreeSet<i32> = tables.flat_map(|(table, state)| read(&table, state)).collect();
    ports.into_iter().collect()
}

/// The local ports of the sockets in this state.
fn read(table: &str, state: &str) -> Vec<i32> {
    let port = |line: &str| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        let (local, _, of_socket) = (fields.next()?, fields.next()?, fields.next()?);
        let (_, port) = local.rsplit_once(':').filter(|_| of_socket == state)?;
        u16::from_str_radix(port, 16).ok().filter(|port| *port > 0).map(i32::from)
    };
    table.lines().filter_map(port).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_of_the_kernel_are_read() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
                     0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000 0 1\n   \
                     1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000 0 2\n";
        assert_eq!(read(table, "0A"), [8080]);
        let table = "  sl  local_address\n   0: 00000000000000000000000000000000:0050 \
                     00000000000000000000000000000000:0000 0A 0:0\n";
        assert_eq!(read(table, "0A"), [80]);
        assert!(read("", "0A").is_empty() && read("nonsense", "0A").is_empty());
    }
}
