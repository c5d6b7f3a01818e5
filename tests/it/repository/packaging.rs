//! Files that packages install beside the program.

use std::{fs, path::Path};

use atelierex::cli::{Cli, manual};
use clap::CommandFactory as _;

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

#[test]
fn a_package_has_a_manual_page_of_each_command_and_completions_for_each_shell() {
    let folder = tempfile::tempdir().unwrap();
    manual::write(Cli::command(), folder.path()).unwrap();
    let command = Cli::command();
    for name in command.get_subcommands().filter(|of| !of.is_hide_set()) {
        let page = format!("man/atelierex-{}.1", name.get_name());
        assert!(read(&folder.path().join(&page)).contains(".TH"), "{page}");
        for shell in ["bash/atelierex", "fish/atelierex.fish", "zsh/_atelierex"] {
            let script = read(&folder.path().join("completions").join(shell));
            assert!(script.contains(name.get_name()), "{shell}: {name}");
        }
    }
}

#[test]
fn the_settings_file_has_every_setting_of_the_service_commented_out() {
    let folder = tempfile::tempdir().unwrap();
    manual::write(Cli::command(), folder.path()).unwrap();
    let settings = read(&folder.path().join("serve.env"));
    let command = Cli::command();
    let serve = command.find_subcommand("serve").unwrap();
    for variable in serve.get_arguments().filter_map(|of| of.get_env()) {
        let line = format!("\n#{}=", variable.to_str().unwrap());
        assert!(settings.contains(&line), "{line}");
    }
    assert!(
        settings
            .lines()
            .all(|line| line.is_empty() || line.starts_with('#'))
    );
}
