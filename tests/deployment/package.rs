//! The package that `sam build` makes.

use std::fs;

use awsvpc_auditor_tests::stack::Package;
use object::elf::FileHeader64;
use object::read::elf::{FileHeader, SectionHeader};
use object::{Endianness, elf};

/// What `provided.al2023` has.
const GLIBC: (u32, u32) = (2, 34);

/// The versions of glibc that an ELF file needs, as (major, minor).
fn needed_glibc(file: &[u8]) -> Vec<(u32, u32)> {
    let header = FileHeader64::<Endianness>::parse(file).unwrap();
    let endian = header.endian().unwrap();
    let sections = header.sections(endian, file).unwrap();
    let (mut needs, link) = sections
        .gnu_verneed(endian, file)
        .unwrap()
        .expect("the program is linked with shared libraries");
    let strings = sections.strings(endian, file, link).unwrap();
    let mut versions = Vec::new();
    while let Some((_, mut names)) = needs.next().unwrap() {
        while let Some(name) = names.next().unwrap() {
            let name = String::from_utf8(name.name(endian, strings).unwrap().to_vec()).unwrap();
            let Some(version) = name.strip_prefix("GLIBC_") else {
                continue;
            };
            let mut numbers = version.split('.').map(|number| number.parse().unwrap());
            versions.push((numbers.next().unwrap(), numbers.next().unwrap()));
        }
    }
    versions
}

#[test]
fn the_binary_starts_on_the_runtimes_glibc() {
    let file = fs::read(Package::get().binary()).unwrap();
    let needed = needed_glibc(&file);
    assert!(!needed.is_empty(), "the program needs no glibc at all");
    let newer: Vec<_> = needed.iter().filter(|version| **version > GLIBC).collect();
    assert!(newer.is_empty(), "glibc {newer:?} is newer than {GLIBC:?}");
}

#[test]
fn the_binary_carries_no_symbols() {
    let file = fs::read(Package::get().binary()).unwrap();
    let header = FileHeader64::<Endianness>::parse(&*file).unwrap();
    let endian = header.endian().unwrap();
    let sections = header.sections(endian, &*file).unwrap();
    let symbols = sections
        .iter()
        .filter(|section| section.sh_type(endian) == elf::SHT_SYMTAB)
        .count();
    assert_eq!(symbols, 0);
}

#[test]
fn the_packages_are_small_enough_to_start_quickly() {
    const MEGABYTE: u64 = 1024 * 1024;
    for function in [
        "TaskAuditor",
        "HeadroomAuditor",
        "FindingForwarder",
        "VpcMonitor1",
    ] {
        let size = Package::get().zipped_size(function);
        assert!(size <= 8 * MEGABYTE, "{function}: {size} bytes, zipped");
    }
}
