#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| ical::fuzzing::ical(data));
