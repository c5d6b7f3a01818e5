//! What packages carry of the command line: manual pages, completions for shells, the settings of the service.
//!
//! All of it is made from the one definition of the command line and kept in `packaging/atelierex`, so that
//! packing needs no compiler. When the definition changes, this test writes the files anew and fails once.

use std::{fs, path::Path};

use atelierex::cli::Cli;
use clap::{Arg, ArgAction, Command, CommandFactory as _, builder::PossibleValue};
use clap_complete::Shell;
use clap_mangen::Man;

/// Longest line of the settings, in characters.
const WIDTH: usize = 110;

const INTRODUCTION: &str = "\
# Settings of atelierex.service, which runs `atelierex serve`. All are commented out and show their defaults.
#
# One NAME=value on each line, as systemd reads it (EnvironmentFile). These are read after this file, and win:
#   /etc/atelierex/serve.local.env   what is set for this machine alone
#   /etc/atelierex/secrets.env       addresses with passwords, for nobody else to read; without it the service does not start
# After a change: systemctl restart atelierex
#
# What stands in brackets is the kind of value. BYTES and NUMBER are whole numbers, DURATION is one with ms, s, m or h
# behind it, ADDRESS is an address with a port.
";

/// The command line as it is where the package is installed.
fn installed() -> Command {
    // The default depends on who asks. There it is root, who starts services.
    let by_root = |command: Command| {
        command.mut_arg("data_dir", |data_dir| {
            data_dir.default_value("/var/lib/atelierex")
        })
    };
    let mut command = Cli::command()
        .mut_subcommand("up", by_root)
        .mut_subcommand("database", by_root)
        .disable_help_subcommand(true);
    command.build();
    command
}

/// The manual page of each command, by its file.
fn manual(command: &Command) -> Vec<(String, Vec<u8>)> {
    let name = command.get_display_name().unwrap_or(command.get_name());
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).unwrap();
    let own = (format!("man/{name}.1"), page);
    let commands = command.get_subcommands().filter(|of| !of.is_hide_set());
    commands.flat_map(manual).chain([own]).collect()
}

/// What completes command lines in a shell.
fn completions(shell: Shell) -> Vec<u8> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut installed(), "atelierex", &mut script);
    script
}

/// Words as comments, in lines that are not too long.
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

/// What values of a setting look like.
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

/// A setting with its help, commented out; none for what is no setting (`--help`).
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

/// Every setting of `atelierex serve`, by the headings of its help.
fn settings() -> Vec<u8> {
    let command = installed();
    let serve = command.find_subcommand("serve").unwrap();
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

/// Whether a file holds `content`; if not, it does afterwards.
fn is_up_to_date(file: &Path, content: &[u8]) -> bool {
    let is_same = fs::read(file).is_ok_and(|found| found == content);
    if !is_same {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, content).unwrap();
    }
    is_same
}

#[test]
fn packages_carry_the_command_line_as_it_is() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("packaging/atelierex");
    let mut files = manual(&installed());
    let n_pages = files.len();
    for (file, shell) in [
        ("completions/bash/atelierex", Shell::Bash),
        ("completions/fish/atelierex.fish", Shell::Fish),
        ("completions/zsh/_atelierex", Shell::Zsh),
    ] {
        files.push((file.into(), completions(shell)));
    }
    files.push(("serve.env".into(), settings()));
    files.retain(|(file, content)| !is_up_to_date(&folder.join(file), content));
    let names: Vec<&String> = files.iter().map(|(file, _)| file).collect();
    assert!(
        files.is_empty(),
        "the command line has changed; these were written anew, commit them: {names:?}"
    );
    assert_eq!(
        fs::read_dir(folder.join("man")).unwrap().count(),
        n_pages,
        "there is a page of a command that is no more; delete it"
    );
}
