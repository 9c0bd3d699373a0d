//! Every setting, declared once: its key, its variable, its default and what it does. The reference
//! in `docs/reference/settings.md` is made from this table.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Key in the configuration file.
    pub key: &'static str,
    /// Environment variable that overrides the file.
    pub variable: &'static str,
    /// Value where neither says anything; empty where there is none.
    pub default: &'static str,
    /// What stands for the default in the reference, where it is computed.
    pub default_shown: &'static str,
    /// What it does, in whole sentences.
    pub about: &'static str,
    /// Whether its value is never shown.
    pub is_secret: bool,
}

const fn setting(
    key: &'static str,
    variable: &'static str,
    default: &'static str,
    about: &'static str,
) -> Setting {
    Setting { key, variable, default, default_shown: default, about, is_secret: false }
}

/// All settings, in the order of the reference.
pub const SETTINGS: &[Setting] = &[
    setting(
        "listen",
        "ALLCLEAR_LISTEN",
        "127.0.0.1:8080",
        "Address and port that the server listens on. `0.0.0.0:8080` listens on every IPv4 address.",
    ),
    Setting {
        key: "data",
        variable: "ALLCLEAR_DATA",
        default: "",
        default_shown: "`$STATE_DIRECTORY`, else `$XDG_DATA_HOME/allclear`, else `~/.local/share/allclear`",
        about: "Folder of the embedded database. It is made where it is missing, readable by its owner alone.",
        is_secret: false,
    },
    Setting {
        key: "database_url",
        variable: "ALLCLEAR_DATABASE_URL",
        default: "",
        default_shown: "the embedded database in `data`",
        about: "Address of a PostgreSQL database, such as `postgres://allclear@db.example.com/allclear`. \
                It may hold a password: prefer `database_url_file`.",
        is_secret: true,
    },
    setting(
        "database_url_file",
        "ALLCLEAR_DATABASE_URL_FILE",
        "",
        "File that holds `database_url`, on its first line. Only one of the two may be set.",
    ),
    Setting {
        key: "secret_key",
        variable: "ALLCLEAR_SECRET_KEY",
        default: "",
        default_shown: "",
        about: "Key that secrets, such as passwords of checks, are sealed with in the database: 64 \
                hexadecimal digits, as `openssl rand -hex 32` prints them. Several with spaces between \
                them: the first one seals, each opens. Prefer `secret_key_file`.",
        is_secret: true,
    },
    Setting {
        key: "secret_key_file",
        variable: "ALLCLEAR_SECRET_KEY_FILE",
        default: "",
        default_shown: "`secret.key` in `data`, made at the first start",
        about: "File that holds `secret_key`, one key per line. Only one of the two may be set. Several \
                servers on one PostgreSQL database need the same key. Keep it as you keep backups, and \
                apart from them: it is in none.",
        is_secret: false,
    },
    setting(
        "tls_certificate_file",
        "ALLCLEAR_TLS_CERTIFICATE_FILE",
        "",
        "File with the certificate of this server and, after it, those that lead to its issuer, as PEM. \
         With it `listen` takes TLS alone. It is read again when it changes. `allclear doctor` says \
         what is wrong with it.",
    ),
    setting(
        "tls_key_file",
        "ALLCLEAR_TLS_KEY_FILE",
        "",
        "File with the private key of the certificate, as PEM, without a passphrase.",
    ),
    setting(
        "public_url",
        "ALLCLEAR_PUBLIC_URL",
        "",
        "Address that people use, such as `https://status.example.com`, without a slash at the end. \
         Links that Allclear prints begin with it; with `https` browsers send cookies over TLS alone.",
    ),
    setting(
        "trusted_proxies",
        "ALLCLEAR_TRUSTED_PROXIES",
        "",
        "Networks of proxies in front of Allclear, such as `127.0.0.1/32, 10.0.0.0/8`. From them alone \
         `X-Forwarded-For` is believed.",
    ),
    setting(
        "probe_networks",
        "ALLCLEAR_PROBE_NETWORKS",
        "",
        "Networks that checks may reach although they are not public, such as `10.0.0.0/8, 127.0.0.1/32`. \
         Everything public may be reached without it.",
    ),
    setting(
        "probe_authority_file",
        "ALLCLEAR_PROBE_AUTHORITY_FILE",
        "",
        "File with certificates of authorities of your own, as PEM, that checks trust beside those that \
         browsers know.",
    ),
    setting(
        "commands_folder",
        "ALLCLEAR_COMMANDS_FOLDER",
        "",
        "Folder with the programs that checks of the kind `command` may run, such as \
         `/etc/allclear/commands`. Without it they run none. Nobody but root and the user that the server \
         runs as may be able to change what is in it, or to put another folder in its place, and links that \
         lead out of it are not followed. Whoever may write checks chooses the arguments: put nothing there \
         that runs other programs, such as a shell or `negate`.",
    ),
    setting(
        "samples_max_mb",
        "ALLCLEAR_SAMPLES_MAX_MB",
        "1000",
        "Megabytes that response times and counts of what checks found may take, 10 to 1000000. Minutes \
         are kept for 2 days, hours for 100 days, days for 3 years; where that is more, the oldest \
         minutes go first.",
    ),
    Setting {
        key: "sign_of_life_url",
        variable: "ALLCLEAR_SIGN_OF_LIFE_URL",
        default: "",
        default_shown: "",
        about: "Address that is asked for while every check is probed on time and its results are written: a \
                dead-man's switch elsewhere, which tells somebody when that stops. An answer from 200 to 299 \
                counts. It goes the way that checks go, by the same rules of addresses.",
        is_secret: true,
    },
    setting(
        "sign_of_life_every_seconds",
        "ALLCLEAR_SIGN_OF_LIFE_EVERY_SECONDS",
        "60",
        "Seconds from one sign of life to the next, 10 to 86400. Let whoever waits for them wait for a few.",
    ),
    setting(
        "sentinels",
        "ALLCLEAR_SENTINELS",
        "193.0.14.129:53, 199.7.83.42:53, 192.5.5.241:53, [2001:500:2f::f]:53",
        "Addresses elsewhere that have nothing to do with each other, with their ports. Where none of \
         them answers, failures are our own and no outages. One at port 53 is asked a small question as \
         a DNS server, any other is connected to. By default these are root servers of the DNS, of which \
         one is asked about every 30 seconds as long as there are checks. `none` leaves only the gateway \
         and the DNS servers of this machine, which are always asked.",
    ),
    setting(
        "rdap_url",
        "ALLCLEAR_RDAP_URL",
        "",
        "Address of an RDAP server, such as `https://rdap.example.com/`, that is asked about the registrations \
         of all domains in the expiry ledger. Where it is left out, each domain's registry is asked, which \
         IANA names. Where it is not public, name its network in `probe_networks`.",
    ),
    setting(
        "oidc_issuer_url",
        "ALLCLEAR_OIDC_ISSUER_URL",
        "",
        "Address of an OpenID Connect provider that people may sign in through, such as \
         `https://id.example.com`, as the provider itself writes it. It goes with `oidc_client_id`, \
         `oidc_client_secret_file` and `public_url`, and needs a build with the feature `oidc`. \
         Register `/console/sign-in/provider/back` below `public_url` there as the address to come back to.",
    ),
    setting(
        "oidc_client_id",
        "ALLCLEAR_OIDC_CLIENT_ID",
        "",
        "What the provider calls this Allclear.",
    ),
    setting(
        "oidc_client_secret_file",
        "ALLCLEAR_OIDC_CLIENT_SECRET_FILE",
        "",
        "File that holds the secret which the provider gave for `oidc_client_id`, on its first line.",
    ),
    Setting {
        key: "oidc_name",
        variable: "ALLCLEAR_OIDC_NAME",
        default: "",
        default_shown: "the host of `oidc_issuer_url`",
        about: "What people call the provider: the button says `Sign in with` and this.",
        is_secret: false,
    },
    Setting {
        key: "oidc_authority_file",
        variable: "ALLCLEAR_OIDC_AUTHORITY_FILE",
        default: "",
        default_shown: "the authorities that browsers know",
        about: "File with the certificates of the authority that signed the provider's, as PEM: for one \
                of your own. Then no other one is trusted there.",
        is_secret: false,
    },
    setting(
        "url",
        "ALLCLEAR_URL",
        "",
        "Address of a running server, such as `https://status.example.com`: commands that write ask \
         it. Without it, or with `--data`, they work on the database itself.",
    ),
    Setting {
        key: "token",
        variable: "ALLCLEAR_TOKEN",
        default: "",
        default_shown: "",
        about: "API token for the server at `url`: `allclear token create` or the console makes one.",
        is_secret: true,
    },
    setting(
        "connections_max",
        "ALLCLEAR_CONNECTIONS_MAX",
        "16000",
        "Connections served at the same time, 1 to 1000000. Further ones wait until one ends. \
         Each takes an open file: where the system allows fewer (`ulimit -Hn`), `serve` lowers this \
         and says so.",
    ),
    setting(
        "header_timeout_seconds",
        "ALLCLEAR_HEADER_TIMEOUT_SECONDS",
        "10",
        "Seconds that a client has to send the head of a request, and before it for the handshake of \
         TLS, 1 to 300. Slower ones are closed. The body may take three times as long.",
    ),
    setting(
        "log",
        "ALLCLEAR_LOG",
        "info",
        "What is logged to standard error: `error`, `warn`, `info`, `debug` or `trace`, or a filter \
         such as `info,allclear_store=debug`.",
    ),
    setting(
        "log_format",
        "ALLCLEAR_LOG_FORMAT",
        "text",
        "How a log line looks: `text` for people, `json` for machines.",
    ),
];

/// The setting of that key.
#[must_use]
pub fn find(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.key == key)
}
