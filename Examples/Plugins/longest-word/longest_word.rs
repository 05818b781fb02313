// SPDX-License-Identifier: Apache-2.0
// A plugin in Rust, without any crate: finds the longest word of a text. Built by build.sh, which also writes the library's hash
// into plugin.yaml. The types are those of CPluginABI.h; bindgen makes them from it for larger plugins.
use std::ffi::{c_char, c_void};
use std::panic::catch_unwind;
use std::{mem, ptr, slice};

const ABI: u32 = 1;
const CONCURRENT: u32 = 1;
const BRIEF: u32 = 2;

#[repr(C)]
pub struct Call {
    size: u32,
    step: *const c_char,
    input: *const u8,
    input_count: usize,
}

#[repr(C)]
pub struct Reply {
    output: *const u8,
    output_count: usize,
    owner: *mut c_void,
}

/// The table up to `close`: what follows in the header may be missing.
#[repr(C)]
pub struct Plugin {
    abi: u32,
    size: u32,
    flags: u32,
    describe: extern "C" fn() -> *const c_char,
    open: Option<extern "C" fn(*mut *mut c_void) -> i32>,
    call: extern "C" fn(*mut c_void, *const Call, *mut Reply) -> i32,
    release: extern "C" fn(*mut c_void, *mut Reply),
    close: Option<extern "C" fn(*mut c_void)>,
}

static PLUGIN: Plugin = Plugin {
    abi: ABI,
    size: mem::size_of::<Plugin>() as u32,
    flags: CONCURRENT | BRIEF,
    describe,
    open: None,
    call,
    release,
    close: None,
};

#[no_mangle]
pub extern "C" fn autoglm_plugin_entry(host_abi: u32) -> *const Plugin {
    if host_abi == ABI { &PLUGIN } else { ptr::null() }
}

extern "C" fn describe() -> *const c_char {
    c"{\"name\": \"longest-word\", \"version\": \"1.0.0\", \"steps\": [\"find\"]}".as_ptr()
}

extern "C" fn call(_state: *mut c_void, call: *const Call, reply: *mut Reply) -> i32 {
    // SAFETY: the program lends both until this function returns.
    let (input, reply) = unsafe { (slice::from_raw_parts((*call).input, (*call).input_count), &mut *reply) };
    // A panic must not leave through the interface: the program would end.
    let (status, json) = match catch_unwind(|| find(input)) {
        Ok(Ok(json)) => (0, json),
        Ok(Err((code, message))) => (1, failure(code, message)),
        Err(_) => (2, failure("panic", "The plugin has panicked.")),
    };
    let text = Box::new(json);
    (reply.output, reply.output_count) = (text.as_ptr(), text.len());
    reply.owner = Box::into_raw(text).cast();
    status
}

extern "C" fn release(_state: *mut c_void, reply: *mut Reply) {
    // SAFETY: `call` has put a box there, and this is called once after it.
    unsafe { drop(Box::from_raw((*reply).owner.cast::<String>())) }
}

fn failure(code: &str, message: &str) -> String {
    format!("{{\"code\": {}, \"message\": {}}}", quoted(code), quoted(message))
}

fn find(input: &[u8]) -> Result<String, (&'static str, &'static str)> {
    let text = std::str::from_utf8(input).ok().and_then(text_of).ok_or(("no-text", "There is no text."))?;
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    // Of several, the first one.
    let longest = words.rev().max_by_key(|word| word.chars().count()).unwrap_or("");
    if longest.is_empty() {
        return Err(("empty-text", "The text has no words."));
    }
    Ok(format!("{{\"word\": {}, \"letters\": {}}}", quoted(longest), longest.chars().count()))
}

/// The text of the one member of an object. The program has checked the input by the manifest, so there is no other.
fn text_of(json: &str) -> Option<String> {
    let (_, value) = json.split_once(':')?;
    let mut letters = value.trim_start().strip_prefix('"')?.chars();
    let mut units: Vec<u16> = Vec::new();
    loop {
        let letter = match letters.next()? {
            '"' => return String::from_utf16(&units).ok(),
            '\\' => match letters.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                'b' => '\u{8}',
                'f' => '\u{c}',
                'u' => {
                    let digits: String = letters.by_ref().take(4).collect();
                    units.push(u16::from_str_radix(&digits, 16).ok()?);
                    continue;
                }
                other => other,
            },
            other => other,
        };
        units.extend_from_slice(letter.encode_utf16(&mut [0; 2]));
    }
}

fn quoted(text: &str) -> String {
    let mut json = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' | '\\' => json.extend(['\\', letter]),
            '\0'..='\u{1f}' => json += &format!("\\u{:04x}", letter as u32),
            _ => json.push(letter),
        }
    }
    json + "\""
}
