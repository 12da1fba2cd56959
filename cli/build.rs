//! Puts the files of every template into the binary, so that an installed one works offline.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=templates");
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    // A clone without symbolic links has a file here.
    let root = Some(own.join("templates")).filter(|folder| folder.is_dir()).unwrap_or(own.join("../templates"));
    let mut code = String::from("&[\n");
    for template in entries(&root)? {
        let Some(name) = template.file_name().and_then(|name| name.to_str()) else { continue };
        if !template.is_dir() || name.starts_with('.') {
            continue;
        }
        let mut files = Vec::new();
        walk(&template, &mut files)?;
        let _ = writeln!(code, "    Template {{ name: {name:?}, files: &[");
        for file in files {
            println!("cargo::rerun-if-changed={}", file.display());
            let inside = file.strip_prefix(&template).unwrap_or(&file).components();
            let inside = inside.map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
            let _ = writeln!(code, "        ({inside:?}, include_bytes!({:?})),", file.display().to_string());
        }
        code.push_str("    ] },\n");
    }
    code.push_str("]\n");
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("templates.rs"), code)
}

fn walk(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for path in entries(folder)? {
        match path.file_name().and_then(|name| name.to_str()) {
            // What a build or a test in the template's folder leaves behind.
            Some("target" | "Cargo.lock" | ".git") => {}
            _ if path.is_dir() => walk(&path, files)?,
            _ => files.push(path),
        }
    }
    Ok(())
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
    paths.sort();
    Ok(paths)
}
