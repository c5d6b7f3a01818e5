//! Files that packages install beside the program, generated from the definition of the command line: manual pages,
//! shell completions, and the settings file of the service.

use std::{fs, io, path::Path};

use clap::{Arg, ArgAction, Command, builder::PossibleValue};
use clap_complete::Shell;
use clap_mangen::Man;

/// Maximum length of a line of the settings file, in characters.
const WIDTH: usize = 110;

const INTRODUCTION: &str = "\
# Settings of atelierex.service, which runs `atelierex serve`. All are commented out and show their defaults.
#
# One NAME=value on each line, as systemd reads it (EnvironmentFile). These are read after this file, and win:
#   /etc/atelierex/serve.local.env   settings of this machine
#   /etc/atelierex/secrets.env       URLs with passwords, readable by root only; without it the service does not start
# After a change: systemctl restart atelierex
#
# The kind of value is in brackets. BYTES and NUMBER are whole numbers, DURATION is a whole number followed by ms, s, m or h,
# ADDRESS is an address with a port.
";

/// Command line with the defaults of an installed package.
fn installed(program: Command) -> Command {
    // This default depends on the account. Services are started by root.
    let by_root = |command: Command| {
        command.mut_arg("data_dir", |data_dir| {
            data_dir.default_value("/var/lib/atelierex")
        })
    };
    let mut command = program
        .mut_subcommand("up", by_root)
        .mut_subcommand("database", by_root)
        .disable_help_subcommand(true);
    command.build();
    command
}

/// Returns the manual page of each command, by file name.
fn pages(command: &Command) -> Vec<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut page = Vec::new();
    Man::new(command.clone())
        .render(&mut page)
        .expect("memory takes what is written to it");
    let own = (format!("man/{name}.1"), page);
    let commands = command.get_subcommands().filter(|of| !of.is_hide_set());
    commands.flat_map(pages).chain([own]).collect()
}

/// Returns the completion script of a shell.
fn completions(shell: Shell, command: &Command) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command.clone(), "atelierex", &mut script);
    script
}

/// Formats text as comment lines of bounded length.
fn comment(text: &str) -> String {
    let (mut lines, mut line) = (String::new(), String::from("#"));
    for word in text.split_whitespace() {
        if line.len() + 1 + word.len() > WIDTH {
            lines += &(line + "\n");
            line = String::from("#");
        }
        line = line + " " + word;
    }
    lines + &line + "\n"
}

fn is_flag(setting: &Arg) -> bool {
    matches!(setting.get_action(), ArgAction::SetTrue)
}

/// Returns the kind of value that a setting takes.
fn kind(setting: &Arg) -> String {
    if is_flag(setting) {
        return "true or false".into();
    }
    let allowed = setting.get_possible_values();
    if allowed.is_empty() {
        let names = setting.get_value_names().unwrap_or_default();
        return names.join(" ");
    }
    let allowed: Vec<&str> = allowed.iter().map(PossibleValue::get_name).collect();
    allowed.join(" or ")
}

fn default(setting: &Arg) -> String {
    if is_flag(setting) {
        return "false".into();
    }
    let values = setting.get_default_values().iter();
    let values: Vec<_> = values.map(|value| value.to_string_lossy()).collect();
    values.join(",")
}

/// Formats a setting with its help, commented out; `None` for an option that is no setting (`--help`).
fn entry(setting: &Arg) -> Option<String> {
    let variable = setting.get_env()?.to_str()?;
    let help = setting.get_help()?;
    let secret = if setting.is_hide_env_values_set() {
        " Set it in secrets.env."
    } else {
        ""
    };
    let help = comment(&format!("{help}.{secret} [{}]", kind(setting)));
    Some(format!("\n{help}#{variable}={}\n", default(setting)))
}

/// Returns all settings of `atelierex serve`, grouped as in its help.
fn settings(command: &Command) -> Vec<u8> {
    let serve = command
        .find_subcommand("serve")
        .expect("serve is a command");
    let mut headings: Vec<_> = serve.get_arguments().map(Arg::get_help_heading).collect();
    headings.sort_by_key(Option::is_some);
    headings.dedup();
    let section = |heading: Option<&str>| {
        let title = format!("\n# --- {}\n", heading.unwrap_or("General"));
        let below = serve
            .get_arguments()
            .filter(|setting| setting.get_help_heading() == heading);
        title + &below.filter_map(entry).collect::<String>()
    };
    let sections: String = headings.into_iter().map(section).collect();
    (INTRODUCTION.to_owned() + &sections).into_bytes()
}

/// Writes all files of `program` below `directory`: `man/*.1`, `completions/{bash,fish,zsh}/…` and `serve.env`.
///
/// # Errors
///
/// A file that cannot be written.
pub fn write(program: Command, directory: &Path) -> io::Result<()> {
    let command = installed(program);
    let completions = [
        ("completions/bash/atelierex", Shell::Bash),
        ("completions/fish/atelierex.fish", Shell::Fish),
        ("completions/zsh/_atelierex", Shell::Zsh),
    ]
    .map(|(file, shell)| (file.to_owned(), completions(shell, &command)));
    let files = pages(&command).into_iter().chain(completions);
    for (file, content) in files.chain([("serve.env".to_owned(), settings(&command))]) {
        let file = directory.join(file);
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, content)?;
    }
    Ok(())
}
