//! Settings: who wins over whom, and what errors say.

use super::{Environment, Flags, Settings, reference_markdown, sample_file};

fn flags(config: Option<&std::path::Path>) -> Flags {
    Flags { config: config.map(Into::into), ..Flags::default() }
}

fn file(text: &str) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), text).unwrap();
    file
}

const HOME: (&str, &str) = ("HOME", "/home/example");

#[test]
fn flags_win_over_variables_over_the_file_over_defaults() {
    let config = file("listen = \"127.0.0.1:1\"\nlog = \"debug\"\nconnections_max = 7\n");
    let environment =
        Environment::of(&[HOME, ("ALLCLEAR_LISTEN", "127.0.0.1:2"), ("ALLCLEAR_LOG", "warn")]);
    let mut flags = flags(Some(config.path()));
    flags.listen = Some("127.0.0.1:3".to_owned());
    let settings = Settings::read(&flags, &environment).unwrap();
    assert_eq!(settings.listen.port(), 3);
    assert_eq!(settings.log, "warn");
    assert_eq!(settings.connections_max, 7);
    assert_eq!(settings.header_timeout.as_secs(), 10);
    assert_eq!(settings.data.to_str().unwrap(), "/home/example/.local/share/allclear");
}

#[test]
fn the_folder_for_data_follows_the_contract() {
    let data = |variables: &[(&str, &str)]| {
        let environment = Environment::of(variables);
        Settings::read(&Flags::default(), &environment).map(|settings| settings.data)
    };
    let xdg = ("XDG_DATA_HOME", "/xdg");
    assert_eq!(data(&[HOME, xdg]).unwrap().to_str(), Some("/xdg/allclear"));
    let state = ("STATE_DIRECTORY", "/var/lib/allclear");
    assert_eq!(data(&[HOME, xdg, state]).unwrap().to_str(), Some("/var/lib/allclear"));
    assert!(data(&[]).unwrap_err().to_string().contains("--data"));
}

#[test]
fn errors_name_the_setting_and_its_origin() {
    let error = |text: &str, variables: &[(&str, &str)]| {
        let config = file(text);
        let mut variables = variables.to_vec();
        variables.push(HOME);
        let environment = Environment::of(&variables);
        Settings::read(&flags(Some(config.path())), &environment).unwrap_err().to_string()
    };
    assert!(error("lisen = \"x\"", &[]).contains("no setting `lisen`; there are: listen"));
    assert!(error("listen = \"here\"", &[]).contains("`here` is wrong: write an address"));
    assert!(error("", &[("ALLCLEAR_CONNECTIONS_MAX", "0")]).contains("ALLCLEAR_CONNECTIONS_MAX"));
    assert!(error("database_url = \"mysql://x\"", &[]).contains("postgres://"));
    assert!(
        error("database_url = \"postgres://x\"\ndatabase_url_file = \"/x\"", &[])
            .contains("both set")
    );
    assert!(error("tls_key_file = \"/x\"", &[]).contains("belong together"));
    assert!(
        error(
            "tls_key_file = \"/x\"\ntls_certificate_file = \"/y\"\npublic_url = \"http://x\"",
            &[]
        )
        .contains("begins with https://")
    );
}

#[test]
fn a_secret_is_read_from_its_file_and_never_shown() {
    let secret = file("postgres://allclear:hunter2@db.example.com/allclear\n");
    let config = file(&format!("database_url_file = \"{}\"\n", secret.path().display()));
    let settings = Settings::read(&flags(Some(config.path())), &Environment::of(&[HOME])).unwrap();
    assert!(
        matches!(&settings.location, allclear_store::Location::Url(url) if url.contains("hunter2"))
    );
    assert!(!format!("{settings:?}").contains("hunter2"));

    let config = file("database_url = \"postgres://allclear:hunter2@db.example.com/allclear\"\n");
    let settings = Settings::read(&flags(Some(config.path())), &Environment::of(&[HOME])).unwrap();
    let shown: Vec<String> = settings.origins.iter().map(ToString::to_string).collect();
    assert!(shown.iter().any(|line| line.starts_with("database_url = (hidden)")));
    assert!(!shown.concat().contains("hunter2"));
}

#[test]
fn the_sample_file_is_read_without_complaint_once_uncommented() {
    let text: String = sample_file()
        .lines()
        .filter(|line| !line.starts_with("# ") && !line.contains("= \"\""))
        .map(|line| format!("{}\n", line.trim_start_matches('#')))
        .collect();
    let config = file(&text);
    Settings::read(&flags(Some(config.path())), &Environment::of(&[HOME])).unwrap();
    assert!(reference_markdown().contains("## `listen`"));
}

#[test]
fn the_address_of_a_sign_of_life_is_checked_and_never_shown() {
    let read = |url: &str| {
        let variable = ("ALLCLEAR_SIGN_OF_LIFE_URL", url);
        Settings::read(&Flags::default(), &Environment::of(&[HOME, variable]))
    };
    let settings = read("https://deadman.example.com/hunter2").unwrap();
    assert_eq!(settings.sign_of_life.as_ref().unwrap().every.as_secs(), 60);
    assert!(!format!("{settings:?}").contains("hunter2"));
    for wrong in ["deadman.example.com/hunter2", "ftp://hunter2", "https://", "https://a b/hunter2"]
    {
        let problem = format!("{:#}", read(wrong).unwrap_err());
        assert!(problem.contains("sign_of_life_url"), "{wrong}: {problem}");
        assert!(!problem.contains("hunter2"), "{wrong}: {problem}");
    }
    assert!(read("").unwrap().sign_of_life.is_none());
}
